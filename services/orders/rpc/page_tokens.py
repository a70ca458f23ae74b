"""Page tokens: opaque to callers, bound to the question that they continue."""

import base64
import hashlib
import json
from collections.abc import Sequence

from orders.use_cases.errors import Invalid, Violation


def page_size(asked: int) -> int:
    """0 means 50, more than 500 is read as 500."""
    return min(asked or 50, 500)


def make_token(place: Sequence[str | int], question: bytes) -> str:
    """A token that continues behind `place` for the same question only."""
    return base64.urlsafe_b64encode(json.dumps([_digest(question), *place]).encode()).decode().rstrip("=")


def read_token(token: str, question: bytes, length: int) -> list[str | int]:
    """The place in a token. Raises Invalid for one that was not made here, or for another question."""
    try:
        digest, *place = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, TypeError):
        raise _bad() from None
    if digest != _digest(question) or len(place) != length or not all(isinstance(part, str | int) for part in place):
        raise _bad()
    parts: list[str | int] = place
    return parts


def _digest(question: bytes) -> str:
    return hashlib.blake2b(question, digest_size=6).hexdigest()


def _bad() -> Invalid:
    why = "is none of ours, or belongs to a request with other fields; begin again without it"
    return Invalid(f"page_token: {why}", violations=(Violation("page_token", why, "PAGE_TOKEN"),))
