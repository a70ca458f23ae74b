"""The shops and orders of the demo: what a newcomer sees first. All are invented, and `.test` reaches nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from embedded_stack.downloads import DemoFile
from wismo.client import Expected, drafts, events
from wismo.orders.v1.entitlement_pb2 import DownloadFile
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent
from wismo.orders.v1.merchant_pb2 import Merchant
from wismo.orders.v1.order_pb2 import Order


@dataclass(frozen=True)
class DemoOrder:
    """An order and what happens to it, told in this order."""

    merchant: str
    order: Order
    story: tuple[FulfilmentEvent, ...] = ()


def merchants() -> list[Merchant]:
    """Two shops that look and speak differently; the first one's key is what the `wismo` command uses."""
    return [
        drafts.new_merchant(
            "lantern",
            "Lantern Books",
            sender_email="orders@lantern.test",
            contact_email="care@lantern.test",
            contact_phone="+442079460018",
            postal_address=["Lantern Books", "12 Harbour Row", "London E1W 2PH", "United Kingdom"],
            opening_hours="Mon to Fri, 9:00 to 17:00",
            colour="#1f5d4c",
            shop_url="https://lantern.test",
            default_locale="en",
            time_zone="Europe/London",
        ),
        drafts.new_merchant(
            "severny",
            "Северный ветер",
            sender_email="zakaz@severny.test",
            contact_email="pomosh@severny.test",
            contact_phone="+78123090000",
            postal_address=["Северный ветер", "Литейный пр., 24", "Санкт-Петербург, 191028", "Россия"],
            opening_hours="пн–пт, 10:00–18:00",
            colour="#274690",
            shop_url="https://severny.test",
            default_locale="ru",
            time_zone="Europe/Moscow",
        ),
    ]


def mixed_order(files: Iterable[DemoFile], now: datetime | None = None) -> DemoOrder:
    """The order that Wismo exists for: a printed book, software to download, entry to a private site."""
    now = now or datetime.now(UTC)
    robin = drafts.buyer(
        "robin@buyers.test",
        display_name="Robin Miller",
        locale="en",
        time_zone="Europe/London",
        shipping_address=drafts.address(
            "5 Mill Lane", recipient="Robin Miller", city="York", postcode="YO1 7HH", country="GB"
        ),
    )
    order = drafts.new_order(
        "L-1001",
        robin,
        [
            drafts.physical(
                "book",
                "Night Birds of the North, hardback",
                price=(Decimal("34.00"), "GBP"),
                expected=Expected(now + timedelta(days=5), now + timedelta(days=3)),
            ),
            drafts.download("software", "Nightjar 2.4, identify birds by their call", price=(Decimal("29.50"), "GBP")),
            drafts.access("room", "The Readers' Room, one year", price=(Decimal("21.00"), "GBP")),
        ],
        placed_at=now,
        total=(Decimal("84.50"), "GBP"),
        payment_state="paid",
    )
    story = (
        events.download_ready(
            "software",
            [_file(file) for file in files],
            licence_key="NIGHTJAR-7Q2M-1IL0-OX58",
            allowed_count=3,
            expires_at=now + timedelta(days=30),
        ),
        events.access_granted(
            "room",
            login_url="https://room.lantern.test/enter",
            code="Kl0O-8BIl-q9Zs",
            username="robin@buyers.test",
            case_sensitive=True,
            expires_at=now + timedelta(days=365),
        ),
        events.packing_started(["book"]),
    )
    return DemoOrder("lantern", order, story)


def russian_order(now: datetime | None = None) -> DemoOrder:
    """The same kind of order in Russian, whose book is late: told before anybody asks."""
    now = now or datetime.now(UTC)
    anna = drafts.buyer(
        "anna@buyers.test",
        display_name="Анна Петрова",
        locale="ru",
        time_zone="Europe/Moscow",
        shipping_address=drafts.address(
            "Садовая ул., 5, кв. 12", recipient="Анна Петрова", city="Казань", postcode="420111", country="RU"
        ),
    )
    order = drafts.new_order(
        "S-2001",
        anna,
        [
            drafts.physical("kniga", "«Северные огни», твёрдый переплёт", expected=now + timedelta(days=4)),
            drafts.access("klub", "Закрытый клуб читателей, один год"),
        ],
        placed_at=now,
        total=(Decimal(5480), "RUB"),
        payment_state="paid",
    )
    story = (
        events.access_granted(
            "klub", login_url="https://klub.severny.test/vhod", code="q1lI-O0o8-Zz2S", case_sensitive=True
        ),
        events.delay_announced(
            "sklad-1",
            what_happened="Типография передала нам тираж на день позже, чем обещала.",
            what_we_do="Книга упакуется первой, как только тираж приедет на склад.",
            next_update_at=now + timedelta(hours=20),
            line_ids=["kniga"],
            expected=now + timedelta(days=6),
        ),
    )
    return DemoOrder("severny", order, story)


def further_orders(now: datetime | None = None) -> list[DemoOrder]:
    """One on its way in two parcels, one delivered."""
    now = now or datetime.now(UTC)
    return [_split_shipment(now), _delivered(now)]


def _split_shipment(now: datetime) -> DemoOrder:
    kim = drafts.buyer("kim@buyers.test", display_name="Kim Larsen", locale="en", time_zone="Europe/Copenhagen")
    lines = [drafts.physical("atlas", "A Pocket Atlas of Moths", quantity=2), drafts.physical("lamp", "Reading lamp")]
    story = (
        _shipped("P-1", {"atlas": 2}, "RM123456785GB", now + timedelta(days=3)),
        _shipped("P-2", {"lamp": 1}, "RM123456799GB", now + timedelta(days=5)),
        events.parcel_progressed("P-1", "out_for_delivery", location="Copenhagen, DK"),
    )
    return DemoOrder("lantern", drafts.new_order("L-1002", kim, lines, placed_at=now, payment_state="paid"), story)


def _delivered(now: datetime) -> DemoOrder:
    lee = drafts.buyer("lee@buyers.test", display_name="Lee Okafor", locale="en", time_zone="Europe/London")
    order = drafts.new_order("L-1003", lee, [drafts.physical("map", "Map of the Fens")], placed_at=now)
    story = (
        _shipped("P-1", {"map": 1}, "RM123456808GB", now + timedelta(days=2)),
        events.parcel_progressed("P-1", "delivered", location="Ely, GB", delivery_mode="neighbour"),
    )
    return DemoOrder("lantern", order, story)


def _shipped(parcel: str, lines: dict[str, int], number: str, by: datetime) -> FulfilmentEvent:
    expected = Expected(by, source="carrier")
    return events.parcel_shipped(parcel, carrier="royal-mail", tracking_number=number, lines=lines, expected=expected)


def _file(file: DemoFile) -> DownloadFile:
    platform = next((name for name in ("windows", "macos", "linux") if name in file.name), None)
    return events.file(
        file.name, file.name, local_path=file.name, size_bytes=file.size, sha256=file.sha256, platform=platform
    )
