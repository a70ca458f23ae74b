"""Orders as bytes, fast: a message is the concatenation of its fields, so what did not change is joined as it was
encoded before.

The bytes of each part (a line, a parcel, a scan, an entry of the timeline …) are kept on the part itself, with the tag
and length that they have in the message around it. Parts are frozen and shared by every version of an order, so an
event costs the encoding of what it changed, whatever the order has seen before.
"""

from collections.abc import Callable, Iterable
from typing import Any, cast

from orders.adapters.proto_mapping.codecs import BY_CLASS, ENCODERS
from orders.adapters.proto_mapping.encoding import Encoder, tag, varint
from orders.adapters.proto_mapping.orders import order_from_proto
from orders.domain.order import Order, Parcel
from orders.domain.values import Part
from wismo.orders.v1 import order_pb2, parcel_pb2

# The one slot that is written on a frozen part, past its own guard.
_keep = cast("Callable[[Part, bytes], None]", cast("Any", Part).encoded.__set__)
# The repeated parts of an order, and the buyer.
_REPEATED = (
    *("lines", "parcels", "downloads", "accesses", "trials", "problems"),
    *("refunds", "credits", "questions", "timeline", "collections", "returns"),
)
_PARTS = frozenset({*_REPEATED, "buyer"})


def encode_order(order: Order) -> bytes:
    """Bytes that parse to `order_to_proto(order)`; the order of the fields on the wire is another, which protobuf
    allows.
    """
    etag = order.etag.encode()
    pieces: list[bytes] = [_HEAD.encode(order), _ETAG, varint(len(etag)), etag, _framed(order.buyer, _FRAMES["buyer"])]
    for name in _REPEATED:
        parts = getattr(order, name)
        if parts:
            frame = _FRAMES[name]
            pieces += [part.encoded or _framed(part, frame) for part in parts]
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
        self.tag = tag(number)
        self.encode = encode

    def around(self, body: bytes) -> bytes:
        return self.tag + varint(len(body)) + body


def _framed(part: Part, frame: _Frame) -> bytes:
    if part.encoded is not None:
        return part.encoded
    data = frame.around(frame.encode(part))
    _keep(part, data)
    return data


def _keep_all(messages: Iterable[Any], parts: Iterable[Part], frame: _Frame) -> None:
    for message, part in zip(messages, parts, strict=True):
        _keep(part, frame.around(message.SerializeToString()))


def _encode_parcel(parcel: Parcel) -> bytes:
    return _PARCEL_HEAD.encode(parcel) + b"".join([scan.encoded or _framed(scan, _SCANS) for scan in parcel.scans])


def _frames() -> dict[str, _Frame]:
    frames: dict[str, _Frame] = {}
    for name in _PARTS:
        field = order_pb2.Order.DESCRIPTOR.fields_by_name[name]
        assert field.message_type is not None
        encode = _encode_parcel if name == "parcels" else ENCODERS[field.message_type.full_name].encode
        frames[name] = _Frame(field.number, encode)
    return frames


_ETAG = tag(order_pb2.Order.ETAG_FIELD_NUMBER)
_HEAD = Encoder(BY_CLASS[Order], ENCODERS, _PARTS)
_PARCEL_HEAD = Encoder(BY_CLASS[Parcel], ENCODERS, frozenset({"scans"}))
_SCANS = _Frame(parcel_pb2.Parcel.SCANS_FIELD_NUMBER, ENCODERS["wismo.orders.v1.TrackingScan"].encode)
_FRAMES = _frames()
