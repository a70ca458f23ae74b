"""How long parcels take, as deliveries teach: per merchant, carrier and country, from hand-over to delivery.

Each road keeps counts of deliveries by quarter days on the way, so that one more is one addition and nothing is ever
read again. From the counts follow the median and the ninth decile, to a quarter of a day. A road says nothing before it
has seen 20 parcels. Past 1,000 all counts are halved, so that what a carrier does now soon outweighs what it did once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from orders.domain.tracking import ExpectationSource
from orders.domain.values import Expectation

QUARTER_DAY = timedelta(hours=6)
LEAST = 20
MOST = 1000
# Sixty days: what took longer says nothing of the next parcel, and counts as that.
LONGEST = 240

Counts = Mapping[int, int]
"""Deliveries by whole quarter days on the way."""


@dataclass(frozen=True, slots=True)
class Road:
    """What deliveries have in common. An empty country is one that nobody said."""

    merchant: str
    carrier: str
    country: str


@dataclass(frozen=True, slots=True)
class Transit:
    """How long a parcel takes: half of them at least ``median``, nine of ten at most ``late``."""

    median: timedelta
    late: timedelta

    def expected(self, handed_over_at: datetime) -> Expectation:
        """When a parcel that was handed over then is expected: from the median to the ninth decile."""
        return Expectation(handed_over_at + self.late, handed_over_at + self.median, ExpectationSource.HISTORY)


def road_of(merchant: str, carrier: str, country: str) -> Road:
    """The road, whichever way the carrier is written."""
    return Road(merchant, " ".join(carrier.split()).casefold(), country)


def quarter_days(on_the_way: timedelta) -> int:
    """The whole quarter days in a time on the way."""
    return min(on_the_way // QUARTER_DAY, LONGEST)


def counted(counts: Counts, deliveries: Iterable[int]) -> dict[int, int]:
    """The counts with these deliveries, each given by its quarter days."""
    after = dict(counts)
    for number in deliveries:
        after[number] = after.get(number, 0) + 1
    if sum(after.values()) > MOST:
        after = {number: count // 2 for number, count in after.items() if count > 1}
    return after


def learnt(counts: Counts) -> Transit | None:
    """What the counts teach; None while they are too few. ``median`` begins, and ``late`` ends, a quarter of a day."""
    total = sum(counts.values())
    if total < LEAST:
        return None
    return Transit(_quantile(counts, total, 50) * QUARTER_DAY, (_quantile(counts, total, 90) + 1) * QUARTER_DAY)


def _quantile(counts: Counts, total: int, percent: int) -> int:
    """The smallest number of quarter days within which this share of all deliveries had come."""
    seen = 0
    for number in sorted(counts):
        seen += counts[number]
        if seen * 100 >= total * percent:
            return number
    raise AssertionError("the shares of all deliveries are all of them")
