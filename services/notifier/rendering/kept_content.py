"""What a message said, as it rests in the ledger: secrets masked, compressed, sealed and bound to its message."""

import json
import zlib

from chassis.sealing import Sealed, Sealer
from notifier.channels.compose import Content

# A mail is some kilobytes; whatever claims to be more than this is none of ours.
_LONGEST = 4 << 20


def pack(kept: Content, message_id: str, sealer: Sealer) -> Sealed:
    """The content (``Rendered.kept``, never what was sent) for storage: about a quarter of its size."""
    body = json.dumps([kept.subject, kept.text, kept.html], ensure_ascii=False, separators=(",", ":")).encode()
    return sealer.seal_bytes(zlib.compress(body, 1), message_id)


def unpack(stored: Sealed, message_id: str, sealer: Sealer) -> Content:
    """What ``pack`` was given. Raises CannotOpen for another message's content or a changed byte."""
    inflate = zlib.decompressobj()
    body = inflate.decompress(sealer.open_bytes(stored, message_id), _LONGEST)
    subject, text, html = json.loads(body)
    return Content(subject, text, html)
