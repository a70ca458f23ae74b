"""One thing that a caller gets wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.integration.orders.shop import Metadata, Shop
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2 as pb
from wismo.orders.v1 import questions_service_pb2 as questions

Request = (
    pb.RecordEventRequest
    | pb.CreateOrderRequest
    | questions.AskQuestionRequest
    | questions.AnswerQuestionRequest
    | questions.CheckChargeRequest
    | bytes
)


@dataclass(frozen=True)
class Case:
    """One row. `send` makes the request for the order of this reference; `before` are events recorded first."""

    group: str
    sent: str
    send: Callable[[Shop, str], Request]
    before: tuple[tuple[str, events.FulfilmentEvent], ...] = ()
    metadata: Metadata | None = None
    method: str = field(default="RecordEvent")
    service: str = "OrdersService"
