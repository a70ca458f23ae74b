"""Messages and domain values, field by field. Both are named alike, so the descriptor of a message says how each field
maps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from operator import attrgetter
from types import NoneType
from typing import Any, Generic, NamedTuple, TypeVar, get_args, get_type_hints

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money as MoneyMessage

from orders.domain import tracking, vocabulary
from orders.domain.errors import BadField
from orders.domain.values import Money, Sealed
from wismo.orders.v1.secret_pb2 import Secret

Value = TypeVar("Value")
Seal = Callable[[str], Sealed]
To = Callable[[Any], Any]
From = Callable[[Any, Seal | None], Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Field(NamedTuple):
    """How one field maps. ``to`` and ``back`` map one element; None is "as it is". ``zero`` is what unset means."""

    name: str
    to: To | None
    back: From | None
    repeated: bool
    is_message: bool
    required: bool
    zero: Any


class Codec(Generic[Value]):
    """Between one domain class and one message; only fields that the domain class has are mapped."""

    def __init__(
        self, value: type[Value], message: Any, known: Mapping[str, "Codec[Any]"], without: frozenset[str] = frozenset()
    ) -> None:
        """``known`` holds the codecs of the messages inside, by full name; ``without`` are fields that are left out."""
        self.value = value
        self.message = message
        hints = get_type_hints(value)
        descriptor: Descriptor = message.DESCRIPTOR
        self.fields = tuple(
            _field(descriptor.fields_by_name[field.name], hints[field.name], known)
            for field in fields(value)  # type: ignore[arg-type]  # Only dataclasses come here.
            if field.name not in without
        )
        self._values = self.getter([field.name for field in self.fields])
        # Reading begins with every field empty and fills in what is set.
        self._zeros = [field.zero for field in self.fields]
        numbers = [descriptor.fields_by_name[field.name].number for field in self.fields]
        self._places = {
            number: (index, field.back, field.repeated, field.name)
            for index, (number, field) in enumerate(zip(numbers, self.fields, strict=True))
        }
        self._required = tuple((index, field.name) for index, field in enumerate(self.fields) if field.required)

    @staticmethod
    def getter(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
        """Reads these attributes at once."""
        if len(names) > 1:
            return attrgetter(*names)
        return lambda value: tuple(getattr(value, name) for name in names)

    def to_proto(self, value: Value) -> Any:
        """The message; what is empty is left unset, as proto3 reads it anyway."""
        given: dict[str, Any] = {}
        for (name, to, _, repeated, is_message, _, _), part in zip(self.fields, self._values(value), strict=True):
            if part is None or (not part and (repeated or not is_message)):
                continue
            if to is None:
                given[name] = part
            elif repeated:
                given[name] = [to(item) for item in part]
            else:
                given[name] = to(part)
        return self.message(**given)

    def from_proto(self, message: Any, seal: Seal | None = None) -> Value:
        """The domain value. BadField when a field is unset that it cannot be without, or a time or number means
        nothing.
        """
        values = self._zeros.copy()
        for descriptor, part in message.ListFields():
            place = self._places.get(descriptor.number)
            if place is None:
                continue
            index, back, repeated, name = place
            try:
                if back is None:
                    values[index] = tuple(part) if repeated else part
                else:
                    values[index] = tuple([back(item, seal) for item in part]) if repeated else back(part, seal)
            except BadField as error:
                path = f"{name}.{error.field}" if error.field else name
                raise BadField(path, error.why, error.right) from None
        for index, name in self._required:
            if values[index] is None:
                raise BadField(name, "it is not set", "set it")
        return self.value(*values)


def unreadable(why: str, right: str) -> BadField:
    """For the field at hand; each message around it puts its own field's name before it."""
    return BadField("", why, right)


def time_to_proto(at: datetime) -> Timestamp:
    """To the microsecond."""
    since = at - _EPOCH
    return Timestamp(seconds=since.days * 86400 + since.seconds, nanos=since.microseconds * 1000)


