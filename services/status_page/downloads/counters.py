"""Counting downloads: who may start one, and what counts as the same one."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from status_page.projection.rows import Taken

GRANT_LIFETIME = timedelta(hours=24)
"""For so long a started download may be resumed, tried again, or begun anew after a cancelled save dialog."""


@dataclass(frozen=True, slots=True)
class Start:
    """A buyer's wish to start one file of one issue of a download."""

    order: str
    line_id: str
    file_id: str
    issue: int
    allowed: int
    """How often this file may be started in this issue; 0 is without limit."""
    session: str
    """Whose browser: a second start from the same one, while its grant lasts, is the same download."""

    @property
    def file_key(self) -> str:
        """Names file and issue in the counters."""
        return file_key(self.line_id, self.file_id, self.issue)


class Outcome(Enum):
    """What became of a start."""

    COUNTED = "counted"
    SAME = "same"
    """It goes on with a download that was counted before."""
    NONE_LEFT = "none_left"


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer to a start; ``until`` says how long the download may go on, if it may."""

    outcome: Outcome
    until: datetime


class DownloadCounters(Protocol):
    """Where the counts are kept. The truth; what the page shows is a copy of it."""

    def start(self, start: Start, now: datetime) -> Grant:
        """Count the start if it is a new one and one is left. Atomic: of any number at once, only as many as are left.

        A counted start has its fact for `orders` in the outbox, durable together with the count.
        """
        ...

    def taken(self, order: str) -> Taken:
        """The counts of an order."""
        ...


def file_key(line_id: str, file_id: str, issue: int) -> str:
    """A short key for one file of one issue, safe as a field's name in any database."""
    return _short(f"{line_id}/{file_id}#{issue}")


def line_key(line_id: str, issue: int) -> str:
    """A short key for all files of one issue of a line."""
    return _short(f"{line_id}#{issue}")


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
