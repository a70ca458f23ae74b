"""The port to where facts wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from status_page.outbox.facts import Fact


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fact that was claimed for telling, and how often that was tried before."""

    fact: Fact
    attempts: int


class Outbox(Protocol):
    """Where facts wait. Shared by all processes of the page."""

    def put(self, fact: Fact) -> None:
        """Keep the fact; durable on return. One with the same id that waits already stands as it is."""
        ...

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
        """Up to ``limit`` facts that are due, the oldest first, for the caller alone until ``until``."""
        ...

    def told(self, fact_id: str) -> None:
        """The orders service has it: forget it."""
        ...

    def postpone(self, fact_id: str, due_at: datetime) -> None:
        """Try it again then."""
        ...

    def refused(self, fact_id: str, reason: str) -> None:
        """The orders service will never take it: set it aside with the reason, for a human."""
        ...

    def depth(self) -> int:
        """How many facts wait."""
        ...
