"""An order as it is kept, and the rows that go with a change of it."""

from dataclasses import dataclass
from datetime import datetime

from orders.domain.order import Order
from orders.domain.transits import Road
from orders.use_cases.requests import RequestLog


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order with its encoded form and the requests it has seen. Immutable, so that a cache may share it."""

    key: str
    merchant: str
    order: Order
    body: bytes
    requests: RequestLog

    @property
    def version(self) -> int:
        """The sequence of the newest event; what optimistic concurrency compares."""
        return self.order.sequence


@dataclass(frozen=True, slots=True)
class LogRow:
    """One event in the log that is only ever appended to. `change` is the encoded event."""

    key: str
    order: str
    merchant: str
    sequence: int
    recorded_at: datetime
    effect: int
    change: bytes
    request_id: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One record that the broker must get. `id` sorts by shard, then order, then sequence."""

    id: str
    topic: str
    key: str
    event_id: str
    event_type: str
    time: datetime
    value: bytes
    traceparent: str = ""
    """Of the call that caused it; empty when that is not traced."""

    @property
    def shard(self) -> int:
        return int(self.id[:2])


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """Where a question stands in the list of a merchant's: by when it is due, or was, and whether it is open."""

    order_key: str
    question_id: str
    merchant: str
    state: int
    due: datetime

    @property
    def key(self) -> str:
        """Unique among all questions."""
        return f"{self.order_key}?{self.question_id}"


@dataclass(frozen=True, slots=True)
class TransitRow:
    """A parcel that arrived, and the whole quarter days that it was on the way."""

    key: str
    road: Road
    quarter_days: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What one commit writes, all or nothing."""

    created: tuple[StoredOrder, ...]
    replaced: tuple[StoredOrder, ...]
    log: tuple[LogRow, ...]
    outbox: tuple[OutboxRow, ...]
    questions: tuple[QuestionRow, ...] = ()
    transits: tuple[TransitRow, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.outbox)
