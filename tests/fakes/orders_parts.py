"""Orders, commands and merchants, as small as can be, for tests of what happens to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from orders.adapters.order_events import ProtoEncoding
from orders.domain.buyer import Buyer
from orders.domain.changes.care import NoteToBuyer
from orders.domain.events import Event
from orders.domain.line import DraftLine
from orders.domain.order import Draft
from orders.domain.policy import Policy
from orders.domain.vocabulary import EventSource, LineKind
from orders.use_cases.commands import Command, CreateOrder, MerchantSnapshot, RecordEvent
from orders.use_cases.folding import Outcome, fold_group
from orders.use_cases.names import order_key, order_name
from orders.use_cases.requests import RequestMark
from orders.use_cases.stored import Changes, StoredOrder

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MERCHANT = MerchantSnapshot("merchants/lantern", 1, b"", Policy())
ENCODING = ProtoEncoding()


@dataclass
class StandingClock:
    """A clock that moves when it is told to."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


def mark(request_id: str, body: str = "") -> RequestMark:
    """A request with this body, or with one that follows from its id."""
    return RequestMark(request_id, ((body or request_id).encode().ljust(16, b".")[:16],))


def create(reference: str = "R-1", request_id: str = "", body: str = "created") -> CreateOrder:
    """An order of one book."""
    name = order_name(MERCHANT.name, reference)
    lines = (DraftLine(line_id="book", kind=LineKind.PHYSICAL, title="Northern Lights"),)
    draft = Draft(name=name, reference=reference, buyer=Buyer(email="robin@buyers.test"), lines=lines)
    return CreateOrder(order_key(name), name, MERCHANT, mark(request_id, body), draft)


def record(text: str, request_id: str, reference: str = "R-1", etag: str = "") -> RecordEvent:
    """A note to the buyer, which every order takes."""
    name = order_name(MERCHANT.name, reference)
    event = Event(NoteToBuyer(text=text), source=EventSource.MERCHANT)
    return RecordEvent(order_key(name), name, MERCHANT, mark(request_id, text), event, etag)


def folded(
    commands: Sequence[Command], orders: dict[str, StoredOrder | None] | None = None
) -> tuple[list[Outcome], Changes]:
    """What a group comes to."""
    present = {command.key: None for command in commands} | (orders or {})
    return fold_group(commands, present, NOW, ENCODING)
