"""The relay over an outbox and a broker in memory."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry

from chassis.kafka import BrokerUnavailable
from chassis.leases import Lease, LeaseLost
from orders.measures import Measures
from orders.relay.loop import Relay, RelayPace
from orders.relay.shards import Shards
from orders.use_cases.outbox import SHARDS, row_id
from orders.use_cases.stored import OutboxRow
from tests.fakes.orders_stores import InMemoryDatabase, InMemoryOutbox


@dataclass
class InMemoryLeases:
    """Leases that several relays share, each under its own name."""

    owner: str
    held: dict[str, str]
    relays: dict[str, bool]

    async def acquire(self, name: str) -> Lease | None:
        if self.held.setdefault(name, self.owner) != self.owner:
            return None
        return Lease(name, self.owner, 1, datetime.now(UTC), float("inf"))

    async def renew(self, lease: Lease) -> Lease:
        if self.held.get(lease.name) != self.owner:
            raise LeaseLost(lease.name)
        return lease

    async def release(self, lease: Lease) -> None:
        if self.held.get(lease.name) == self.owner:
            del self.held[lease.name]

    async def members(self) -> int:
        self.relays[self.owner] = True
        return len(self.relays)

    async def leave(self) -> None:
        self.relays.pop(self.owner, None)


@dataclass
class InMemoryBroker:
    """Takes all but what `refuse` names, and nothing while it is down. Keeps a key's order as the real one does."""

    records: list[str] = field(default_factory=list)
    down: bool = False
    refuse: Callable[[OutboxRow], bool] = lambda _: False

    def publish(self, rows: Sequence[OutboxRow]) -> list[Exception | None]:
        outcomes: list[Exception | None] = []
        failed: set[str] = set()
        for row in rows:
            if self.down or row.key in failed:
                outcomes.append(BrokerUnavailable("not sent"))
            elif self.refuse(row):
                failed.add(row.key)
                outcomes.append(ValueError("too large"))
            else:
                self.records.append(row.event_id)
                outcomes.append(None)
        return outcomes


def row(order: str, sequence: int) -> OutboxRow:
    return OutboxRow(row_id(order, sequence), "topic", order, f"{order}#{sequence}", "type", datetime.now(UTC), b"")


def filled(orders: int, events: int) -> InMemoryDatabase:
    database = InMemoryDatabase()
    for sequence in range(1, events + 1):
        for number in range(orders):
            database.add_to_outbox(row(f"order-{number}", sequence))
    return database


async def relay_of(database: InMemoryDatabase, broker: InMemoryBroker, batch: int = 7) -> Relay:
    shards = Shards(InMemoryLeases("one", {}, {}), renew_seconds=1.0)
    await shards.tend()
    outbox = InMemoryOutbox(database)
    return Relay(outbox, broker, shards, Measures(CollectorRegistry()), RelayPace(batch=batch))


async def test_everything_is_published_in_order_for_each_order_and_then_gone() -> None:
    database, broker = filled(orders=20, events=5), InMemoryBroker()
    relay = await relay_of(database, broker)
    assert await relay.lap(0, SHARDS - 1) == 100
    assert database.outbox == {}
    for number in range(20):
        own = [one for one in broker.records if one.startswith(f"order-{number}#")]
        assert own == [f"order-{number}#{sequence}" for sequence in range(1, 6)]


async def test_one_orders_failure_holds_up_that_order_only() -> None:
    database = filled(orders=5, events=3)
    broker = InMemoryBroker(refuse=lambda one: one.event_id == "order-2#2")
    relay = await relay_of(database, broker)
    await relay.lap(0, SHARDS - 1)
    assert sorted(one.event_id for one in database.outbox.values()) == ["order-2#2", "order-2#3"]
    # At once it is not tried again: it would only be refused again.
    before = list(broker.records)
    await relay.lap(0, SHARDS - 1)
    assert broker.records == before


