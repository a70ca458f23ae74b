"""Lives of orders: what a shop, a carrier and a buyer do with one, drawn from a seed and written down beforehand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from orders.domain.changes.care import ProblemReported, ProblemResolved, ProblemUpdated
from orders.domain.changes.entitlement import (
    AccessGranted,
    AccessUsed,
    AllowanceUsed,
    DownloadReady,
    DownloadTaken,
    TrialCancelled,
    TrialStarted,
)
from orders.domain.changes.shipping import PackingStarted, ParcelProgressed, ParcelShipped
from orders.domain.events import Change
from orders.domain.order import (
    Buyer,
    DownloadFile,
    Draft,
    DraftLine,
    Expectation,
    LineKind,
    Money,
    PostalAddress,
    Sealed,
    TrackingStatus,
)
from tests.simulation.disasters import SILENT_WAREHOUSE, STRIKE, TRIAL_WAVE, YEAR

HOUR = timedelta(hours=1)
PRICE = Money("EUR", 9)
_ZONES = ("Europe/Berlin", "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo")
_LINES = {
    "book": DraftLine("book", LineKind.PHYSICAL, "Printed book"),
    "app": DraftLine("app", LineKind.DOWNLOAD, "Software"),
    "site": DraftLine("site", LineKind.ACCESS, "Private site"),
    "course": DraftLine("course", LineKind.TRIAL, "Course"),
}
_CARTS = ((55, ("book",)), (12, ("app",)), (10, ("site",)), (8, ("course",)), (15, ("book", "app", "site")))


@dataclass
class Life:
    """What will happen by itself. What people do about it depends on what they are told: see `people`."""

    number: int
    random: Random
    draft: Draft
    placed_at: datetime
    events: list[tuple[datetime, Change]] = field(default_factory=list)
    lost: bool = False
    asks: tuple[datetime, ...] = ()
    wrong_address: bool = False
    full_mailbox: bool = False
    charge_at: datetime | None = None


def life(seed: int, number: int, orders: int) -> Life:
    """The life of one order of the year."""
    random = Random(f"{seed}/{number}")
    placed_at = _placed_at(random, number, orders)
    weights = [weight for weight, _ in _CARTS]
    cart = random.choices([cart for _, cart in _CARTS], weights)[0]
    if TRIAL_WAVE.holds(placed_at) and random.random() < 0.7:
        cart = ("course",)
    lines = tuple(_line(name, placed_at, random) for name in cart)
    buyer = Buyer(
        f"buyer-{number}@buyers.test", "", "", "en", random.choice(_ZONES), PostalAddress("B", ("Way 1",), "Town")
    )
    name = f"merchants/shop/orders/S-{number:05d}"
    one = Life(number, random, Draft(name, f"S-{number:05d}", buyer, lines, placed_at), placed_at)
    chance = random.random()
    one.wrong_address, one.full_mailbox = chance < 0.004, 0.004 <= chance < 0.012
    for strand, made in (("book", _ship), ("app", _download), ("site", _access), ("course", _trial)):
        if strand in cart:
            made(one)
    if random.random() < 0.04:
        _problem(one)
    if random.random() < 0.12:
        first = placed_at + random.uniform(4, 120) * HOUR
        repeats = random.choice((0, 0, 0, 1, 3))
        one.asks = (first, *(first + (1 + number) * random.uniform(0.5, 6) * HOUR for number in range(repeats)))
    return one


def _placed_at(random: Random, number: int, orders: int) -> datetime:
    """Spread over the year, and twice as many in its last two months."""
    share = (number + random.random()) / orders
    day = share * 426 if share < 304 / 426 else 304 + (share * 426 - 304) / 2
    begins = datetime(YEAR, 1, 1, tzinfo=UTC) + timedelta(days=int(day))
    if share * 426 > 304 and random.random() < 0.02:
        begins = datetime(YEAR, 11, 27, tzinfo=UTC)
    return begins + timedelta(minutes=int(random.triangular(0, 24 * 60, 18 * 60)), seconds=random.randrange(60))


def _line(name: str, placed_at: datetime, random: Random) -> DraftLine:
    line = _LINES[name]
    if name != "book" or random.random() < 0.3:
        return line
    day = (placed_at + timedelta(days=6)).replace(hour=0, minute=0, second=0)
    return DraftLine(line.line_id, line.kind, line.title, expected=Expectation(day))


def _ship(one: Life) -> None:
    random, at = one.random, one.placed_at + one.random.uniform(2, 40) * HOUR
    if SILENT_WAREHOUSE.holds(at):
        at = SILENT_WAREHOUSE.ends + random.uniform(1, 30) * HOUR
    one.events.append((at, PackingStarted(("book",))))
    at += random.uniform(0.5, 6) * HOUR
    days = random.choice((2, 3, 4))
    expected = Expectation((at + timedelta(days=days)).replace(microsecond=0)) if random.random() < 0.5 else None
    one.events.append((at, ParcelShipped("p1", "dhl", f"T{one.number}", expected=expected)))
    one.lost = random.random() < 0.015
    seen = (TrackingStatus.PICKED_UP, TrackingStatus.IN_TRANSIT, TrackingStatus.IN_TRANSIT)
    stages = [*seen[: random.randint(1, 3)], TrackingStatus.OUT_FOR_DELIVERY, TrackingStatus.DELIVERED]
    if one.lost:
        stages = stages[: random.randint(0, len(stages) - 2)]
    for stage in stages:
        last_mile = stage == TrackingStatus.DELIVERED
        at += (random.uniform(2, 8) if last_mile else min(110.0, random.expovariate(1 / 18) + 3)) * HOUR
        if STRIKE.holds(at):
            at = STRIKE.ends + random.uniform(1, 60) * HOUR
        one.events.append((at, ParcelProgressed("p1", stage)))


def _download(one: Life) -> None:
    random, at = one.random, one.placed_at + one.random.choice((0.01, 0.01, 0.2, 20)) * HOUR
    ends = at + timedelta(days=random.choice((7, 14, 30)))
    files = (DownloadFile("setup", "setup.exe", 1, local_path="setup.exe"),)
    one.events.append((at, DownloadReady("app", files, expires_at=ends)))
    if random.random() < 0.85:
        one.events.append((at + min(150.0, random.expovariate(1 / 20)) * HOUR, DownloadTaken("app", "setup")))


def _access(one: Life) -> None:
    random, at = one.random, one.placed_at + one.random.choice((0.01, 0.3, 6)) * HOUR
    granted = AccessGranted("site", "https://site.example", code=Sealed("k", b"s"), case_sensitive=True)
    one.events.append((at, granted))
    if random.random() < 0.7:
        one.events.append((at + random.expovariate(1 / 30) * HOUR, AccessUsed("site")))


def _trial(one: Life) -> None:
    random, at = one.random, one.placed_at + 0.02 * HOUR
    ends = at + timedelta(days=random.choice((14, 14, 30)))
    allowance = random.choice((0, 10))
    one.events.append((at, TrialStarted("course", ends, PRICE, allowance_unit="lessons", allowance_total=allowance)))
    if allowance and random.random() < 0.6:
        one.events.append((at + (ends - at) * 0.5, AllowanceUsed("course", random.choice((4, 10)))))
    if random.random() < 0.35:
        one.events.append((at + (ends - at) * random.uniform(0.1, 0.95), TrialCancelled("course", True)))
    else:
        one.charge_at = ends


def _problem(one: Life) -> None:
    """Something breaks; the shop says when the next word comes, and keeps it in four of five cases."""
    random, at = one.random, one.placed_at + one.random.uniform(5, 60) * HOUR
    at = at.replace(microsecond=0)
    due = at + random.choice((8, 24, 30)) * HOUR
    one.events.append((at, ProblemReported("n1", "It broke", "We mend it", due)))
    for number in range(random.randint(0, 2)):
        at = due - random.uniform(0.1, 4) * HOUR if random.random() < 0.8 else due + random.uniform(1, 30) * HOUR
        at = at.replace(microsecond=0)
        due = at + random.choice((12, 24)) * HOUR
        one.events.append((at, ProblemUpdated("n1", f"News {number}", due)))
    one.events.append((due - random.uniform(0.5, 6) * HOUR, ProblemResolved("n1", "Mended")))
