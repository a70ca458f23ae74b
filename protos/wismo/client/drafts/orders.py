"""Orders to be created, their buyers and their lines."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from wismo.client.events.envelope import Expected, expectation
from wismo.client.values import Money, moment, money
from wismo.client.vocabulary import LineKind, PaymentState, number
from wismo.orders.v1.buyer_pb2 import Buyer, PostalAddress
from wismo.orders.v1.line_pb2 import OrderLine
from wismo.orders.v1.order_pb2 import Order

Amount = Money | tuple[Decimal | int | str, str]


def new_order(
    reference: str,
    buyer: Buyer,
    lines: Iterable[OrderLine],
    *,
    placed_at: datetime | None = None,
    total: Amount | None = None,
    payment_state: PaymentState | str | None = None,
) -> Order:
    """An order to create. ``reference``: the one that the buyer knows, 1 to 64 of letters, digits, dot, hyphen,
    underscore.

    ``payment_state`` unset is taken as paid; ``placed_at`` unset as the time of the call.
    """
    order = Order(
        reference=reference,
        buyer=buyer,
        lines=lines,
        placed_at=moment(placed_at, "placed_at"),
        total=money(total, "total"),
    )
    order.payment_state = number(PaymentState, payment_state, "payment_state")
    return order


def buyer(
    email: str,
    *,
    display_name: str = "",
    phone: str = "",
    locale: str = "",
    time_zone: str = "",
    shipping_address: PostalAddress | None = None,
    account_id: str = "",
) -> Buyer:
    """Who bought. ``phone`` in E.164 (`+493012345678`), ``locale`` in BCP 47 (`ru`), ``time_zone`` from IANA
    (`Europe/Berlin`).
    """
    return Buyer(
        email=email,
        display_name=display_name,
        phone=phone,
        locale=locale,
        time_zone=time_zone,
        shipping_address=shipping_address,
        account_id=account_id,
    )


def address(
    *lines: str, city: str = "", postcode: str = "", country: str = "", region: str = "", recipient: str = ""
) -> PostalAddress:
    """An address as it is written on a parcel; ``country`` in ISO 3166-1 alpha-2 (`DE`)."""
    return PostalAddress(recipient=recipient, lines=lines, city=city, region=region, postcode=postcode, country=country)


def physical(
    line_id: str,
    title: str,
    *,
    quantity: int = 1,
    sku: str = "",
    price: Amount | None = None,
    expected: Expected | datetime | None = None,
    pickup: bool = False,
) -> OrderLine:
    """A line that ships, or with ``pickup`` is collected at the shop. ``price`` is that of the whole line."""
    line = _line(LineKind.PHYSICAL, line_id, title, quantity, sku, price, expected)
    line.pickup = pickup
    return line


def download(
    line_id: str,
    title: str,
    *,
    quantity: int = 1,
    sku: str = "",
    price: Amount | None = None,
    expected: Expected | datetime | None = None,
) -> OrderLine:
    """A line of files to download."""
    return _line(LineKind.DOWNLOAD, line_id, title, quantity, sku, price, expected)


def access(
    line_id: str,
    title: str,
    *,
    quantity: int = 1,
    sku: str = "",
    price: Amount | None = None,
    expected: Expected | datetime | None = None,
) -> OrderLine:
    """A line that gives a code or a login to a private site."""
    return _line(LineKind.ACCESS, line_id, title, quantity, sku, price, expected)


def trial(
    line_id: str,
    title: str,
    *,
    quantity: int = 1,
    sku: str = "",
    price: Amount | None = None,
    expected: Expected | datetime | None = None,
) -> OrderLine:
    """A trial that may turn into a charge."""
    return _line(LineKind.TRIAL, line_id, title, quantity, sku, price, expected)


def _line(
    kind: LineKind,
    line_id: str,
    title: str,
    quantity: int,
    sku: str,
    price: Amount | None,
    expected: Expected | datetime | None,
) -> OrderLine:
    line = OrderLine(
        line_id=line_id,
        title=title,
        quantity=quantity,
        sku=sku,
        price=money(price, "price"),
        expected=expectation(expected),
    )
    line.kind = number(LineKind, kind, "kind")
    return line