async def test_a_refused_record_goes_out_once_the_broker_takes_it() -> None:
    database, times = filled(orders=1, events=2), iter(range(0, 10_000, 500))
    broker = InMemoryBroker(refuse=lambda _: True)
    relay = await relay_of(database, broker)
    relay.monotonic = lambda: float(next(times))
    await relay.lap(0, SHARDS - 1)
    broker.refuse = lambda _: False
    await relay.lap(0, SHARDS - 1)
    assert broker.records == ["order-0#1", "order-0#2"]


async def test_nothing_is_lost_while_the_broker_is_down() -> None:
    database, broker = filled(orders=3, events=2), InMemoryBroker(down=True)
    relay = await relay_of(database, broker)
    assert await relay.lap(0, SHARDS - 1) == 0
    assert len(database.outbox) == 6
    broker.down = False
    assert await relay.lap(0, SHARDS - 1) == 6
    assert len(broker.records) == 6


async def test_a_shard_that_is_not_held_is_left_alone() -> None:
    database, broker = filled(orders=40, events=1), InMemoryBroker()
    relay = Relay(
        InMemoryOutbox(database),
        broker,
        Shards(InMemoryLeases("one", {}, {}), renew_seconds=1.0),
        Measures(CollectorRegistry()),
    )
    assert await relay.lap(0, SHARDS - 1) == 0
    assert broker.records == []


async def test_a_running_relay_publishes_as_soon_as_it_is_woken() -> None:
    database, broker = InMemoryDatabase(), InMemoryBroker()
    relay = await relay_of(database, broker)
    task = asyncio.create_task(relay.run())
    await asyncio.sleep(0.05)
    database.add_to_outbox(row("order-1", 1))
    relay.wake()
    async with asyncio.timeout(0.2):
        while not broker.records:
            await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_running_relay_outlives_a_database_that_goes_away() -> None:
    database, broker = filled(1, 1), InMemoryBroker()
    relay = await relay_of(database, broker)
    assert isinstance(relay.outbox, InMemoryOutbox)
    relay.outbox.down = True
    task = asyncio.create_task(relay.run())
    await asyncio.sleep(0.05)
    relay.outbox.down = False
    async with asyncio.timeout(5):
        while not broker.records:
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_relays_share_the_shards_and_inherit_them() -> None:
    held: dict[str, str] = {}
    relays: dict[str, bool] = {}
    one, other = (Shards(InMemoryLeases(name, held, relays), renew_seconds=1.0) for name in ("one", "other"))
    await one.tend()
    assert one.ranges() == [(0, 15)]
    await other.tend()
    assert other.ranges() == []
    await one.tend()
    await other.tend()
    assert sorted(one.ranges() + other.ranges()) == [(0, 7), (8, 15)]
    await one.give_back()
    await other.tend()
    assert other.ranges() == [(0, 15)]


async def test_a_lost_lease_ends_publishing_at_once() -> None:
    held: dict[str, str] = {}
    shards = Shards(InMemoryLeases("one", held, {}), renew_seconds=1.0)
    await shards.tend()
    held["relay/03"] = "other"
    await shards.tend()
    assert not shards.holds(3)
    assert shards.ranges() == [(0, 2), (4, 15)]


async def test_a_shard_is_not_held_past_its_time() -> None:
    now = [0.0]
    leases = InMemoryLeases("one", {}, {})
    shards = Shards(leases, renew_seconds=1.0, monotonic=lambda: now[0])
    await shards.tend()
    now[0] = float("inf")
    assert shards.ranges() == []


@pytest.mark.parametrize("orders", [1, 50])
async def test_rows_sort_by_shard_then_order_then_sequence(orders: int) -> None:
    database = filled(orders, 12)
    rows = await InMemoryOutbox(database).read(0, SHARDS - 1, "", 10_000)
    assert len(rows) == orders * 12
    seen: dict[str, int] = {}
    for one in rows:
        sequence = int(one.event_id.rpartition("#")[2])
        assert sequence == seen.get(one.key, 0) + 1
        seen[one.key] = sequence
