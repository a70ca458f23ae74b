"""Saved replies: texts that a merchant's team uses again, with places for what differs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chassis.localisation import mark

PLACES: Mapping[str, str] = {
    "buyer": mark("the buyer's name"),
    "reference": mark("the order number"),
    "shop": mark("the shop's name"),
    "me": mark("your own name"),
}
"""What may stand between braces, and what it becomes."""
LONGEST_TITLE = 80
LONGEST_TEXT = 4000
MOST = 200

_PLACE = re.compile(r"\{(\w{1,20})\}")


@dataclass(frozen=True, slots=True)
class Reply:
    """A saved reply."""

    id: str
    merchant: str
    title: str
    text: str


class Replies(Protocol):
    """Where they are kept."""

    def of(self, merchant: str) -> Sequence[Reply]:
        """All of a merchant's, by title."""
        ...

    def find(self, merchant: str, reply_id: str) -> Reply | None:
        """One of a merchant's; another's is not there."""
        ...

    def save(self, reply: Reply) -> None:
        """Keep it in place of the one with its id."""
        ...

    def remove(self, merchant: str, reply_id: str) -> None:
        """Take one of a merchant's away."""
        ...


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled. A place that has no value stays visible, so that nobody sends it unseen."""
    return _PLACE.sub(lambda found: values.get(found[1]) or found[0], text)


def unknown_places(text: str) -> tuple[str, ...]:
    """Names between braces that mean nothing."""
    return tuple(sorted({name for name in _PLACE.findall(text) if name not in PLACES}))


def open_places(text: str) -> tuple[str, ...]:
    """Places that were not filled: such a text must not go to a buyer."""
    return tuple(sorted({name for name in _PLACE.findall(text) if name in PLACES}))
