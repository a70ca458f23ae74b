"""Watches and what belongs to them as documents of MongoDB, both ways.

By the fields of the dataclasses, so that a field which is added there is kept here: what stands at its default is left
out, and what a document does not have takes it. An enumeration is stored by its number, an instant by its microseconds
since 1970: the database's own type keeps milliseconds only, and what is computed anew must equal what is stored.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from chassis.mongo import Document
from notifier.care import Failed, Told
from notifier.watching.hearing import Bounced, Heard

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEARD: dict[str, type[Heard]] = {"told": Told, "failed": Failed, "bounced": Bounced}
_PLANS: "dict[type, tuple[_Plan, ...]]" = {}
_Plan = tuple[str, Any, Callable[[Any], Any], Callable[[Any], Any]]
_Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def document_of(value: Any) -> Document:
    """The document of one of the domain's dataclasses."""
    document = {}
    for name, default, encode, _ in _plan(type(value)):
        there = getattr(value, name)
        if there != default:
            document[name] = encode(there)
    return document


def value_of(kind: type[T], document: Document) -> T:
    """The other way. Fields that this version does not know are left aside."""
    return kind(**{name: decode(document[name]) for name, _, _, decode in _plan(kind) if name in document})


def heard_to(heard: Heard) -> Document:
    """What was heard, with the name of what it is."""
    name = next(name for name, kind in _HEARD.items() if kind is type(heard))
    return {"is": name, **document_of(heard)}


def heard_from(document: Document) -> Heard:
    """The other way."""
    return value_of(_HEARD[document["is"]], document)


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def instant(number: int) -> datetime:
    """The other way, in UTC."""
    return _EPOCH + number * _MICROSECOND


def not_before(moment: datetime) -> datetime:
    """The first instant that the database's own type can hold and that is not earlier."""
    return moment + timedelta(microseconds=-moment.microsecond % 1000)


def _plan(kind: type) -> tuple[_Plan, ...]:
    if kind not in _PLANS:
        hints = get_type_hints(kind)
        _PLANS[kind] = tuple((one.name, _default(one), *_codec(hints[one.name])) for one in fields(kind))
    return _PLANS[kind]


def _default(one: "Field[Any]") -> Any:
    # A field without a default equals nothing, so that it is always written.
    return one.default if one.default is not MISSING else _NOTHING


def _codec(hint: Any) -> _Codec:
    if isinstance(hint, UnionType):
        encode, decode = _codec(next(one for one in get_args(hint) if one is not type(None)))
        return (
            lambda value: None if value is None else encode(value),
            lambda value: None if value is None else decode(value),
        )
    if get_origin(hint) is tuple:
        encode, decode = _codec(get_args(hint)[0])
        return lambda values: [encode(one) for one in values], lambda values: tuple(decode(one) for one in values)
    if is_dataclass(hint) and isinstance(hint, type):
        return document_of, lambda found: value_of(hint, found)
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return int, hint
    if hint is datetime:
        return micros, instant
    return _same, _same


def _same(value: Any) -> Any:
    return value


_NOTHING = object()
