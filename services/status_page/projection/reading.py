"""From a Kafka record to a row: pure, and sure of what it lets through."""

from dataclasses import dataclass

from google.protobuf.message import DecodeError

from chassis.kafka import Record
from status_page.lookup.keys import LookupKeys
from status_page.projection.facets import facets_of
from status_page.projection.rows import MerchantRow, OrderRow
from wismo.events.v1 import merchant_event_pb2, order_event_pb2
from wismo.orders.v1 import merchant_pb2, order_pb2

ORDER_EVENTS = "wismo.order-events.v1"
MERCHANT_EVENTS = "wismo.merchant-events.v1"


class Unreadable(ValueError):
    """A record that can never become a row. The message is a short word of ours, without data of the record."""


@dataclass(frozen=True, slots=True)
class Read:
    """What one record says. ``taken`` is true when it tells that a download was started."""

    order: OrderRow | None
    merchant: MerchantRow | None
    taken: bool = False


def read(record: Record, keys: LookupKeys) -> Read:
    """The rows in a record of either topic. Raises Unreadable."""
    if record.topic == MERCHANT_EVENTS:
        return _read_merchant(record)
    return _read_order(record, keys)


def _read_order(record: Record, keys: LookupKeys) -> Read:
    event = order_event_pb2.OrderEvent()
    try:
        event.ParseFromString(record.value or b"")
    except DecodeError:
        raise Unreadable("no OrderEvent") from None
    order = event.order
    merchant = order.name.partition("/orders/")[0]
    if not order.name or event.sequence < 1:
        raise Unreadable("no order or no sequence")
    if record.key is not None and record.key != order.name.encode():
        raise Unreadable("the key is another order's name")
    if event.merchant.name != merchant:
        # Shown under another merchant's brand, an order would be that merchant's to see.
        raise Unreadable("the merchant is not the order's")
    return Read(
        order=_order_row(event, keys),
        merchant=_merchant_row(event.merchant),
        taken=event.change.WhichOneof("change") == "download_taken",
    )


def _read_merchant(record: Record) -> Read:
    if record.value is None:  # Compaction's tombstone: the page keeps what it knows, for the orders that are there.
        return Read(None, None)
    event = merchant_event_pb2.MerchantEvent()
    try:
        event.ParseFromString(record.value)
    except DecodeError:
        raise Unreadable("no MerchantEvent") from None
    if not event.merchant.name:
        raise Unreadable("no merchant")
    return Read(None, _merchant_row(event.merchant))


def _order_row(event: order_event_pb2.OrderEvent, keys: LookupKeys) -> OrderRow:
    order = event.order
    erased = order.HasField("erase_time")
    kept = _what_outlives_erasure(order) if erased else order
    buyer = order.buyer
    lookup_keys = []
    if not erased and buyer.email:
        lookup_keys.append(keys.of_email(order.reference, buyer.email))
    if not erased and buyer.shipping_address.postcode:
        lookup_keys.append(keys.of_postcode(order.reference, buyer.shipping_address.postcode))
    return OrderRow(
        name=order.name,
        merchant=event.merchant.name,
        sequence=event.sequence,
        link_version=order.link_version,
        lookup_keys=tuple(lookup_keys),
        locale="" if erased else buyer.locale,
        erased=erased,
        order=kept.SerializeToString(),
        facets=facets_of(order, event.merchant),
    )


def _what_outlives_erasure(order: order_pb2.Order) -> order_pb2.Order:
    """Only what says that there was an order and that its buyer's data is gone."""
    return order_pb2.Order(
        name=order.name,
        reference=order.reference,
        sequence=order.sequence,
        link_version=order.link_version,
        erase_time=order.erase_time,
    )


def _merchant_row(merchant: merchant_pb2.Merchant) -> MerchantRow:
    return MerchantRow(merchant.name, merchant.revision, merchant.SerializeToString())
