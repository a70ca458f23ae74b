"""The time, passed in so that a test can say what it is."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Whoever tells the time. Always an aware instant in UTC."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant by the machine's clock, aware, in UTC."""
        return datetime.now(UTC)
