"""Small values that the parts of an order are made of."""

from dataclasses import dataclass, field
from datetime import datetime

from orders.domain.tracking import ExpectationSource


class Part:
    """A frozen part of an order, which is shared by every version of the order until it changes.

    ``encoded`` is a place where an adapter may keep the bytes it made of this very value: since the value cannot change, they
    stay right for as long as it lives. It takes no part in comparing, printing or copying.
    """

    __slots__ = ("encoded",)


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
    """When something is expected, and who says so. ``latest`` is the promised time; no ``earliest`` is "as early as can be"."""

    latest: datetime
    earliest: datetime | None = None
    source: ExpectationSource = ExpectationSource.MERCHANT


@dataclass(frozen=True, slots=True)
class LineQuantity:
    """A number of one line. In an event, 0 is "all that are left"; in a parcel or return it is resolved, never 0."""

    line_id: str
    quantity: int = 0
