"""Records of our own topics, read back as what they tell."""

from datetime import UTC

from google.protobuf.message import DecodeError

from chassis.kafka import Record
from orders.adapters.proto_mapping import decode_order
from orders.domain.errors import BadField
from orders.use_cases.names import merchant_of, order_key
from orders.use_cases.ports import MerchantRecord
from orders.use_cases.reconciling import Told
from orders.use_cases.requests import RequestMark
from wismo.events.v1.merchant_event_pb2 import MerchantEvent
from wismo.events.v1.order_event_pb2 import OrderEvent


class NotOurs(ValueError):
    """A record that this service cannot have written."""


def read_event(record: Record) -> Told:
    """The event of a record of `wismo.order-events.v1`. Raises NotOurs."""
    event = OrderEvent()
    try:
        event.ParseFromString(record.value or b"")
    except DecodeError:
        raise NotOurs("no OrderEvent") from None
    if not event.subject or event.subject != event.order.name or event.sequence < 1:
        raise NotOurs("no order or no sequence")
    body = event.order.SerializeToString()
    try:
        order = decode_order(body)
    except BadField:
        raise NotOurs("the order in it means nothing") from None
    return Told(
        key=order_key(event.subject),
        merchant=merchant_of(event.subject),
        order=order,
        sequence=event.sequence,
        effect=event.effect,
        recorded_at=event.time.ToDatetime(tzinfo=UTC),
        change=event.change.SerializeToString(),
        body=body,
        mark=RequestMark(event.request_id, (event.request_digest,) if event.request_digest else ()),
    )


def read_merchant(record: Record) -> MerchantRecord | None:
    """The merchant of a record of `wismo.merchant-events.v1`; None for a tombstone. Raises NotOurs."""
    if not record.value:
        return None
    event = MerchantEvent()
    try:
        event.ParseFromString(record.value)
    except DecodeError:
        raise NotOurs("no MerchantEvent") from None
    merchant = event.merchant
    if not merchant.name or merchant.revision < 1:
        raise NotOurs("no merchant or no revision")
    return MerchantRecord(merchant.name, merchant.revision, merchant.SerializeToString())
