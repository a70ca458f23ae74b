"""How well the whole installation cares, as Prometheus gauges: what stands open now, and what today has come to.

Every process that watches shows the same; a dashboard takes the largest, never the sum.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from notifier.care.measures import Tally, care_day, merged
from notifier.measures import Measures
from notifier.rpc.book import Now

_TODAY = (
    "orders",
    "buyer_hours_dark",
    "ask_hours_dark",
    "promises_due",
    "promises_kept",
    "promises_moved",
    "troubles",
    "troubles_told_first",
    "questions",
    "questions_answered",
    "questions_answered_in_time",
    "messages",
    "messages_empty",
    "bounces",
    "charges",
)


class FleetBook(Protocol):
    """What is added up."""

    def now(self) -> datetime:
        """The database's clock."""
        ...

    def merchants(self) -> Sequence[str]:
        """All of them, by name."""
        ...

    def standing(self, merchant: str) -> Now:
        """How it is with one at this moment."""
        ...

    def of_all(self, day: date) -> Sequence[Tally]:
        """What every merchant's day has come to so far."""
        ...


class Fleet:
    """Publishes the gauges when told to."""

    def __init__(self, book: FleetBook, measures: Measures) -> None:
        self._book = book
        self._measures = measures

    def publish(self) -> None:
        """Read and show. Takes some milliseconds for each merchant."""
        standing = [self._book.standing(name) for name in self._book.merchants()]
        for name in ("open_orders", "dark_orders", "open_questions", "overdue_questions", "failed_messages"):
            self._measures.care_now.labels(name).set(sum(getattr(one, name) for one in standing))
        today = care_day(merged(self._book.of_all(self._book.now().date())))
        for name in _TODAY:
            self._measures.care_today.labels(name).set(getattr(today, name))
