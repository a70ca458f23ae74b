"""What is told, and the port to where it waits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pymongo.client_session import ClientSession


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that another service must be told."""

    id: str
    """Tells it apart from every other, also for the receiver: whoever gets two of the same id counts one."""
    kind: str
    """Which call it becomes."""
    about: str
    """Resource name of what it is about, for those who look; no personal data."""
    at: datetime
    """When it came to be, aware; it is due from then on."""
    body: bytes = field(repr=False, default=b"")
    """What is told, serialised by whoever put it and read by whoever tells it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that was claimed for telling, and how often that was tried before."""

    letter: Letter
    attempts: int


class Outbox(Protocol):
    """Where letters wait. Shared by all processes of a service; each call is durable on return."""

    def put(self, *letters: Letter, session: ClientSession | None = None) -> None:
        """Keep the letters, with ``session`` as part of its transaction. One whose id waits already stands as it is."""
        ...

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
        """Up to ``limit`` letters that are due, those due the longest first, for the caller alone until ``until``."""
        ...

    def told(self, letter_id: str) -> None:
        """It was taken: forget it."""
        ...

    def postpone(self, letter_id: str, due_at: datetime) -> None:
        """Try it again then; counts as one attempt."""
        ...

    def refused(self, letter_id: str, reason: str) -> None:
        """It will never be taken: set it aside with the reason, for a human."""
        ...

    def again(self, letter_id: str, now: datetime) -> bool:
        """Put what was set aside back, due now, as if it had never been tried. False: there is no such letter."""
        ...

    def depth(self) -> int:
        """How many letters wait, counted up to 10,000."""
        ...

    def set_aside(self) -> int:
        """How many letters were refused and stand aside, counted up to 10,000: each is for a human to look at."""
        ...
