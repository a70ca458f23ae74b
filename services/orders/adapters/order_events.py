"""The bytes of an OrderEvent, put together from parts that are encoded already."""

from datetime import datetime

from orders.adapters.proto_mapping import encode_event, encode_order
from orders.domain.events import Event
from orders.domain.fold import Recorded
from orders.domain.order import Order
from orders.use_cases.outbox import SOURCE
from wismo.events.v1 import merchant_event_pb2, order_event_pb2
from wismo.orders.v1 import merchant_pb2

_Field = order_event_pb2.OrderEvent
_LENGTH_DELIMITED = 2
_CHANGE = _Field.CHANGE_FIELD_NUMBER
_ORDER = _Field.ORDER_FIELD_NUMBER
_MERCHANT = _Field.MERCHANT_FIELD_NUMBER


class ProtoEncoding:
    """The Encoding of the use cases: protobuf, as in the published contract."""

    def order(self, order: Order) -> bytes:
        return encode_order(order)

    def change(self, event: Event) -> bytes:
        return encode_event(event)

    def order_event(
        self, recorded: Recorded, body: bytes, merchant: bytes, request_id: str, recorded_at: datetime
    ) -> bytes:
        """Order and merchant are appended as they are: a message is the concatenation of its fields, in any order."""
        name = recorded.order.name
        head = order_event_pb2.OrderEvent(
            id=f"{name}#{recorded.sequence}",
            source=SOURCE,
            type=f"wismo.order.{recorded.event.kind.name.lower()}.v1",
            subject=name,
            sequence=recorded.sequence,
            effect=int(recorded.effect),  # type: ignore[arg-type]  # The domain's numbers are the protos'.
            request_id=request_id,
        )
        head.time.FromDatetime(recorded_at)
        change = self.change(recorded.event)
        return b"".join(
            (
                head.SerializeToString(),
                *(_key(_CHANGE, change), change),
                *(_key(_ORDER, body), body),
                *(_key(_MERCHANT, merchant), merchant),
            )
        )


def merchant_event(merchant: merchant_pb2.Merchant) -> merchant_event_pb2.MerchantEvent:
    """The record that tells consumers of a merchant's change."""
    return merchant_event_pb2.MerchantEvent(
        id=f"{merchant.name}#{merchant.revision}",
        source=SOURCE,
        type="wismo.merchant.changed.v1",
        subject=merchant.name,
        time=merchant.update_time,
        merchant=merchant,
    )


def _key(number: int, value: bytes) -> bytes:
    """Tag and length of a length-delimited field, as varints."""
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(value))


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
