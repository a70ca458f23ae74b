"""What can be asked of one order, in a form that can wait in a group with others."""

from dataclasses import dataclass
from datetime import datetime

from orders.domain.events import Event
from orders.domain.fold import Policy
from orders.domain.order import Draft
from orders.use_cases.requests import RequestMark


@dataclass(frozen=True, slots=True)
class MerchantSnapshot:
    """A merchant as it goes into events: its name, and its encoded form. `policy` is what folding must know of it."""

    name: str
    revision: int
    body: bytes
    policy: Policy


@dataclass(frozen=True, slots=True)
class CreateOrder:
    """Make the order of a draft."""

    key: str
    name: str
    merchant: MerchantSnapshot
    mark: RequestMark
    draft: Draft
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """Let an order undergo an event. An empty etag means: whatever the order is now."""

    key: str
    name: str
    merchant: MerchantSnapshot
    mark: RequestMark
    event: Event
    etag: str = ""


Command = CreateOrder | RecordEvent


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command. `body` is the encoded order as it is now."""

    sequence: int
    effect: int
    order_state: int
    etag: str
    body: bytes
