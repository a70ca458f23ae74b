"""Keys that tests share. They protect nothing."""

import base64

from chassis.keys import KeyRing
from chassis.sealing import Sealer

SEALING_KEYS = f"k1:{base64.b64encode(bytes(range(32))).decode()}"
LINK_KEYS = "l1:a-link-key-that-only-tests-use-0123456789"
COOKIE_KEY = "a-cookie-key-that-only-tests-use-0123456789"


def sealer() -> Sealer:
    """A sealer with the tests' key."""
    return Sealer(KeyRing.parse(SEALING_KEYS, base64_bytes=32))
