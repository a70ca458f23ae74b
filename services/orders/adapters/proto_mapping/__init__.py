"""Between the protos and the domain, both ways. Enums map by number; times keep microseconds."""

from orders.adapters.proto_mapping.codec import Seal
from orders.adapters.proto_mapping.events import encode_event, event_from_proto, event_to_proto
from orders.adapters.proto_mapping.orders import draft_from_proto, order_from_proto, order_to_proto
from orders.adapters.proto_mapping.wire import decode_order, encode_order

__all__ = [
    "Seal",
    "decode_order",
    "draft_from_proto",
    "encode_event",
    "encode_order",
    "event_from_proto",
    "event_to_proto",
    "order_from_proto",
    "order_to_proto",
]