@lru_cache(maxsize=4096)
def _time(seconds: int, nanos: int) -> datetime:
    return _EPOCH + timedelta(0, seconds, nanos // 1000)


def time_from_proto(message: Timestamp, _seal: Seal | None = None) -> datetime:
    """Aware, UTC; what is finer than a microsecond is cut off. BadField outside the years 1 to 9999."""
    try:
        return _time(message.seconds, message.nanos)
    except OverflowError:
        raise unreadable("it is outside the years 1 to 9999", "send a time that calendars have") from None


def _duration_to_proto(span: timedelta) -> Duration:
    # Both parts must have one sign; whole microseconds keep it simple.
    micros = span // timedelta(microseconds=1)
    sign = -1 if micros < 0 else 1
    seconds, rest = divmod(abs(micros), 1_000_000)
    return Duration(seconds=sign * seconds, nanos=sign * rest * 1000)


def _duration_from_proto(message: Duration, _seal: Seal | None = None) -> timedelta:
    try:
        return timedelta(0, message.seconds, int(message.nanos / 1000))
    except OverflowError:
        raise unreadable("it is too long", "send a shorter time") from None


def _money_to_proto(money: Money) -> MoneyMessage:
    return MoneyMessage(currency_code=money.currency, units=money.units, nanos=money.nanos)


def _money_from_proto(message: MoneyMessage, _seal: Seal | None = None) -> Money:
    return Money(message.currency_code, message.units, message.nanos)


def _secret_to_proto(sealed: Sealed) -> Secret:
    return Secret(key_id=sealed.key_id, ciphertext=sealed.ciphertext)


def _secret_from_proto(message: Secret, seal: Seal | None = None) -> Sealed | None:
    """From outside (with ``seal``) only plaintext is taken; from our own store only what is sealed."""
    if seal is None:
        return Sealed(message.key_id, message.ciphertext) if message.ciphertext else None
    if message.ciphertext or message.key_id:
        raise unreadable("key_id and ciphertext are set by the service only", "send plaintext")
    return seal(message.plaintext) if message.plaintext else None


WELL_KNOWN: Mapping[str, tuple[To, From]] = {
    "google.protobuf.Timestamp": (time_to_proto, time_from_proto),
    "google.protobuf.Duration": (_duration_to_proto, _duration_from_proto),
    "google.type.Money": (_money_to_proto, _money_from_proto),
    "wismo.orders.v1.Secret": (_secret_to_proto, _secret_from_proto),
}


def _field(descriptor: FieldDescriptor, hint: Any, known: Mapping[str, Codec[Any]]) -> Field:
    repeated = descriptor.is_repeated
    is_message = descriptor.type == FieldDescriptor.TYPE_MESSAGE
    required = is_message and not repeated and NoneType not in get_args(hint)
    to: To | None = None
    back: From | None = None
    zero: Any = descriptor.default_value
    if is_message:
        assert descriptor.message_type is not None
        name = descriptor.message_type.full_name
        to, back = WELL_KNOWN[name] if name in WELL_KNOWN else (known[name].to_proto, known[name].from_proto)
        zero = None
    elif descriptor.type == FieldDescriptor.TYPE_ENUM:
        assert descriptor.enum_type is not None
        back = _from_number(descriptor.enum_type)
        zero = back(0, None)
    return Field(descriptor.name, to, back, repeated, is_message, required, () if repeated else zero)


def _from_number(descriptor: EnumDescriptor) -> From:
    kind: type[IntEnum] = getattr(vocabulary, descriptor.name, None) or getattr(tracking, descriptor.name)
    table = {int(member): member for member in kind}

    def member_of(number: int, _seal: Seal | None = None) -> IntEnum:
        found = table.get(number)
        if found is None:
            raise unreadable(f"{number} is no {descriptor.name}", "send a value that the contract has")
        return found

    return member_of
