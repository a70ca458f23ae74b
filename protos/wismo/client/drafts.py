"""Orders and merchants to be created: plain functions with typed arguments that return the contract's messages."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from wismo.client.events.envelope import Expected, expectation
from wismo.client.values import Money, merchant_name, moment, money
from wismo.client.vocabulary import LineKind, PaymentState, number
from wismo.orders.v1.buyer_pb2 import Buyer, PostalAddress
from wismo.orders.v1.line_pb2 import OrderLine
from wismo.orders.v1.merchant_pb2 import Brand, ContactBlock, Merchant, Policies, Sender
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


def new_merchant(
    merchant: str,
    display_name: str,
    *,
    sender_email: str,
    contact_email: str,
    contact_phone: str,
    postal_address: Sequence[str],
    sender_name: str = "",
    reply_to: str = "",
    opening_hours: str = "",
    colour: str = "",
    logo_url: str = "",
    shop_url: str = "",
    default_locale: str = "",
    time_zone: str = "",
    policies: Policies | None = None,
) -> Merchant:
    """A shop to create. ``merchant``: 2 to 40 of a-z, 0-9 and hyphen. E-mail, phone (E.164) and postal address are in
    every message.

    ``colour`` as `#rrggbb`; ``logo_url`` https; ``policies``: unset durations take their defaults (24 h without a
    word, …).
    """
    return Merchant(
        name=merchant_name(merchant),
        display_name=display_name,
        sender=Sender(email=sender_email, display_name=sender_name, reply_to=reply_to),
        brand=Brand(colour=colour, logo_url=logo_url, shop_url=shop_url),
        contact=ContactBlock(
            email=contact_email, phone=contact_phone, postal_address=postal_address, opening_hours=opening_hours
        ),
        default_locale=default_locale,
        time_zone=time_zone,
        policies=policies,
    )


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
