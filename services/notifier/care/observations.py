"""What the measures count, each thing once, with the time at which it happened."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto


class Seen(StrEnum):
    """What was observed. A span has ``until``; a size is in ``value``, seconds where it is a time."""

    ORDER = auto()
    DARK = auto()
    """A buyer was in the dark from ``at`` to ``until``."""
    ASK_DARK = auto()
    """A question of the buyer's was open past its reply-by time; spans of one order never overlap."""
    PROMISE_DUE = auto()
    PROMISE_KEPT = auto()
    PROMISE_MOVED = auto()
    TROUBLE = auto()
    TROUBLE_TOLD_FIRST = auto()
    ACKNOWLEDGED = auto()
    """``value`` seconds after the first evidence."""
    ANSWERED = auto()
    """``value`` seconds after the first evidence."""
    ANSWERED_IN_TIME = auto()
    QUESTION = auto()
    MESSAGE = auto()
    MESSAGE_EMPTY = auto()
    BOUNCE = auto()
    DOWNLOAD_NEVER = auto()
    CHARGE = auto()
    NOTICE_LEAD = auto()
    """``value`` seconds from the accepted notice to the charge."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that was observed of one order."""

    seen: Seen
    at: datetime
    value: float = 0.0
    until: datetime | None = None
