"""What the gRPC side needs of the mapping between protos and domain, which bootstrap hands over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from google.protobuf.message import Message

from orders.domain.events import Event
from orders.domain.order import Draft, Sealed
from orders.use_cases.requests import RequestMark
from wismo.orders.v1 import fulfilment_event_pb2, order_pb2


class Mapping(Protocol):
    """Protos into the domain. A module fulfils it as well as an object."""

    def draft_from_proto(self, pb: order_pb2.Order, name: str) -> Draft:
        """The order as a backend sends it."""
        ...

    def event_from_proto(self, pb: fulfilment_event_pb2.FulfilmentEvent, seal: Callable[[str], Sealed]) -> Event:
        """The event, with every plaintext in it sealed."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """How requests are read: mapped, their secrets sealed with the order's name as associated data, their bodies
    digested.
    """

    mapping: Mapping
    seal: Callable[[str, str], Sealed]
    digest: Callable[[str, bytes], tuple[bytes, ...]]

    def draft(self, pb: order_pb2.Order, name: str) -> Draft:
        """The draft of an order that is to have this name."""
        return self.mapping.draft_from_proto(pb, name)

    def event(self, pb: fulfilment_event_pb2.FulfilmentEvent, order: str) -> Event:
        """The event of an order, with nothing in it that only the buyer may read."""
        return self.mapping.event_from_proto(pb, lambda plaintext: self.seal(plaintext, order))

    def mark(self, kind: str, body: Message, request_id: str) -> RequestMark:
        """The identity of a request: its id, and what it asks for."""
        return RequestMark(request_id, self.digest(kind, body.SerializeToString(deterministic=True)))
