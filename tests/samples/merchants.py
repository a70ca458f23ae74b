"""Two shops that sell books, software and entry to private sites, one in English and one in Russian."""

from google.protobuf.duration_pb2 import Duration

from wismo.orders.v1 import merchant_pb2


def lantern() -> merchant_pb2.Merchant:
    """An English shop with a dark green."""
    return merchant_pb2.Merchant(
        name="merchants/lantern",
        display_name="Lantern Books",
        sender=merchant_pb2.Sender(email="orders@lantern.test", display_name="Lantern Books"),
        brand=merchant_pb2.Brand(colour="#1f5d4c", shop_url="https://lantern.test"),
        contact=merchant_pb2.ContactBlock(
            email="care@lantern.test",
            phone="+442079460018",
            postal_address=["Lantern Books", "12 Harbour Row", "London E1W 2PH", "United Kingdom"],
            opening_hours="Mon to Fri, 9:00 to 17:00",
        ),
        default_locale="en",
        time_zone="Europe/London",
        policies=merchant_pb2.Policies(silence_limit=Duration(seconds=86400), download_renewals=1),
        revision=1,
    )


def severny() -> merchant_pb2.Merchant:
    """A Russian shop with a deep blue."""
    return merchant_pb2.Merchant(
        name="merchants/severny",
        display_name="Северный ветер",
        sender=merchant_pb2.Sender(email="zakaz@severny.test", display_name="Северный ветер"),
        brand=merchant_pb2.Brand(colour="#274690", shop_url="https://severny.test"),
        contact=merchant_pb2.ContactBlock(
            email="pomosh@severny.test",
            phone="+78123090000",
            postal_address=["Северный ветер", "Литейный пр., 24", "Санкт-Петербург, 191028", "Россия"],
            opening_hours="пн–пт, 10:00–18:00",
        ),
        default_locale="ru",
        time_zone="Europe/Moscow",
        policies=merchant_pb2.Policies(silence_limit=Duration(seconds=86400), download_renewals=1),
        revision=1,
    )
