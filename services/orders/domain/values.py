"""Small values that the parts of an order are made of."""

from dataclasses import MISSING, dataclass, field, fields, make_dataclass
from datetime import datetime
from typing import Any, TypeVar

from orders.domain.tracking import ExpectationSource


class Part:
    """A frozen part of an order, which is shared by every version of the order until it changes.

    ``encoded`` is a place where an adapter may keep the bytes it made of this very value: since the value cannot
    change, they stay right for as long as it lives; None until then. It takes no part in comparing, printing or
    copying. Every class of parts is `quick`, which sets it.
    """

    __slots__ = ("encoded",)

    encoded: bytes | None


Frozen = TypeVar("Frozen", bound=Part)
_set = object.__setattr__


def quick(cls: type[Frozen]) -> type[Frozen]:
    """Makes parts, which are frozen and slotted dataclasses, three times as fast to build, and keeps them frozen.

    The `__init__` that dataclasses write for a frozen class calls `object.__setattr__` for every field; folding an
    event spent more than half of its time there. This one fills the slots while the instance is of a twin class that is
    not frozen, and gives it its own class before anybody can see it.
    """
    members: list[tuple[str, Any, Any]] = []
    for item in fields(cls):  # type: ignore[arg-type]  # All parts are dataclasses.
        assert item.default_factory is MISSING, "a frozen value has no default that could change"
        members.append((item.name, item.type, field() if item.default is MISSING else field(default=item.default)))
    twin: Any = make_dataclass(cls.__name__, members, bases=cls.__bases__, slots=True)
    fill = twin.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        _set(self, "__class__", twin)
        self.encoded = None
        fill(self, *args, **kwargs)
        self.__class__ = cls

    init.__wrapped__ = cls.__init__  # type: ignore[attr-defined]  # So that inspect shows the fields.
    cls.__init__ = init  # type: ignore[method-assign]  # mypy goes on checking calls against the dataclass's own.
    return cls


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: ISO 4217 currency, whole units, and nanos (10**-9) of the same sign."""

    currency: str
    units: int
    nanos: int = 0


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret as it rests: only whoever renders for the buyer opens it."""

    key_id: str
    ciphertext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Expectation:
    """When something is expected, and who says so. ``latest`` is the promised time; no ``earliest`` is "as early as can
    be".
    """

    latest: datetime
    earliest: datetime | None = None
    source: ExpectationSource = ExpectationSource.MERCHANT


@dataclass(frozen=True, slots=True)
class LineQuantity:
    """A number of one line. In an event, 0 is "all that are left"; in a parcel or return it is resolved, never 0."""

    line_id: str
    quantity: int = 0
