"""What the use cases need from outside, named for the need. One behaviour suite runs over every adapter
(tests/contract/orders).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orders.domain.events import Event
from orders.domain.fold import Recorded
from orders.domain.order import Order
from orders.use_cases.requests import RequestMark
from orders.use_cases.stored import Changes, OutboxRow, StoredOrder


class StoreConflict(Exception):
    """Another commit touched the same orders. Nothing was written; what was read is stale."""


class StoreUnavailable(Exception):
    """The database does not answer. Whether the commit took place is not known, unless `nothing_written`."""

    def __init__(self, *, nothing_written: bool) -> None:
        super().__init__("the database does not answer")
        self.nothing_written = nothing_written


class GroupCommit(Protocol):
    """One transaction over several orders."""

    async def read(self, known: Mapping[str, int]) -> dict[str, StoredOrder | None]:
        """The orders of these keys whose version is not the known one (0: none known); None where there is no order.

        A key that is missing from the answer has exactly the known version within this transaction.
        """
        ...

    async def write(self, changes: Changes) -> None:
        """Write all of it when the transaction commits."""
        ...


class OrderStore(Protocol):
    """Where orders, their log and the outbox are kept together."""

    def transaction(self) -> AbstractAsyncContextManager[GroupCommit]:
        """A transaction that commits, durably, when its block ends well. Raises StoreConflict or StoreUnavailable;
        never retries.
        """
        ...

    async def find(self, key: str) -> StoredOrder | None:
        """The order as it is now. Raises StoreUnavailable."""
        ...

    async def body(self, key: str) -> "OrderBody | None":
        """The encoded order as it is now, without decoding it. Raises StoreUnavailable."""
        ...

    async def page(self, query: "OrderQuery") -> Sequence["OrderRow"]:
        """A page of a merchant's orders, oldest change first. Raises StoreUnavailable."""
        ...

    async def questions(self, query: "QuestionQuery") -> Sequence["QuestionPlace"]:
        """A page of a merchant's questions, those first that are due first. Raises StoreUnavailable."""
        ...

    async def redact(self, key: str, changes: Mapping[int, bytes]) -> None:
        """Replace the kept changes with these sequences. Raises StoreUnavailable."""
        ...

    async def history(self, key: str) -> Sequence[tuple[int, bytes]]:
        """Sequence and encoded change of every event of an order, in order. Raises StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which orders, and after which place in the order of change."""

    merchant: str
    limit: int
    states: frozenset[int] = frozenset()
    with_open_problem: bool = False
    after: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True)
class OrderBody:
    """An order's exact resource name, and its encoded form."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of a page; `place` continues behind it."""

    body: bytes
    place: tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class QuestionQuery:
    """Which questions, and after which place in the order of their due times. State 0 is any."""

    merchant: str
    limit: int
    state: int = 0
    after: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True)
class QuestionPlace:
    """One question of a page, with the encoded order that it is about; `place` continues behind it."""

    body: bytes
    question_id: str
    place: tuple[datetime, str]


class Encoding(Protocol):
    """How orders and events become bytes."""

    def order(self, order: Order) -> bytes:
        """The encoded order."""
        ...

    def change(self, event: Event) -> bytes:
        """The encoded event, for the log."""
        ...

    def order_event(
        self, recorded: Recorded, change: bytes, body: bytes, merchant: bytes, mark: RequestMark, recorded_at: datetime
    ) -> bytes:
        """The record for Kafka, of the encoded change, the encoded order after it, and the encoded merchant."""
        ...


class OutboxFeed(Protocol):
    """Rows as they are committed, from any process."""

    def follow(self) -> AbstractAsyncContextManager[AsyncIterator[OutboxRow]]:
        """Every row committed after the block was entered, in order of commit. Raises StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """An API key as it is stored: everything but the key. `hash` is the SHA-256 of the key."""

    hash: str
    name: str
    merchant: str
    display_name: str
    scope: int
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None


class KeyStore(Protocol):
    """Where API keys are found by their hash. Every method raises StoreUnavailable."""

    async def find(self, key_hash: str) -> KeyRecord | None:
        """The key with this hash, expired and revoked ones too."""
        ...

    async def add(self, record: KeyRecord) -> None:
        """Keep a new key, durably."""
        ...

    async def of(self, merchant: str) -> Sequence[KeyRecord]:
        """All keys of a merchant, oldest first."""
        ...

    async def revoke(self, name: str, now: datetime) -> KeyRecord | None:
        """Mark the key of this resource name as revoked (the first time counts); None if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class MerchantRecord:
    """A merchant as it is stored. `body` is its encoded form."""

    name: str
    revision: int
    body: bytes


class MerchantStore(Protocol):
    """Where merchants are kept, each change with its row of the outbox in one commit."""

    async def find(self, name: str) -> MerchantRecord | None:
        """The merchant as it is now. Raises StoreUnavailable."""
        ...

    async def put(self, record: MerchantRecord, row: OutboxRow) -> None:
        """Write the merchant if the stored one has the revision before (none for 1). Raises StoreConflict or
        StoreUnavailable.
        """
        ...

    async def restore(self, record: MerchantRecord) -> bool:
        """Write the merchant if it is newer than the stored one, and tell nobody: everybody knows. Whether it was.

        Raises StoreConflict or StoreUnavailable.
        """
        ...

    async def page(self, after: str, limit: int) -> Sequence[MerchantRecord]:
        """Merchants by name, after the given one. Raises StoreUnavailable."""
        ...
