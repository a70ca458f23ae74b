"""The order that the product exists for: a printed book, a software download, and entry to a private site."""

from datetime import timedelta

from google.type.money_pb2 import Money

from tests.samples import keys, merchants
from tests.samples.story import Story, after
from wismo.orders.v1 import (
    buyer_pb2,
    entitlement_pb2,
    line_pb2,
    merchant_pb2,
    order_pb2,
    parcel_pb2,
    payment_pb2,
    secret_pb2,
    tracking_pb2,
)
from wismo.orders.v1 import fulfilment_event_pb2 as events

ACCESS_CODE = "Kl0O-8BIl-q9Zs"
LICENCE_KEY = "ATLAS-7Q2M-1IL0-OX58"
FILE_ID = "atlas-win"


def new_order(merchant: merchant_pb2.Merchant, reference: str, email: str, locale: str = "en") -> order_pb2.Order:
    """The mixed order before anything happened; titles are in the buyer's language."""
    russian = locale.startswith("ru")
    titles = (
        ("Книга «Северные огни»", "Программа «Атлас» 2.1", "Закрытый клуб читателей, год")
        if russian
        else ("Northern Lights, hardback", "Atlas 2.1 for Windows", "Readers' Room, one year")
    )
    line = line_pb2.OrderLine
    expected = line_pb2.Expectation(
        earliest=after(days=3), latest=after(days=5), source=tracking_pb2.EXPECTATION_SOURCE_MERCHANT
    )
    return order_pb2.Order(
        reference=reference,
        buyer=buyer_pb2.Buyer(
            email=email,
            display_name="Анна Петрова" if russian else "Robin Miller",
            locale=locale,
            time_zone="Europe/Moscow" if russian else "Europe/London",
            shipping_address=buyer_pb2.PostalAddress(
                recipient="Анна Петрова" if russian else "Robin Miller",
                lines=["Садовая ул., 5, кв. 12"] if russian else ["5 Mill Lane"],
                city="Казань" if russian else "York",
                postcode="420111" if russian else "YO1 7HH",
                country="RU" if russian else "GB",
            ),
        ),
        lines=[
            line(line_id="book", kind=line_pb2.LINE_KIND_PHYSICAL, title=titles[0], quantity=1, expected=expected),
            line(line_id="atlas", kind=line_pb2.LINE_KIND_DOWNLOAD, title=titles[1], quantity=1),
            line(line_id="room", kind=line_pb2.LINE_KIND_ACCESS, title=titles[2], quantity=1),
        ],
        placed_at=after(),
        total=Money(currency_code="RUB", units=5480)
        if russian
        else Money(currency_code="GBP", units=84, nanos=500000000),
        payment_state=payment_pb2.PAYMENT_STATE_PAID,
        state=order_pb2.ORDER_STATE_CONFIRMED,
    )


def mixed_order(
    reference: str = "R-10042",
    email: str = "robin@buyers.test",
    *,
    merchant: merchant_pb2.Merchant | None = None,
    locale: str = "en",
) -> Story:
    """The whole life of the mixed order: created, download ready, access granted, shipped, on its way, delivered."""
    story = Story(merchant or merchants.lantern(), new_order(merchant or merchants.lantern(), reference, email, locale))
    for item in story.order.lines:
        item.state = line_pb2.LINE_STATE_RECEIVED
    story.tell(events.FulfilmentEvent(order_created=events.OrderCreated()))
    make_download_ready(story)
    grant_access(story)
    ship_book(story)
    for status, where, hours in (
        (tracking_pb2.TRACKING_STATUS_IN_TRANSIT, "Leeds, GB", 12),
        (tracking_pb2.TRACKING_STATUS_OUT_FOR_DELIVERY, "York, GB", 20),
        (tracking_pb2.TRACKING_STATUS_DELIVERED, "York, GB", 4),
    ):
        scan(story, status, where, hours=hours)
    return story


def subjects(reference: str) -> list[str]:
    """Those of the mails that `mixed_order` causes, in their order, where each leaves before the next event comes."""
    return [
        f"Thank you: we have your order {reference}",
        f"Order {reference}: your download is ready",
        f"Order {reference}: your access code",
        f"Order {reference}: your parcel is on its way",
        f"Order {reference}: your parcel arrives today",
        f"Order {reference}: your parcel was delivered",
    ]


def sealed(story: Story, plaintext: str) -> secret_pb2.Secret:
    """`plaintext` as the orders service would have sealed it for this order."""
    closed = keys.sealer().seal(plaintext, story.order.name)
    return secret_pb2.Secret(key_id=closed.key_id, ciphertext=closed.ciphertext)


def make_download_ready(story: Story) -> None:
    """The software can be downloaded, three times, for 30 days."""
    file = entitlement_pb2.DownloadFile(
        file_id=FILE_ID,
        file_name="atlas-2.1-setup.exe",
        size_bytes=48_234_496,
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        local_path="lantern/atlas-2.1-setup.exe",
        platform=entitlement_pb2.PLATFORM_WINDOWS,
    )
    ready = events.DownloadReady(
        line_id="atlas",
        files=[file],
        licence_key=sealed(story, LICENCE_KEY),
        allowed_count=3,
        expires_at=after(days=30),
    )

    def change(order: order_pb2.Order) -> None:
        order.lines[1].state = line_pb2.LINE_STATE_READY
        order.state = order_pb2.ORDER_STATE_PARTLY_ON_ITS_WAY
        order.downloads.add(
            line_id="atlas",
            files=[file],
            licence_key=ready.licence_key,
            allowed_count=3,
            expires_at=ready.expires_at,
            issue=1,
            ready_at=after(hours=1),
        )

    story.tell(events.FulfilmentEvent(download_ready=ready), change)


