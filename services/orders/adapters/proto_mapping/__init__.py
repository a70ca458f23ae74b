"""Between the protos and the domain, both ways. Enums map by number; times keep microseconds."""

from collections.abc import Callable

from orders.domain.events import Event
from orders.domain.order import Draft, Order, Sealed
from wismo.orders.v1 import fulfilment_event_pb2, order_pb2

Seal = Callable[[str], Sealed]


def draft_from_proto(pb: order_pb2.Order, name: str) -> Draft:
    """The order as a backend sends it; ``name`` is the resource name it gets. What is output only is not read."""
    raise NotImplementedError


def event_from_proto(pb: fulfilment_event_pb2.FulfilmentEvent, seal: Seal) -> Event:
    """The event, with every plaintext in it sealed by ``seal``. ValueError when no change is set."""
    raise NotImplementedError


def event_to_proto(event: Event) -> fulfilment_event_pb2.FulfilmentEvent:
    """The event as it goes to the log and to Kafka."""
    raise NotImplementedError


def encode_event(event: Event) -> bytes:
    """The bytes of `event_to_proto`."""
    raise NotImplementedError


def order_to_proto(order: Order) -> order_pb2.Order:
    """The whole order."""
    raise NotImplementedError


def order_from_proto(pb: order_pb2.Order) -> Order:
    """The order that `order_to_proto` was given."""
    raise NotImplementedError


def encode_order(order: Order) -> bytes:
    """Bytes that parse to `order_to_proto(order)`; what did not change since an earlier call is not encoded again."""
    raise NotImplementedError


def decode_order(data: bytes) -> Order:
    """The order that `encode_order` was given."""
    raise NotImplementedError
