"""The loops that count deliveries and remember what they teach."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge

from chassis.leases import Lease
from orders.domain.transits import LEAST, road_of
from orders.measures import Measures
from orders.use_cases.learning import LearntTransits, TransitLearner
from orders.use_cases.ports import StoreUnavailable
from orders.use_cases.stored import TransitRow
from tests.fakes.orders_parts import NOW
from tests.fakes.orders_stores import InMemoryDatabase, InMemoryTransits

ROAD = road_of("merchants/lantern", "dhl", "FR")


@dataclass
class Leases:
    """Gives the lease, or not, or fails."""

    answers: list[bool | Exception] = field(default_factory=list)

    async def acquire(self, name: str) -> Lease | None:
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return Lease(name, "me", 1, NOW, 0.0) if answer else None


def with_deliveries(number: int) -> InMemoryDatabase:
    rows = [TransitRow(f"order-{index}/p1", ROAD, 8) for index in range(number)]
    return InMemoryDatabase(transits={row.key: row for row in rows})


def shown(metric: Counter | Gauge) -> float:
    """The value that is scraped."""
    return next(sample.value for family in metric.collect() for sample in family.samples)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


async def running(learner: TransitLearner, condition: Callable[[], bool]) -> None:
    task = asyncio.create_task(learner.run())
    try:
        await until(condition)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_everything_observed_is_counted_batch_by_batch() -> None:
    database = with_deliveries(25)
    store = InMemoryTransits(database)
    measures = Measures(CollectorRegistry())
    learner = TransitLearner(store, Leases(), batch=10, pause=0, measures=measures)
    await running(learner, lambda: not database.transits)
    assert store.roads[ROAD][0] == {8: 25}
    assert shown(measures.transits_counted) == 25


async def test_who_has_not_the_lease_counts_nothing() -> None:
    database = with_deliveries(5)
    leases = Leases([False, False, False])
    seen: list[int] = []

    def only_once_it_has_the_lease() -> bool:
        if leases.answers:
            seen.append(len(database.transits))
        return not database.transits

    await running(TransitLearner(InMemoryTransits(database), leases, pause=0), only_once_it_has_the_lease)
    assert set(seen) == {5}


async def test_an_outage_is_waited_for() -> None:
    database = with_deliveries(5)
    leases = Leases([StoreUnavailable(nothing_written=True)])
    measures = Measures(CollectorRegistry())
    learner = TransitLearner(InMemoryTransits(database), leases, pause=0, measures=measures)
    await running(learner, lambda: not database.transits)
    assert shown(measures.transit_failures.labels("count")) == 1


async def test_what_is_remembered_outlives_an_outage() -> None:
    store = InMemoryTransits(with_deliveries(LEAST))
    await store.fold(100)
    measures = Measures(CollectorRegistry())
    known = LearntTransits(store, pause=0, measures=measures)
    task = asyncio.create_task(known.keep())
    await until(lambda: known.transit(ROAD.merchant, "DHL", "FR") is not None)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert known.transit(ROAD.merchant, "DHL", "FR") is not None
    assert shown(measures.transit_roads) == 1
