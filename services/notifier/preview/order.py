"""The made-up shop and its order: a printed book (two of it), a program, entry to a private site."""

from notifier.preview.stage import at
from notifier.preview.texts import SampleTexts
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import merchant_pb2, order_pb2
from wismo.orders.v1 import payment_pb2 as payments


def sample_merchant(words: SampleTexts) -> merchant_pb2.Merchant:
    """The shop."""
    return merchant_pb2.Merchant(
        name="merchants/lantern",
        display_name=words.shop,
        sender=merchant_pb2.Sender(email="orders@lantern.example", display_name=words.shop),
        brand=merchant_pb2.Brand(colour="#1f5d4c", shop_url="https://lantern.example"),
        contact=merchant_pb2.ContactBlock(
            email="care@lantern.example",
            phone=words.phone,
            postal_address=words.postal_address,
            opening_hours=words.hours,
        ),
        default_locale=words.language,
        time_zone=words.zone,
        revision=1,
    )


def new_order(words: SampleTexts) -> order_pb2.Order:
    """The order as it is just after it was created: a printed book (two of it), a program, entry to a private site."""
    kinds = (lines.LINE_KIND_PHYSICAL, lines.LINE_KIND_DOWNLOAD, lines.LINE_KIND_ACCESS)
    order = order_pb2.Order(
        name="merchants/lantern/orders/R-10042",
        reference="R-10042",
        placed_at=at(-1),
        total=words.total,
        payment_state=payments.PAYMENT_STATE_PAID,
        state=order_pb2.ORDER_STATE_CONFIRMED,
        sequence=9,
        link_version=1,
    )
    order.buyer.email = "buyer@example.org"
    order.buyer.phone = words.phone
    order.buyer.display_name = words.buyer
    order.buyer.locale = words.language
    order.buyer.time_zone = words.zone
    order.buyer.shipping_address.recipient = words.buyer
    order.buyer.shipping_address.lines.append(words.street)
    order.buyer.shipping_address.city = words.town
    order.buyer.shipping_address.country = words.country
    for line_id, kind, title, quantity in zip(("book", "atlas", "room"), kinds, words.titles, (2, 1, 1), strict=True):
        order.lines.add(line_id=line_id, kind=kind, title=title, quantity=quantity, state=lines.LINE_STATE_RECEIVED)
    order.lines[0].expected.latest.CopyFrom(at(days=4))
    return order
