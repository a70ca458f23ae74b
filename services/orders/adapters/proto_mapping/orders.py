"""Order and the draft of one, both ways."""

from typing import cast

from orders.adapters.proto_mapping.codec import time_from_proto
from orders.adapters.proto_mapping.codecs import BY_CLASS, DRAFT_LINE
from orders.domain.order import Buyer, Draft, Money, Order
from orders.domain.vocabulary import PaymentState
from wismo.orders.v1 import order_pb2

_ORDER = BY_CLASS[Order]
_BUYER = BY_CLASS[Buyer]


def draft_from_proto(pb: order_pb2.Order, name: str) -> Draft:
    """The order as a backend sends it; ``name`` is the resource name it gets. What is output only is not read. ValueError as for events."""
    return Draft(
        name,
        pb.reference,
        cast("Buyer", _BUYER.from_proto(pb.buyer)),
        tuple(DRAFT_LINE.from_proto(line) for line in pb.lines),
        time_from_proto(pb.placed_at) if pb.HasField("placed_at") else None,
        Money(pb.total.currency_code, pb.total.units, pb.total.nanos) if pb.HasField("total") else None,
        PaymentState(pb.payment_state),
    )


def order_to_proto(order: Order) -> order_pb2.Order:
    """The whole order, with its etag."""
    pb = cast("order_pb2.Order", _ORDER.to_proto(order))
    pb.etag = order.etag
    return pb


def order_from_proto(pb: order_pb2.Order) -> Order:
    """The order that `order_to_proto` was given. ValueError when it is not one of ours."""
    return cast("Order", _ORDER.from_proto(pb))
