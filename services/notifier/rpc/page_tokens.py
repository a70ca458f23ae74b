"""Page tokens: opaque to callers, bound to the question that they continue."""

import base64
import hashlib
import json
from collections.abc import Sequence

from notifier.rpc.errors import Invalid, Violation, invalid


def page_size(asked: int) -> int:
    """0 means 50, more than 500 is read as 500."""
    return min(asked or 50, 500)


def make_token(place: Sequence[str | int], question: bytes) -> str:
    """A token that continues behind `place` for the same question only."""
    return base64.urlsafe_b64encode(json.dumps([_digest(question), *place]).encode()).decode().rstrip("=")


def read_token(token: str, question: bytes) -> tuple[int, int, str]:
    """The place in a token: due time, rank, id. Raises Invalid for one that is none, or for another question."""
    try:
        digest, due, rank, last = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, TypeError):
        raise _bad() from None
    if digest != _digest(question) or not (type(due) is int and type(rank) is int and isinstance(last, str)):
        raise _bad()
    return due, rank, last


def _digest(question: bytes) -> str:
    return hashlib.blake2b(question, digest_size=6).hexdigest()


def _bad() -> Invalid:
    return invalid(
        Violation("page_token", "is none of ours for this question; use the one from the answer before, unchanged")
    )
