"""Key rings for signing and sealing, and API keys of which only a hash is stored."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}\Z")


class BadKeyRing(ValueError):
    """The text is no key ring. The message says which entry and why, and never holds a key."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key with the public id that tells it from the others of its ring."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Several keys valid at once: the first makes what is new, all of them open what is old. Never empty."""

    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise BadKeyRing("a key ring needs at least one key")
        ids = [key.id for key in self.keys]
        if len(set(ids)) != len(ids):
            raise BadKeyRing("two keys of the ring have the same id")

    @property
    def current(self) -> Key:
        """The key that signs or seals what is new."""
        return self.keys[0]

    def find(self, key_id: str) -> Key | None:
        """The key with this id, or None."""
        return next((key for key in self.keys if key.id == key_id), None)

    def __iter__(self) -> Iterator[Key]:
        return iter(self.keys)

    @classmethod
    def parse(cls, text: str, *, base64_bytes: int | None = None) -> "KeyRing":
        """Read ``id:value[,id2:value2]``; the first is current.

        With ``base64_bytes`` each value must be base64 (either alphabet) of exactly so many bytes; without, the value's
        UTF-8 bytes are the key. Raises BadKeyRing.
        """
        return cls(tuple(_parse_key(number, entry, base64_bytes) for number, entry in enumerate(text.split(","), 1)))


def _parse_key(number: int, entry: str, base64_bytes: int | None) -> Key:
    key_id, colon, value = entry.strip().partition(":")
    if not colon or not value:
        raise BadKeyRing(f"entry {number} is not of the form id:value")
    if not _KEY_ID.match(key_id):
        raise BadKeyRing(f"the id of entry {number} is not made of 1 to 32 letters, digits, '-' or '_'")
    if base64_bytes is None:
        return Key(key_id, value.encode())
    try:
        secret = base64.b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        # The cause is cut off because its text may quote the key.
        raise BadKeyRing(f"the value of entry {number} (id {key_id}) is not base64") from None
    if len(secret) != base64_bytes:
        raise BadKeyRing(f"entry {number} (id {key_id}) decodes to {len(secret)} bytes, not {base64_bytes}")
    return Key(key_id, secret)


def new_key(prefix: str) -> str:
    """A fresh API key: the prefix, '_', and 256 random bits in 43 URL-safe characters."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hash_key(key: str) -> str:
    """SHA-256 of an API key in lower-case hex. A plain hash suffices because the key has 256 random bits of its own."""
    return hashlib.sha256(key.encode()).hexdigest()


def same(left: str | bytes, right: str | bytes) -> bool:
    """Whether two secrets are equal, in a time that does not depend on where they differ."""
    left_bytes = left.encode() if isinstance(left, str) else left
    right_bytes = right.encode() if isinstance(right, str) else right
    return hmac.compare_digest(left_bytes, right_bytes)


def key_matches(key: str, stored_hash: str) -> bool:
    """Whether ``key`` is the API key whose ``hash_key`` was stored; constant time."""
    return same(hash_key(key), stored_hash.strip().lower())
