"""Which domain class is which message."""

from collections.abc import Iterator, Mapping
from typing import Any

from orders.adapters.proto_mapping.codec import Codec
from orders.adapters.proto_mapping.encoding import Encoder
from orders.domain import order as domain
from orders.domain.events import CHANGES, Change
from orders.domain.vocabulary import ChangeKind
from wismo.orders.v1 import (
    buyer_pb2,
    entitlement_pb2,
    fulfilment_event_pb2,
    line_pb2,
    order_pb2,
    parcel_pb2,
    question_pb2,
)

# From the inside out: a message stands after those that it holds.
_PAIRS: tuple[tuple[type[Any], Any], ...] = (
    (domain.PostalAddress, buyer_pb2.PostalAddress),
    (domain.Buyer, buyer_pb2.Buyer),
    (domain.Expectation, line_pb2.Expectation),
    (domain.LineQuantity, line_pb2.LineQuantity),
    (domain.Line, line_pb2.OrderLine),
    (domain.PickupPoint, parcel_pb2.PickupPoint),
    (domain.Scan, parcel_pb2.TrackingScan),
    (domain.Parcel, parcel_pb2.Parcel),
    (domain.Collection, parcel_pb2.Collection),
    (domain.Return, parcel_pb2.ReturnShipment),
    (domain.DownloadFile, entitlement_pb2.DownloadFile),
    (domain.Download, entitlement_pb2.Download),
    (domain.Access, entitlement_pb2.Access),
    (domain.ChargeNotice, entitlement_pb2.ChargeNotice),
    (domain.Trial, entitlement_pb2.Trial),
    (domain.Problem, order_pb2.Problem),
    (domain.Refund, order_pb2.Refund),
    (domain.Credit, order_pb2.Credit),
    (domain.QuestionPost, question_pb2.QuestionPost),
    (domain.Question, question_pb2.Question),
    (domain.TimelineEntry, order_pb2.TimelineEntry),
    (domain.Order, order_pb2.Order),
)


def _codecs() -> dict[str, Codec[Any]]:
    codecs: dict[str, Codec[Any]] = {}
    for value, message in _PAIRS:
        codecs[message.DESCRIPTOR.full_name] = Codec(value, message, codecs)
    return codecs


def _encoders() -> dict[str, Encoder]:
    encoders: dict[str, Encoder] = {}
    for name, codec in CODECS.items():
        encoders[name] = Encoder(codec, encoders)
    return encoders


CODECS: Mapping[str, Codec[Any]] = _codecs()
ENCODERS: Mapping[str, Encoder] = _encoders()
BY_CLASS: Mapping[type[Any], Codec[Any]] = {codec.value: codec for codec in CODECS.values()}
# A draft reads the part of an order, and of its lines, that a backend may set.
_DRAFT_LINE = Codec(domain.DraftLine, line_pb2.OrderLine, CODECS)
DRAFT = Codec(domain.Draft, order_pb2.Order, {**CODECS, "wismo.orders.v1.OrderLine": _DRAFT_LINE})


def _changes() -> Iterator[tuple[ChangeKind, Codec[Change]]]:
    for field in fulfilment_event_pb2.FulfilmentEvent.DESCRIPTOR.oneofs_by_name["change"].fields:
        kind = ChangeKind(field.number)
        assert field.message_type is not None
        message = getattr(fulfilment_event_pb2, field.message_type.name)
        yield kind, Codec(CHANGES[kind], message, CODECS)


# By the number of the field in FulfilmentEvent.change.
CHANGE_CODECS: Mapping[ChangeKind, Codec[Change]] = dict(_changes())
CHANGE_ENCODERS: Mapping[ChangeKind, Encoder] = {
    kind: Encoder(codec, ENCODERS) for kind, codec in CHANGE_CODECS.items()
}
