"""Domain values straight to protobuf's wire format, for the hot path: building messages first takes five times as long.

Wire format: https://protobuf.dev/programming-guides/encoding/. Only the types that the messages of orders use; anything else is
refused when the module is imported, so a new field of another type cannot be lost in silence.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from google.protobuf.descriptor import FieldDescriptor as F

from orders.adapters.proto_mapping.codec import WELL_KNOWN, Codec, time_to_proto

Write = Callable[[list[bytes], Any], None]
_VARINT, _LENGTH_DELIMITED = 0, 2
_INTEGERS = frozenset({F.TYPE_INT32, F.TYPE_INT64, F.TYPE_ENUM, F.TYPE_BOOL})
_SMALL = tuple(bytes((number,)) for number in range(0x80))


class Encoder:
    """Writes one domain class as its message. Fields come in the order of the domain class, which the wire format allows."""

    def __init__(
        self, codec: Codec[Any], known: Mapping[str, "Encoder"], without: frozenset[str] = frozenset()
    ) -> None:
        """``known`` holds the encoders of the messages inside, by full name; ``without`` are fields that are left out."""
        descriptors = codec.message.DESCRIPTOR.fields_by_name
        mapped = [item for item in codec.fields if item.name not in without]
        self._values = codec.getter([item.name for item in mapped])
        self._writes = tuple(_write(descriptors[item.name], known) for item in mapped)
        # What is empty is not written: in proto3 that is the same. A message that is empty but there is written.
        self._keeps_empty = tuple(item.is_message and not item.repeated for item in mapped)

    def encode(self, value: Any) -> bytes:
        """The bytes of the message."""
        pieces: list[bytes] = []
        for part, write, keeps_empty in zip(self._values(value), self._writes, self._keeps_empty, strict=True):
            if part or (keeps_empty and part is not None):
                write(pieces, part)
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
    """Length and bytes of a Timestamp: one event says the same moment several times, and an order the same ones at every event."""
    body = time_to_proto(at).SerializeToString()
    return varint(len(body)) + body


def _write(field: F, known: Mapping[str, Encoder]) -> Write:
    if field.type == F.TYPE_STRING:
        return _each(field, _string(tag(field.number)))
    if field.type == F.TYPE_MESSAGE:
        return _each(field, _message(field, known))
    if field.type in _INTEGERS and not field.is_repeated:
        return _integer(varint(field.number << 3 | _VARINT))
    raise TypeError(f"{field.full_name} is of a type that is not encoded yet")


def _each(field: F, write: Write) -> Write:
    if not field.is_repeated:
        return write

    def write_each(pieces: list[bytes], parts: tuple[Any, ...]) -> None:
        for part in parts:
            write(pieces, part)

    return write_each


def _string(key: bytes) -> Write:
    def write(pieces: list[bytes], text: str) -> None:
        body = text.encode()
        size = len(body)
        pieces += (key, _SMALL[size] if size < 0x80 else varint(size), body)

    return write


def _integer(key: bytes) -> Write:
    def write(pieces: list[bytes], number: int) -> None:
        pieces += (key, _SMALL[number] if 0 <= number < 0x80 else varint(number))

    return write


def _message(field: F, known: Mapping[str, Encoder]) -> Write:
    key = tag(field.number)
    assert field.message_type is not None
    name = field.message_type.full_name
    if name == "google.protobuf.Timestamp":

        def write_time(pieces: list[bytes], at: datetime) -> None:
            pieces += (key, _framed_time(at))

        return write_time
    encode: Callable[[Any], bytes]
    if name in WELL_KNOWN:
        to = WELL_KNOWN[name][0]
        encode = lambda part: to(part).SerializeToString()  # noqa: E731 - one of two, chosen once.
    else:
        encode = known[name].encode

    def write(pieces: list[bytes], part: Any) -> None:
        body = encode(part)
        pieces += (key, varint(len(body)), body)

    return write
