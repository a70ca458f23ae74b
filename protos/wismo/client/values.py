"""Python's own values to those of the contract: moments, spans, money, quantities, resource names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money as MoneyMessage

from wismo.client.errors import InvalidInput
from wismo.orders.v1.line_pb2 import LineQuantity
from wismo.orders.v1.secret_pb2 import Secret

NANOS = 1_000_000_000
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_KEY = re.compile(r"wk_([a-z0-9-]{2,40})_")
_ORDER = re.compile(r"merchants/[a-z0-9-]{2,40}/orders/[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")

Lines = Mapping[str, int] | Iterable[str]
"""Which lines, and how many of each: ``{"book": 2}``, or ``["book"]`` for all that are left of them."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount, for example ``Money(Decimal("19.90"), "EUR")``. At most nine decimals; no floats."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def moment(value: datetime | None, field: str) -> Timestamp | None:
    """A moment with its time zone; one without is refused, because guessing a zone moves promises by hours."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidInput.of(field, f"{value.isoformat()} has no time zone; give one, for example tzinfo=datetime.UTC")
    stamp = Timestamp()
    stamp.FromDatetime(value)
    return stamp


def datetime_of(stamp: Timestamp) -> datetime:
    """A moment from the wire, in UTC, to the microsecond."""
    return stamp.ToDatetime(tzinfo=UTC)


def span(value: timedelta | None, field: str) -> Duration | None:
    """A length of time, longer than nothing."""
    if value is None:
        return None
    if value <= timedelta(0):
        raise InvalidInput.of(field, f"{value} is no length of time; it must be longer than 0")
    duration = Duration()
    duration.FromTimedelta(value)
    return duration


def money(value: Money | tuple[Decimal | int | str, str] | None, field: str) -> MoneyMessage | None:
    """An amount with its ISO 4217 currency, exact to the nano unit. Floats are refused: they are not exact."""
    if value is None:
        return None
    amount, currency = (value.amount, value.currency) if isinstance(value, Money) else value
    if isinstance(amount, float):
        raise InvalidInput.of(field, f"{amount!r} is a float and not exact; give Decimal({str(amount)!r})")
    if not _CURRENCY.match(currency):
        raise InvalidInput.of(field, f"{currency!r} is no currency; give three capital letters, for example EUR")
    try:
        nanos = Decimal(amount) * NANOS
        exact = int(nanos)
    except (ArithmeticError, ValueError):
        raise InvalidInput.of(field, f"{amount!r} is no amount; give a number, for example 19.90") from None
    if nanos != exact:
        raise InvalidInput.of(field, f"{amount} has more than nine decimals")
    sign = -1 if exact < 0 else 1
    units, rest = divmod(abs(exact), NANOS)
    return MoneyMessage(currency_code=currency, units=sign * units, nanos=sign * rest)


def money_of(message: MoneyMessage) -> Money:
    """An amount from the wire, with at least two decimals."""
    amount = Decimal(message.units) + Decimal(message.nanos) / NANOS
    exponent = amount.normalize().as_tuple().exponent
    short = isinstance(exponent, int) and exponent >= -2
    return Money(amount.quantize(Decimal("0.01")) if short else amount.normalize(), message.currency_code)


def quantities(lines: Lines | None) -> list[LineQuantity]:
    """Lines with their numbers; 0 stands for all that are left."""
    if lines is None:
        return []
    if isinstance(lines, str):
        raise InvalidInput.of(
            "lines", f"{lines!r} is one text; give a list of line ids, or a mapping of line id to quantity"
        )
    if isinstance(lines, Mapping):
        return [LineQuantity(line_id=line, quantity=quantity) for line, quantity in lines.items()]
    return [LineQuantity(line_id=line) for line in lines]


def secret(plaintext: str | None) -> Secret | None:
    """A value that only the buyer may read. It is sealed by the server before anything is stored."""
    return Secret(plaintext=plaintext) if plaintext else None


def merchant_of_key(api_key: str) -> str | None:
    """The merchant an API key belongs to, as the key itself says; None for an admin key."""
    found = _KEY.match(api_key)
    return found.group(1) if found else None


def merchant_name(merchant: str) -> str:
    """``merchants/{merchant}`` of either form."""
    return merchant if merchant.startswith("merchants/") else f"merchants/{merchant}"


def order_name(order: str, merchant: str | None) -> str:
    """``merchants/{merchant}/orders/{reference}`` of a full name, or of a reference within ``merchant``."""
    if order.startswith("merchants/"):
        name = order
    elif merchant is None:
        raise InvalidInput.of(
            "merchant", "this key does not say which merchant; give merchant=… or the order's full name"
        )
    else:
        name = f"{merchant_name(merchant)}/orders/{order}"
    if not _ORDER.match(name):
        raise InvalidInput.of(
            "order",
            f"{order!r} is no order's reference; it is 1 to 64 of letters, digits, dot, hyphen, underscore",
        )
    return name


def reference_of(name: str) -> str:
    """The reference in an order's resource name."""
    return name.rpartition("/")[2]
