"""Domain values straight to protobuf's wire format, for the hot path: building messages first takes five times as long.

Wire format: https://protobuf.dev/programming-guides/encoding/. Only the types that the messages of orders use; anything
else is refused when the module is imported, so a new field of another type cannot be lost in silence.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from google.protobuf.descriptor import FieldDescriptor as F

from orders.adapters.proto_mapping.codec import WELL_KNOWN, Codec, time_to_proto

_VARINT, _LENGTH_DELIMITED = 0, 2
_INTEGER, _TIME, _TEXT, _MESSAGE, _REPEATED = range(5)
# How one field is written: what it is, its tag, its tag with each value or length below 128, how an element is encoded.
_Plan = tuple[int, bytes, tuple[bytes, ...], Callable[[Any], bytes]]
_INTEGERS = frozenset({F.TYPE_INT32, F.TYPE_INT64, F.TYPE_ENUM, F.TYPE_BOOL})
_SMALL = tuple(bytes((number,)) for number in range(0x80))


class Encoder:
    """Writes one domain class as its message. Fields come in the order of the domain class, which the wire allows."""

    def __init__(
        self, codec: Codec[Any], known: Mapping[str, "Encoder"], without: frozenset[str] = frozenset()
    ) -> None:
        """``known`` holds the encoders of the messages inside, by full name; ``without`` are fields left out."""
        descriptors = codec.message.DESCRIPTOR.fields_by_name
        names = [item.name for item in codec.fields if item.name not in without]
        self._values = codec.getter(names)
        self._plans = tuple(_plan(descriptors[name], known) for name in names)

    def encode(self, value: Any) -> bytes:
        """The bytes of the message. What is empty is left out, which proto3 reads the same; an empty message inside is
        kept.
        """
        pieces: list[bytes] = []
        add = pieces.append
        for part, (kind, key, heads, encode) in zip(self._values(value), self._plans, strict=True):
            if not part and (part is None or kind != _MESSAGE):
                continue
            if kind == _INTEGER:
                add(heads[part] if 0 <= part < 0x80 else key + varint(part))
            elif kind == _TIME:
                add(key)
                add(_framed_time(part))
            elif kind == _REPEATED:
                for item in part:
                    body = encode(item)
                    add(key + varint(len(body)) + body)
            else:
                body = encode(part)
                size = len(body)
                add(heads[size] if size < 0x80 else key + varint(size))
                add(body)
        return b"".join(pieces)


def tag(number: int) -> bytes:
    """The tag of a length-delimited field."""
    return varint(number << 3 | _LENGTH_DELIMITED)


def varint(number: int) -> bytes:
    """A number as base-128 varint; a negative one in two's complement of 64 bits, as int32 and int64 are."""
    if 0 <= number < 0x80:
        return _SMALL[number]
    number &= 0xFFFF_FFFF_FFFF_FFFF
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


@lru_cache(maxsize=4096)
def _framed_time(at: datetime) -> bytes:
    """Length and bytes of a Timestamp: one event says the same moment several times, and an order the same ones at
    every event.
    """
    body = _time(at)
    return varint(len(body)) + body


def _time(at: datetime) -> bytes:
    return time_to_proto(at).SerializeToString()


def _plan(field: F, known: Mapping[str, Encoder]) -> _Plan:
    kind, encode = _kind(field, known)
    key = varint(field.number << 3 | (_VARINT if kind == _INTEGER else _LENGTH_DELIMITED))
    return _REPEATED if field.is_repeated else kind, key, tuple(key + small for small in _SMALL), encode


def _kind(field: F, known: Mapping[str, Encoder]) -> tuple[int, Callable[[Any], bytes]]:
    if field.type == F.TYPE_STRING:
        return _TEXT, str.encode
    if field.type in _INTEGERS and not field.is_repeated:
        return _INTEGER, varint
    if field.type != F.TYPE_MESSAGE or field.message_type is None:
        raise TypeError(f"{field.full_name} is of a type that is not encoded yet")
    name = field.message_type.full_name
    if name == "google.protobuf.Timestamp":
        return (_MESSAGE, _time) if field.is_repeated else (_TIME, _framed_time)
    if name not in WELL_KNOWN:
        return _MESSAGE, known[name].encode
    to = WELL_KNOWN[name][0]
    return _MESSAGE, lambda part: cast("bytes", to(part).SerializeToString())