def grant_access(story: Story) -> None:
    """The private site opens, with a code full of characters that look alike."""
    granted = events.AccessGranted(
        line_id="room",
        login_url="https://room.lantern.test/enter",
        username=story.order.buyer.email,
        code=sealed(story, ACCESS_CODE),
        case_sensitive=True,
        expires_at=after(days=365),
    )

    def change(order: order_pb2.Order) -> None:
        order.lines[2].state = line_pb2.LINE_STATE_GRANTED
        order.accesses.add(
            line_id="room",
            login_url=granted.login_url,
            username=granted.username,
            code=granted.code,
            case_sensitive=True,
            expires_at=granted.expires_at,
            granted_at=after(hours=2),
        )

    story.tell(events.FulfilmentEvent(access_granted=granted), change)


def ship_book(story: Story) -> None:
    """The book leaves with a tracking number."""
    shipped = events.ParcelShipped(
        parcel_id="p1",
        carrier="royal-mail",
        tracking_number="RM123456785GB",
        tracking_url="https://track.royal-mail.test/RM123456785GB",
        lines=[line_pb2.LineQuantity(line_id="book", quantity=1)],
        expected=line_pb2.Expectation(latest=after(days=3), source=tracking_pb2.EXPECTATION_SOURCE_CARRIER),
        handed_over=True,
    )

    def change(order: order_pb2.Order) -> None:
        order.lines[0].state = line_pb2.LINE_STATE_SHIPPED
        order.lines[0].shipped_quantity = 1
        order.state = order_pb2.ORDER_STATE_ON_ITS_WAY
        order.parcels.append(
            parcel_pb2.Parcel(
                parcel_id="p1",
                carrier=shipped.carrier,
                tracking_number=shipped.tracking_number,
                tracking_url=shipped.tracking_url,
                lines=shipped.lines,
                status=tracking_pb2.TRACKING_STATUS_PICKED_UP,
                expected=shipped.expected,
                shipped_at=after(hours=3),
            )
        )

    story.tell(events.FulfilmentEvent(parcel_shipped=shipped), change)


def scan(story: Story, status: "tracking_pb2.TrackingStatus.ValueType", location: str, *, hours: float) -> None:
    """The carrier reports progress of the book's parcel."""
    progressed = events.ParcelProgressed(parcel_id="p1", status=status, location=location)
    event = events.FulfilmentEvent(source=events.EVENT_SOURCE_CARRIER, parcel_progressed=progressed)

    def change(order: order_pb2.Order) -> None:
        parcel = order.parcels[0]
        parcel.status = status
        parcel.scans.add(occurred_at=event.occurred_at, status=status, location=location)
        if status == tracking_pb2.TRACKING_STATUS_OUT_FOR_DELIVERY:
            order.lines[0].state = line_pb2.LINE_STATE_OUT_FOR_DELIVERY
        elif status == tracking_pb2.TRACKING_STATUS_DELIVERED:
            event.parcel_progressed.delivery_mode = tracking_pb2.DELIVERY_MODE_NEIGHBOUR
            parcel.delivery_mode = tracking_pb2.DELIVERY_MODE_NEIGHBOUR
            parcel.delivered_at.CopyFrom(event.occurred_at)
            order.lines[0].state = line_pb2.LINE_STATE_DELIVERED
            order.lines[0].delivered_quantity = 1
            order.state = order_pb2.ORDER_STATE_COMPLETE

    story.tell(event, change, later=timedelta(hours=hours))


def report_problem(story: Story) -> None:
    """The parcel was damaged; a replacement is on its way, and the next word comes tomorrow."""
    reported = events.ProblemReported(
        problem_id="damaged-1",
        line_ids=["book"],
        parcel_id="p1",
        what_happened="The carrier told us this morning that your parcel was damaged in their depot in Leeds.",
        what_we_do="We are packing a new copy today and send it by express, at our cost.",
        reason=tracking_pb2.EXCEPTION_REASON_DAMAGED,
        acting_party=tracking_pb2.ACTING_PARTY_MERCHANT,
        next_update_at=after(days=2),
    )

    def change(order: order_pb2.Order) -> None:
        order.problems.append(
            order_pb2.Problem(
                problem_id="damaged-1",
                line_ids=["book"],
                parcel_id="p1",
                what_happened=reported.what_happened,
                what_we_do=reported.what_we_do,
                reason=reported.reason,
                acting_party=reported.acting_party,
                next_update_at=reported.next_update_at,
                reported_at=after(days=1),
            )
        )
        order.next_update_at.CopyFrom(reported.next_update_at)

    story.tell(events.FulfilmentEvent(problem_reported=reported), change)
