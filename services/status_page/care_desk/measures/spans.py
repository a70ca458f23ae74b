"""The days that are asked for."""

from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = timedelta(days=400)
CHOICES = (7, 30, 90, 365)
_DEFAULT = 30


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both included."""

    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def span_of(first: str, last: str, today: date) -> Span:
    """The span for two typed days. What is no day, in the wrong order or too long becomes the last 30 days."""
    end = _day(last) or today
    begin = _day(first) or end - timedelta(days=_DEFAULT - 1)
    if begin > end or end - begin >= LONGEST:
        begin = end - timedelta(days=_DEFAULT - 1)
    return Span(begin, end)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(2000, 1, 1) < day < date(2200, 1, 1) else None
