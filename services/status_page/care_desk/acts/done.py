"""Acts that were done here: shown at once, before the orders service has them and while it is down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

KEPT = timedelta(days=7)
"""After it the order itself and the audit log tell what was done."""

BY_LINK = "by link"
"""Who has done it when nobody had logged in: whoever had the mail with the link."""


class Standing(Enum):
    """How far an act is."""

    WAITING = "waiting"
    """In the outbox: it will be told as soon as the orders service answers."""
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DoneAct:
    """One act. ``id`` is its fact's."""

    id: str
    order: str
    kind: str
    """Which act: `answer`, `credit` …"""
    about: str
    """Which question, problem, line or message; empty: the order."""
    who: str
    session: str
    at: datetime
    text: str = field(default="", repr=False)
    """What the buyer is told by it, in the team's own words."""
    standing: Standing = Standing.WAITING
    reason: str = ""
    """Why it was refused."""


class DoneActs(Protocol):
    """Where they are kept, for ``KEPT``."""

    def note(self, done: DoneAct) -> None:
        """Keep it; one with the same id stands as it is. ``standing`` is not kept: the outbox knows it."""
        ...

    def of(self, order: str) -> Sequence[DoneAct]:
        """Those of an order with how they stand now, the newest first."""
        ...
