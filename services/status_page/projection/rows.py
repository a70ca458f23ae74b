"""The rows of the read model and the ports to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Taken:
    """How often the files of an order were taken: a copy of the counters, for display only.

    Keys are those of ``downloads.counters``. Counts only ever grow, first times only ever move back.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    first_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pending:
    """What the buyer did on the page and the order does not show yet: a copy of a fact in the outbox, for display only.

    ``id`` is the fact's; which of the other fields count follows from the kind.
    """

    id: str
    kind: Literal["question", "trial_cancelled", "optional_off"]
    at: datetime
    text: str = field(default="", repr=False)
    reply_by: datetime | None = None
    line_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order as the page keeps it: its bytes, and the few fields that are needed before they are parsed."""

    name: str
    merchant: str
    sequence: int
    link_version: int
    lookup_keys: tuple[bytes, ...]
    locale: str
    erased: bool
    order: bytes = field(repr=False)
    """The serialised ``wismo.orders.v1.Order``."""
    facets: tuple[str, ...] = ()
    """What an open order has in common with others; see ``projection.facets``."""
    taken: Taken = field(default_factory=Taken)
    pending: tuple[Pending, ...] = ()
    """What was done on the page, the oldest first. It may be in the order already."""
    traceparent: str = ""
    """Of its folding; empty when the event is not traced."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up by key yields: enough to go on, and nothing of the order itself."""

    name: str
    merchant: str


@dataclass(frozen=True, slots=True)
class MerchantRow:
    """One merchant as the page keeps it."""

    name: str
    revision: int
    merchant: bytes = field(repr=False)
    """The serialised ``wismo.orders.v1.Merchant``."""


class OrderRows(Protocol):
    """Where the orders are kept."""

    def write(self, rows: Sequence[OrderRow]) -> None:
        """Store each row whose sequence is not lower than the one stored; durable on return.

        An equal one is written again, which changes nothing unless the code that made the row has changed. ``taken``
        and ``pending`` are not written, but nothing is pending any more in a row that was erased. Safe against another
        writer at the same time: the higher sequence stands.
        """
        ...

    def find(self, name: str) -> OrderRow | None:
        """The order with this exact name."""
        ...

    def find_by_key(self, key: bytes) -> Sequence[Found]:
        """The orders with this look-up key: hardly ever more than one, and none that was erased."""
        ...

    def show_taken(self, name: str, taken: Taken) -> None:
        """Bring the copy of the counters forward. An order that is not there is left out."""
        ...

    def show_pending(self, name: str, pending: Pending, over: Sequence[str] = ()) -> None:
        """Show what was just done, and no longer what is ``over``, by ids. An order that is not there is left out."""
        ...


class MerchantRows(Protocol):
    """Where the merchants are kept."""

    def write(self, rows: Sequence[MerchantRow]) -> None:
        """Store each row whose revision is not lower than the one stored; durable on return."""
        ...

    def find(self, name: str) -> MerchantRow | None:
        """The merchant with this name."""
        ...

    def only(self) -> MerchantRow | None:
        """The merchant, if there is exactly one."""
        ...
