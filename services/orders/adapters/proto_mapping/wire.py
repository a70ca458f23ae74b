"""Orders as bytes, fast: a message is the concatenation of its fields, so what did not change is joined as it was encoded before.

The bytes of each part (a line, a parcel, a scan, an entry of the timeline …) are kept on the part itself, with the tag and length
that they have in the message around it. Parts are frozen and shared by every version of an order, so an event costs the encoding
of what it changed, whatever the order has seen before.
"""

from collections.abc import Callable, Iterable
from typing import Any, cast

from orders.adapters.proto_mapping.codec import Codec
from orders.adapters.proto_mapping.codecs import BY_CLASS
from orders.adapters.proto_mapping.orders import order_from_proto
from orders.domain.order import Order, Parcel, Scan
from orders.domain.values import Part
from wismo.orders.v1 import order_pb2, parcel_pb2

_LENGTH_DELIMITED = 2
_ORDER = BY_CLASS[Order]
_PARCEL = BY_CLASS[Parcel]
_NO_SCANS = frozenset({"scans"})
# The one slot that is written on a frozen part, past its own guard.
_keep = cast("Callable[[Part, bytes], None]", cast("Any", Part).encoded.__set__)
# The repeated parts of an order, and the buyer.
_REPEATED = (
    "lines", "parcels", "downloads", "accesses", "trials", "problems", "refunds", "credits", "questions", "timeline", "collections",
    "returns",
)  # fmt: skip
_PARTS = frozenset({*_REPEATED, "buyer"})


def encode_order(order: Order) -> bytes:
    """Bytes that parse to `order_to_proto(order)`; the order of the fields on the wire is another, which protobuf allows."""
    head = _ORDER.to_proto(order, _PARTS)
    head.etag = order.etag
    pieces: list[bytes] = [head.SerializeToString(), _framed(order.buyer, _FRAMES["buyer"])]
    for name in _REPEATED:
        parts = getattr(order, name)
        if parts:
            frame = _FRAMES[name]
            pieces.extend([_framed(part, frame) for part in parts])
    return b"".join(pieces)


def decode_order(data: bytes) -> Order:
    """The order that `encode_order` made ``data`` of. Its parts keep their bytes, so encoding it again is as fast."""
    pb = order_pb2.Order.FromString(data)
    order = order_from_proto(pb)
    for message, parcel in zip(pb.parcels, order.parcels, strict=True):
        _keep_all(message.scans, parcel.scans, _SCANS)
    for name in _REPEATED:
        _keep_all(getattr(pb, name), getattr(order, name), _FRAMES[name])
    _keep_all([pb.buyer], [order.buyer], _FRAMES["buyer"])
    return order


class _Frame:
    """Where a part stands in the message around it: its tag, and how the part itself is encoded."""

    __slots__ = ("encode", "tag")

    def __init__(self, number: int, encode: Callable[[Any], bytes]) -> None:
        self.tag = _varint(number << 3 | _LENGTH_DELIMITED)
        self.encode = encode

    def around(self, body: bytes) -> bytes:
        return self.tag + _varint(len(body)) + body


def _framed(part: Part, frame: _Frame) -> bytes:
    try:
        return cast("bytes", part.encoded)  # type: ignore[attr-defined]  # A slot, see Part.
    except AttributeError:
        data = frame.around(frame.encode(part))
        _keep(part, data)
        return data


def _keep_all(messages: Iterable[Any], parts: Iterable[Part], frame: _Frame) -> None:
    for message, part in zip(messages, parts, strict=True):
        _keep(part, frame.around(message.SerializeToString()))


def _plain(codec: Codec[Any]) -> Callable[[Any], bytes]:
    return lambda part: cast("bytes", codec.to_proto(part).SerializeToString())


def _encode_parcel(parcel: Parcel) -> bytes:
    head = cast("bytes", _PARCEL.to_proto(parcel, _NO_SCANS).SerializeToString())
    return head + b"".join([_framed(scan, _SCANS) for scan in parcel.scans])


def _varint(number: int) -> bytes:
    if number < 0x80:
        return bytes((number,))
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _frames() -> dict[str, _Frame]:
    by_message = {codec.message.DESCRIPTOR.full_name: codec for codec in BY_CLASS.values()}
    frames: dict[str, _Frame] = {}
    for name in _PARTS:
        field = order_pb2.Order.DESCRIPTOR.fields_by_name[name]
        assert field.message_type is not None
        encode = _encode_parcel if name == "parcels" else _plain(by_message[field.message_type.full_name])
        frames[name] = _Frame(field.number, encode)
    return frames


_SCANS = _Frame(parcel_pb2.Parcel.SCANS_FIELD_NUMBER, _plain(BY_CLASS[Scan]))
_FRAMES = _frames()
