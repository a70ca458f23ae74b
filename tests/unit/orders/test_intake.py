"""Group commit over stores in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from prometheus_client import CollectorRegistry

from orders.measures import Measures
from orders.use_cases.errors import Overloaded, Unavailable
from orders.use_cases.intake import Intake, IntakeLimits
from orders.use_cases.order_cache import OrderCache
from orders.use_cases.ports import StoreConflict, StoreUnavailable
from tests.fakes.orders_parts import ENCODING, StandingClock, create, record
from tests.fakes.orders_stores import InMemoryDatabase, InMemoryOrders


@asynccontextmanager
async def running(database: InMemoryDatabase, limits: IntakeLimits | None = None) -> AsyncIterator[Intake]:
    intake = Intake(InMemoryOrders(database), ENCODING, StandingClock(), Measures(CollectorRegistry()), limits=limits)
    task = asyncio.create_task(intake.run())
    yield intake
    await intake.drain()
    await task


async def test_what_arrives_together_shares_a_transaction() -> None:
    database = InMemoryDatabase()
    async with running(database) as intake:
        await intake.submit(create())
        answers = await asyncio.gather(*(intake.submit(record(f"Note {n}", f"n{n}")) for n in range(100)))
    assert [answer.sequence for answer in answers] == list(range(2, 102))
    assert len(database.commits) <= 3


async def test_a_group_is_never_larger_than_its_limit() -> None:
    database = InMemoryDatabase()
    async with running(database, IntakeLimits(group=10)) as intake:
        await intake.submit(create())
        await asyncio.gather(*(intake.submit(record(f"Note {n}", f"n{n}")) for n in range(55)))
    assert max(len(changes.outbox) for changes in database.commits) == 10


async def test_a_conflict_is_tried_again_with_fresh_orders() -> None:
    database = InMemoryDatabase()
    async with running(database) as intake:
        await intake.submit(create())
        database.faults.append(StoreConflict())
        answer = await intake.submit(record("One.", "n1"))
    assert answer.sequence == 2
    assert len(database.outbox) == 2


async def test_another_replicas_write_is_seen_although_the_order_is_cached() -> None:
    database = InMemoryDatabase()
    async with running(database) as one, running(database) as other:
        await one.submit(create())
        await one.submit(record("One.", "n1"))
        assert (await other.submit(record("Two.", "n2"))).sequence == 3
        assert (await one.submit(record("Three.", "n3"))).sequence == 4
        assert (await one.submit(record("Two.", "n2"))).sequence == 3


async def test_two_replicas_that_write_at_once_leave_no_gap() -> None:
    database = InMemoryDatabase()
    async with (
        running(database, IntakeLimits(conflicts=50)) as one,
        running(database, IntakeLimits(conflicts=50)) as other,
    ):
        await one.submit(create())
        answers = await asyncio.gather(
            *((one if n % 2 else other).submit(record(f"Note {n}", f"n{n}")) for n in range(60))
        )
    assert sorted(answer.sequence for answer in answers) == list(range(2, 62))
    assert sorted(row.sequence for row in database.log.values()) == list(range(1, 62))


async def test_a_poisonous_command_fails_alone() -> None:
    database = InMemoryDatabase()
    async with running(database) as intake:
        await asyncio.gather(*(intake.submit(create(f"R-{n}")) for n in range(16)))
        database.poison.add(create("R-5").key)
        outcomes = await asyncio.gather(
            *(intake.submit(record("x", "n1", f"R-{n}")) for n in range(16)), return_exceptions=True
        )
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [n == 5 for n in range(16)]
    assert isinstance(outcomes[5], ValueError)


async def test_endless_contention_is_told_as_such() -> None:
    database = InMemoryDatabase()
    async with running(database, IntakeLimits(conflicts=2)) as intake:
        await intake.submit(create())
        database.faults.extend(StoreConflict() for _ in range(2))
        with pytest.raises(Overloaded) as caught:
            await intake.submit(record("One.", "n1"))
    assert caught.value.reason == "CONTENTION"


@pytest.mark.parametrize(("nothing_written", "reason"), [(True, "UNAVAILABLE"), (False, "OUTCOME_UNKNOWN")])
async def test_a_database_that_is_down_answers_the_whole_group(*, nothing_written: bool, reason: str) -> None:
    database = InMemoryDatabase()
    async with running(database) as intake:
        await intake.submit(create())
        database.faults.append(StoreUnavailable(nothing_written=nothing_written))
        outcomes = await asyncio.gather(
            *(intake.submit(record(f"Note {n}", f"n{n}")) for n in range(5)), return_exceptions=True
        )
        assert [getattr(outcome, "reason", "") for outcome in outcomes] == [reason] * 5
        assert (await intake.submit(record("Note 0", "n0"))).sequence == 2


async def test_more_than_may_wait_is_refused_at_once() -> None:
    intake = Intake(
        InMemoryOrders(), ENCODING, StandingClock(), Measures(CollectorRegistry()), limits=IntakeLimits(waiting=2)
    )
    waiting = [intake.submit(create("R-1")), intake.submit(create("R-2"))]
    with pytest.raises(Overloaded):
        intake.submit(create("R-3"))
    for one in waiting:
        one.cancel()


async def test_a_caller_that_went_away_before_its_turn_writes_nothing() -> None:
    database = InMemoryDatabase()
    intake = Intake(InMemoryOrders(database), ENCODING, StandingClock(), Measures(CollectorRegistry()))
    intake.submit(create("R-1")).cancel()
    staying = intake.submit(create("R-2"))
    task = asyncio.create_task(intake.run())
    await staying
    await intake.drain()
    await task
    assert [stored.order.reference for stored in database.orders.values()] == ["R-2"]


async def test_draining_answers_what_was_taken_and_takes_no_more() -> None:
    database = InMemoryDatabase()
    async with running(database) as intake:
        waiting = [intake.submit(create(f"R-{n}")) for n in range(5)]
    assert all(one.done() and one.exception() is None for one in waiting)
    with pytest.raises(Unavailable):
        intake.submit(create("R-9"))


async def test_an_intake_that_is_cut_off_answers_those_who_wait() -> None:
    intake = Intake(InMemoryOrders(), ENCODING, StandingClock(), Measures(CollectorRegistry()))
    waiting = intake.submit(create())
    task = asyncio.create_task(intake.run())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(Unavailable):
        await waiting
    await asyncio.gather(task, return_exceptions=True)


async def test_the_cache_forgets_what_was_used_longest_ago() -> None:
    database = InMemoryDatabase()
    async with running(database) as intake:
        for number in range(3):
            await intake.submit(create(f"R-{number}"))
    orders = list(database.orders.values())
    cache = OrderCache(max_bytes=15_000)
    for order in orders[:2]:
        cache.put(order)
    weight_of_two = len(cache)
    cache.get(orders[0].key)
    small = OrderCache(max_bytes=1)
    small.put(orders[0])
    small.put(orders[1])
    assert weight_of_two == 2
    assert (small.get(orders[0].key), small.get(orders[1].key)) == (None, orders[1])
    cache.forget(orders[0].key)
    assert cache.get(orders[0].key) is None
