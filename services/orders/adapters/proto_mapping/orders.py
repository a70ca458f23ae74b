"""Order and the draft of one, both ways."""

from dataclasses import replace
from typing import cast

from orders.adapters.proto_mapping.codecs import BY_CLASS, DRAFT
from orders.domain.order import Draft, Order
from wismo.orders.v1 import order_pb2

_ORDER = BY_CLASS[Order]


def draft_from_proto(pb: order_pb2.Order, name: str) -> Draft:
    """The order as a backend sends it; ``name`` is the resource name it gets. What is output only is not read.

    BadField, with a path in the Order, when a field is unset that it cannot be without, or a time or number means
    nothing.
    """
    return replace(DRAFT.from_proto(pb), name=name)


def order_to_proto(order: Order) -> order_pb2.Order:
    """The whole order, with its etag."""
    pb = cast("order_pb2.Order", _ORDER.to_proto(order))
    pb.etag = order.etag
    return pb


def order_from_proto(pb: order_pb2.Order) -> Order:
    """The order that `order_to_proto` was given. BadField when it is not one of ours."""
    return cast("Order", _ORDER.from_proto(pb))
