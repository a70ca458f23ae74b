"""The bytes of an OrderEvent, put together from parts that are encoded already."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from orders.adapters.proto_mapping import encode_event, encode_order
from orders.adapters.proto_mapping.encoding import tag, varint
from orders.domain.events import Event
from orders.domain.fold import Recorded
from orders.domain.order import Order
from orders.domain.vocabulary import ChangeKind
from orders.use_cases.outbox import SOURCE, event_id, event_type
from orders.use_cases.requests import RequestMark
from wismo.events.v1 import merchant_event_pb2
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import merchant_pb2

_ID = tag(OrderEvent.ID_FIELD_NUMBER)
_SUBJECT = tag(OrderEvent.SUBJECT_FIELD_NUMBER)
_TIME = tag(OrderEvent.TIME_FIELD_NUMBER)
_REQUEST = tag(OrderEvent.REQUEST_ID_FIELD_NUMBER)
_DIGEST = tag(OrderEvent.REQUEST_DIGEST_FIELD_NUMBER)
_CHANGE = tag(OrderEvent.CHANGE_FIELD_NUMBER)
_ORDER = tag(OrderEvent.ORDER_FIELD_NUMBER)
_MERCHANT = tag(OrderEvent.MERCHANT_FIELD_NUMBER)
# Wire type 0: a number.
_SEQUENCE = varint(OrderEvent.SEQUENCE_FIELD_NUMBER << 3)
_EFFECT = varint(OrderEvent.EFFECT_FIELD_NUMBER << 3)
# What is the same for every event of a kind.
_SOURCE_AND_TYPE = {kind: OrderEvent(source=SOURCE, type=event_type(kind)).SerializeToString() for kind in ChangeKind}


class ProtoEncoding:
    """The Encoding of the use cases: protobuf, as in the published contract."""

    def order(self, order: Order) -> bytes:
        return encode_order(order)

    def change(self, event: Event) -> bytes:
        return encode_event(event)

    def order_event(
        self, recorded: Recorded, change: bytes, body: bytes, merchant: bytes, mark: RequestMark, recorded_at: datetime
    ) -> bytes:
        """A message is the concatenation of its fields, in any order, so nothing is encoded twice."""
        name = recorded.order.name
        identity = event_id(name, recorded.sequence).encode()
        subject = name.encode()
        request, digest = mark.request_id.encode(), mark.digests[0]
        stamp = _stamp(recorded_at)
        return b"".join(
            (
                *(_ID, varint(len(identity)), identity),
                _SOURCE_AND_TYPE[recorded.event.kind],
                *(_SUBJECT, varint(len(subject)), subject),
                *(_TIME, varint(len(stamp)), stamp),
                *(_SEQUENCE, varint(recorded.sequence)),
                *(_CHANGE, varint(len(change)), change),
                *(_EFFECT, varint(recorded.effect)),
                *(_ORDER, varint(len(body)), body),
                *(_MERCHANT, varint(len(merchant)), merchant),
                *((_REQUEST, varint(len(request)), request) if request else ()),
                *(_DIGEST, varint(len(digest)), digest),
            )
        )


def merchant_event(merchant: merchant_pb2.Merchant) -> merchant_event_pb2.MerchantEvent:
    """The record that tells consumers of a merchant's change."""
    return merchant_event_pb2.MerchantEvent(
        id=event_id(merchant.name, merchant.revision),
        source=SOURCE,
        type="wismo.merchant.changed.v1",
        subject=merchant.name,
        time=merchant.update_time,
        merchant=merchant,
    )


def _stamp(at: datetime) -> bytes:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp.SerializeToString()
