"""Orders, merchants and moments for the tests of care."""

from datetime import UTC, datetime, timedelta

from notifier.care import AttentionKind, Kind, Obligation, PlannedNotice, State, Step
from notifier.sending.rows import Row
from orders.domain.changes.care import QuestionAcknowledged, QuestionAnswered, QuestionAsked
from orders.domain.changes.shipping import ParcelProgressed, ParcelShipped
from orders.domain.events import Change
from orders.domain.order import Buyer, Draft, DraftLine, Expectation, LineKind, PostalAddress, TrackingStatus
from tests.simulation.one_order import GoodPost, Handed, OneOrder, Post
from wismo.orders.v1 import merchant_pb2

# A Monday, ten in the morning in Berlin.
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOOK = DraftLine("book", LineKind.PHYSICAL, "Printed book")
APP = DraftLine("app", LineKind.DOWNLOAD, "Software")
SITE = DraftLine("site", LineKind.ACCESS, "Private site")
COURSE = DraftLine("course", LineKind.TRIAL, "Course")


def merchant(zone: str = "Europe/Berlin", **policies: timedelta) -> merchant_pb2.Merchant:
    """A shop with these durations, and around the clock otherwise."""
    made = merchant_pb2.Merchant(name="merchants/shop", time_zone=zone, revision=1)
    for name, value in policies.items():
        getattr(made.policies, name).FromTimedelta(value)
    return made


def nine_to_five(
    shop: merchant_pb2.Merchant, holidays: str = "", closed: tuple[str, ...] = ()
) -> merchant_pb2.Merchant:
    """The same shop, which works from Monday to Friday and rests at noon."""
    for weekday in range(1, 6):
        shop.policies.business_hours.add(iso_weekday=weekday, opens_minute=9 * 60, closes_minute=12 * 60)
        shop.policies.business_hours.add(iso_weekday=weekday, opens_minute=13 * 60, closes_minute=18 * 60)
    shop.policies.holidays = holidays
    shop.policies.closed_days.extend(closed)
    return shop


def placed(
    *lines: DraftLine,
    shop: merchant_pb2.Merchant | None = None,
    at: datetime = START,
    post: Post | None = None,
    watchdog: bool = True,
    buyer_zone: str = "Europe/Berlin",
) -> OneOrder:
    """An order that was just created."""
    one = OneOrder(shop or merchant(), post, watchdog=watchdog)
    buyer = Buyer("ada@example.com", "", "Ada", "en", buyer_zone, PostalAddress("Ada", ("Weg 1",), "Berlin"))
    draft = Draft("merchants/shop/orders/R-1", "R-1", buyer, lines or (BOOK,), at)
    one.place(draft, at)
    return one


def expected(line: DraftLine, latest: datetime) -> DraftLine:
    """The line with a promised time."""
    return DraftLine(line.line_id, line.kind, line.title, expected=Expectation(latest))


def asks(one: OneOrder, at: datetime, reply_by: datetime, text: str = "Where is it?") -> None:
    """The buyer asks and is told by when the answer comes."""
    one.happens(at, QuestionAsked("q-1", text))
    one.happens(at, QuestionAcknowledged("q-1", reply_by))


def answers(one: OneOrder, at: datetime) -> None:
    """The care team answers."""
    one.happens(at, QuestionAnswered("q-1", "It is on its way."))


def shipped(parcel: str = "p1", *, handed_over: bool = True, expected_by: datetime | None = None) -> ParcelShipped:
    """A parcel with everything."""
    when = Expectation(expected_by) if expected_by else None
    return ParcelShipped(parcel, "dhl", f"T-{parcel}", expected=when, handed_over=handed_over)


def scan(status: TrackingStatus, parcel: str = "p1") -> Change:
    """A carrier's scan."""
    return ParcelProgressed(parcel, status)


def said(one: OneOrder, kind: str, recipient: str = "buyer") -> list[datetime]:
    """When notices of this kind were planned for this recipient."""
    return [at for at, notice in one.story.notices if notice.kind == kind and notice.recipient == recipient]


def notices(one: OneOrder, kind: str) -> list[PlannedNotice]:
    """The notices of this kind."""
    return [notice for _, notice in one.story.notices if notice.kind == kind]


def told(one: OneOrder, kind: str) -> list[datetime]:
    """When messages of this kind were accepted."""
    return [message.accepted_at for message in one.story.told if message.kind == kind]


def ended(one: OneOrder, kind: Kind) -> list[Obligation]:
    """Obligations of this kind that ended, in the order in which they did."""
    return [obligation for obligation in one.story.ended if obligation.kind == kind]


def verdicts(one: OneOrder, kind: Kind) -> list[tuple[str, State]]:
    """How they ended."""
    return [(obligation.cause, obligation.state) for obligation in ended(one, kind)]


def open_of(one: OneOrder, kind: Kind) -> list[Obligation]:
    """What is open of this kind."""
    return [obligation for obligation in one.watch.obligations if obligation.kind == kind]


def step_at(obligation: Obligation, step: Step) -> datetime:
    """When a step is to be done."""
    return next(one.at for one in obligation.steps if one.step == step)


class Refuses(GoodPost):
    """Refuses for good, or lets come back, what is of these kinds."""

    def __init__(self, *kinds: str, back: bool = False) -> None:
        self._kinds = set(kinds)
        self._back = back

    def hand_over(self, row: Row, at: datetime) -> Handed:
        handed = super().hand_over(row, at)
        if row.kind not in self._kinds or handed.accepted_at is None:
            return handed
        if self._back:
            return Handed(handed.accepted_at, back_at=handed.accepted_at + HOUR, permanent=True)
        return Handed(refused_at=handed.accepted_at)


def alerts(one: OneOrder, kind: AttentionKind, recipient: str = "care") -> list[datetime]:
    """When people were told of matters of this kind."""
    found = [(at, notice) for at, notice in one.story.notices if notice.recipient == recipient]
    return [at for at, notice in found if notice.notice.attention.kind == int(kind)]


def matters(one: OneOrder) -> set[AttentionKind]:
    """What needs a human now."""
    return {item.kind for item in one.watch.attention}
