"""What the care service reads, and the port to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from chassis.sealing import Sealed
from notifier.care import Attention, Obligation, Watch
from notifier.care.measures import Tally
from notifier.sending.rows import Row


@dataclass(frozen=True, slots=True)
class Waiting:
    """A matter that needs a human, of which order, and where it stands in the list: due time, rank, id."""

    order: str
    attention: Attention
    place: tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A row of the ledger, and when it came back, if it did."""

    row: Row
    bounced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One order: its watch with everything folded in, what has ended, and every message."""

    watch: Watch
    ended: tuple[Obligation, ...] = ()
    messages: tuple[MessageRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Now:
    """How it is at this moment; each counted up to 100,000."""

    open_orders: int = 0
    dark_orders: int = 0
    open_questions: int = 0
    overdue_questions: int = 0
    failed_messages: int = 0


class CareBook(Protocol):
    """Read only. Nothing is ever scanned."""

    def now(self) -> datetime:
        """The database's clock."""
        ...

    def merchant(self, name: str) -> bytes | None:
        """The newest of a merchant, serialised; None for one that is not known here."""
        ...

    def attention(
        self, merchant: str, kinds: Collection[int], after: tuple[int, int, str] | None, limit: int
    ) -> list[Waiting]:
        """What needs a human, the earliest due first, then the higher rank, behind a place; all kinds if none."""
        ...

    def story(self, order: str) -> Story | None:
        """Everything of one order; None when it is not known."""
        ...

    def message(self, order: str, message_id: str) -> tuple[MessageRow, Sealed | None] | None:
        """One message of that order with what it said; None when there is none."""
        ...

    def days(self, merchant: str, first: date, last: date) -> Mapping[date, Tally]:
        """The days of a merchant on which anything happened, in order."""
        ...

    def standing(self, merchant: str) -> Now:
        """How it is at this moment."""
        ...
