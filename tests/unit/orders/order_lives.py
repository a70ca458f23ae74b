"""Orders and events for tests of the fold and of the mapping: builders for stories."""

from datetime import UTC, datetime, timedelta

from orders.domain.changes.shipping import (
    ParcelProgressed,
    ParcelShipped,
)
from orders.domain.events import Change, Event
from orders.domain.fold import Recorded, create, record
from orders.domain.moves import SOURCES
from orders.domain.order import (
    Buyer,
    DownloadFile,
    Draft,
    DraftLine,
    EventSource,
    ExceptionReason,
    Expectation,
    LineKind,
    LineQuantity,
    Money,
    Order,
    PaymentState,
    PickupPoint,
    PostalAddress,
    Sealed,
    TrackingStatus,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FILE = DownloadFile("setup", "setup.exe", 1_000, local_path="setup.exe")
POINT = PickupPoint("Kiosk Schmidt", PostalAddress(city="Leipzig"), "always", START + 9 * DAY, Sealed("k1", b"code"))
BUYER = Buyer(
    "ada@example.com", "+4930123456", "Ada", "de", "Europe/Berlin", PostalAddress("Ada", ("Weg 1",), "Berlin")
)
# One line of each way, with a quantity where quantities count.
MIXED = (
    DraftLine("book", LineKind.PHYSICAL, "Printed book", quantity=3, expected=Expectation(START + 5 * DAY)),
    DraftLine("shelf", LineKind.PHYSICAL, "Shelf", pickup=True),
    DraftLine("app", LineKind.DOWNLOAD, "Software"),
    DraftLine("site", LineKind.ACCESS, "Private site"),
    DraftLine("course", LineKind.TRIAL, "Course"),
)


def new_order(*lines: DraftLine, payment: PaymentState = PaymentState.PAID) -> Order:
    """An order as it is right after its creation; of all ways when no line is named."""
    draft = Draft("merchants/shop/orders/R-1", "R-1", BUYER, lines or MIXED, START, Money("EUR", 90), payment)
    return create(draft, None, START).order


def source_for(change: Change) -> EventSource:
    """Somebody who may report the change."""
    allowed = SOURCES[Event(change).kind]
    return EventSource.MERCHANT if EventSource.MERCHANT in allowed else min(allowed)


def tell(order: Order, change: Change, at: datetime | None = None, now: datetime | None = None) -> Recorded:
    """One event, said by somebody who may; it happened a minute after the one before unless ``at`` says when."""
    now = now or max(order.update_time, at or START) + MINUTE
    return record(order, Event(change, at or now, source_for(change)), now)


def after(order: Order, *changes: Change) -> Order:
    """The order after these changes, a minute apart."""
    for change in changes:
        order = tell(order, change).order
    return order


def scan(
    status: TrackingStatus,
    parcel: str = "p1",
    reason: ExceptionReason = ExceptionReason.UNSPECIFIED,
    location: str = "",
) -> ParcelProgressed:
    """A carrier's scan."""
    return ParcelProgressed(parcel, status, reason, location=location)


def shipped(parcel: str = "p1", *lines: LineQuantity, handed_over: bool = False) -> ParcelShipped:
    """A parcel with these lines, or with everything."""
    return ParcelShipped(parcel, "dhl", f"T-{parcel}", lines=lines, handed_over=handed_over)
