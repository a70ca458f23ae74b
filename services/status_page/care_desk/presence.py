"""Who is looking at an order, and who is writing an answer: so that two people do not answer one question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

LOOKING = timedelta(seconds=75)
"""A page asks again every few seconds; without script one look counts for this long."""
WRITING = timedelta(minutes=4)
"""Writing takes longer than looking, and a form may stand open without script."""


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody at an order."""

    session: str
    name: str
    doing: str
    """Empty for looking; else the question that is being answered, or the kind of act."""
    since: datetime


class Presence(Protocol):
    """Where it is kept who is where."""

    def note(self, order: str, here: Here, now: datetime) -> None:
        """Somebody is there now. Of one session, order and doing the earliest ``since`` stands while it lasts."""
        ...

    def others(self, orders: Sequence[str], session: str, now: datetime) -> Mapping[str, Sequence[Here]]:
        """Who else is at these orders now, the earliest first. One query."""
        ...

    def leave(self, order: str, session: str) -> None:
        """Somebody has finished there."""
        ...


def one_each(here: Sequence[Here]) -> tuple[Here, ...]:
    """Each session once: at what it writes rather than at what it only looks at."""
    found: dict[str, Here] = {}
    for one in here:
        if one.session not in found or (one.doing and not found[one.session].doing):
            found[one.session] = one
    return tuple(found.values())


def lasts(doing: str) -> timedelta:
    """How long it holds without being noted again."""
    return WRITING if doing else LOOKING
