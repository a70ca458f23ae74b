"""What can be asked of one order, in a form that can wait in a group with others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orders.domain.events import Event
from orders.domain.order import Draft, Order
from orders.domain.policy import Policy
from orders.use_cases.promises import AnswerPromise
from orders.use_cases.requests import RequestMark


@dataclass(frozen=True, slots=True)
class MerchantSnapshot:
    """A merchant as it goes into events: its name, and its encoded form. `policy` is what folding must know of it,
    `answers` what it has promised of them.
    """

    name: str
    revision: int
    body: bytes
    policy: Policy
    answers: AnswerPromise = field(default_factory=AnswerPromise)


@dataclass(frozen=True, slots=True)
class CreateOrder:
    """Make the order of a draft."""

    key: str
    name: str
    merchant: MerchantSnapshot
    mark: RequestMark
    draft: Draft
    occurred_at: datetime | None = None
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """Let an order undergo an event. An empty etag means: whatever the order is now."""

    key: str
    name: str
    merchant: MerchantSnapshot
    mark: RequestMark
    event: Event
    etag: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class RecordDecided:
    """Let an order undergo what follows from the order itself: all of it in one commit, or nothing.

    `decide` is given the order as it is in the transaction, and the time. It must be pure, for it is asked again when
    another commit comes between, and must name one event at least. The answer is that of the last.
    """

    key: str
    name: str
    merchant: MerchantSnapshot
    mark: RequestMark
    decide: Callable[[Order, datetime], Sequence[Event]]
    traceparent: str = ""


Command = CreateOrder | RecordEvent | RecordDecided


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command. `body` is the encoded order as it is now."""

    sequence: int
    effect: int
    order_state: int
    etag: str
    body: bytes
