"""The stores of the orders service in memory: what the ports promise, with faults that a test asks for."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from orders.domain.transits import Road, counted
from orders.use_cases.learning import Learnt
from orders.use_cases.ports import (
    KeyRecord,
    MerchantRecord,
    OrderBody,
    OrderQuery,
    OrderRow,
    QuestionPlace,
    QuestionQuery,
    StoreConflict,
    StoreUnavailable,
)
from orders.use_cases.relaying import Backlog
from orders.use_cases.stored import Changes, LogRow, OutboxRow, QuestionRow, StoredOrder, TransitRow


@dataclass
class InMemoryDatabase:
    """What the stores share. `faults` are raised by the next commits, one each; `poison` keys fail always."""

    orders: dict[str, StoredOrder] = field(default_factory=dict)
    log: dict[tuple[str, int], LogRow] = field(default_factory=dict)
    outbox: dict[str, OutboxRow] = field(default_factory=dict)
    questions: dict[str, QuestionRow] = field(default_factory=dict)
    transits: dict[str, TransitRow] = field(default_factory=dict)
    faults: deque[Exception] = field(default_factory=deque)
    poison: set[str] = field(default_factory=set)
    commits: list[Changes] = field(default_factory=list)
    reads: int = 0
    listeners: list["asyncio.Queue[OutboxRow]"] = field(default_factory=list)

    def add_to_outbox(self, row: OutboxRow) -> None:
        self.outbox[row.id] = row
        for listener in self.listeners:
            listener.put_nowait(row)


class InMemoryOrders:
    """The OrderStore."""

    def __init__(self, database: InMemoryDatabase | None = None) -> None:
        self.database = database if database is not None else InMemoryDatabase()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["InMemoryGroupCommit"]:
        group = InMemoryGroupCommit(self.database)
        yield group
        await asyncio.sleep(0)
        group.commit()

    async def find(self, key: str) -> StoredOrder | None:
        return self.database.orders.get(key)

    async def body(self, key: str) -> OrderBody | None:
        stored = self.database.orders.get(key)
        return OrderBody(stored.order.name, stored.body) if stored else None

    async def page(self, query: OrderQuery) -> Sequence[OrderRow]:
        found = [
            ((stored.order.update_time, key), stored.body)
            for key, stored in self.database.orders.items()
            if stored.merchant == query.merchant
            and (not query.states or stored.order.state in query.states)
            and (not query.with_open_problem or any(p.resolved_at is None for p in stored.order.problems))
        ]
        rows = [OrderRow(body, place) for place, body in sorted(found) if query.after is None or place > query.after]
        return rows[: query.limit]

    async def questions(self, query: QuestionQuery) -> Sequence[QuestionPlace]:
        found = [
            QuestionPlace(self.database.orders[row.order_key].body, row.question_id, (row.due, row.key))
            for row in self.database.questions.values()
            if row.merchant == query.merchant and query.state in {0, row.state}
        ]
        later = [one for one in found if query.after is None or one.place > query.after]
        return sorted(later, key=lambda one: one.place)[: query.limit]

    async def history(self, key: str) -> Sequence[tuple[int, bytes]]:
        return [(row.sequence, row.change) for (of, _), row in sorted(self.database.log.items()) if of == key]

    async def redact(self, key: str, changes: Mapping[int, bytes]) -> None:
        for sequence, change in changes.items():
            self.database.log[key, sequence] = replace(self.database.log[key, sequence], change=change)


class InMemoryGroupCommit:
    """One transaction: it remembers the versions that it saw, and finds out at its end whether they still hold."""

    def __init__(self, database: InMemoryDatabase) -> None:
        self._database = database
        self._seen: dict[str, int] = {}
        self._changes: Changes | None = None

    async def read(self, known: Mapping[str, int]) -> dict[str, StoredOrder | None]:
        self._database.reads += 1
        found: dict[str, StoredOrder | None] = {}
        for key, version in known.items():
            stored = self._database.orders.get(key)
            self._seen[key] = stored.version if stored else 0
            if stored is None or stored.version != version:
                found[key] = stored
        return found

    async def write(self, changes: Changes) -> None:
        self._changes = changes

    def commit(self) -> None:
        changes = self._changes
        if changes is None:
            return
        if self._database.faults:
            raise self._database.faults.popleft()
        written = (*changes.created, *changes.replaced)
        if any(order.key in self._database.poison for order in written):
            raise ValueError("the database cannot store this")
        for order in written:
            stored = self._database.orders.get(order.key)
            if (stored.version if stored else 0) != self._seen[order.key]:
                raise StoreConflict
        for order in written:
            self._database.orders[order.key] = order
        for row in changes.log:
            self._database.log[row.key, row.sequence] = row
        for question in changes.questions:
            self._database.questions[question.key] = question
        for transit in changes.transits:
            self._database.transits[transit.key] = transit
        for outgoing in changes.outbox:
            self._database.add_to_outbox(outgoing)
        self._database.commits.append(changes)


class InMemoryMerchants:
    """The MerchantStore."""

    def __init__(self, database: InMemoryDatabase | None = None) -> None:
        self.database = database if database is not None else InMemoryDatabase()
        self.merchants: dict[str, MerchantRecord] = {}
        self.reads = 0

    async def find(self, name: str) -> MerchantRecord | None:
        self.reads += 1
        return self.merchants.get(name)

    async def put(self, record: MerchantRecord, row: OutboxRow) -> None:
        stored = self.merchants.get(record.name)
        if (stored.revision if stored else 0) != record.revision - 1:
            raise StoreConflict
        self.merchants[record.name] = record
        self.database.add_to_outbox(row)

    async def restore(self, record: MerchantRecord) -> bool:
        stored = self.merchants.get(record.name)
        newer = stored is None or stored.revision < record.revision
        if newer:
            self.merchants[record.name] = record
        return newer

    async def page(self, after: str, limit: int) -> Sequence[MerchantRecord]:
        return [self.merchants[name] for name in sorted(self.merchants) if name > after][:limit]


class InMemoryKeys:
    """The KeyStore."""

    def __init__(self) -> None:
        self.keys: dict[str, KeyRecord] = {}
        self.reads = 0

    async def find(self, key_hash: str) -> KeyRecord | None:
        self.reads += 1
        return self.keys.get(key_hash)

    async def add(self, record: KeyRecord) -> None:
        self.keys[record.hash] = record

    async def of(self, merchant: str) -> Sequence[KeyRecord]:
        own = [record for record in self.keys.values() if record.merchant == merchant]
        return sorted(own, key=lambda record: (record.created, record.hash))

    async def revoke(self, name: str, now: datetime) -> KeyRecord | None:
        for record in self.keys.values():
            if record.name == name:
                if record.revoked is None:
                    self.keys[record.hash] = replace(record, revoked=now)
                return self.keys[record.hash]
        return None


class InMemoryTransits:
    """The TransitStore. Each fold happens a second after the one before."""

    def __init__(self, database: InMemoryDatabase | None = None) -> None:
        self.database = database if database is not None else InMemoryDatabase()
        self.roads: dict[Road, tuple[dict[int, int], datetime]] = {}
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    async def fold(self, limit: int) -> int:
        self.now += timedelta(seconds=1)
        keys = sorted(self.database.transits)[:limit]
        for key in keys:
            row = self.database.transits.pop(key)
            known = self.roads.get(row.road)
            self.roads[row.road] = (counted(known[0] if known else {}, [row.quarter_days]), self.now)
        return len(keys)

    async def changed(self, since: datetime | None) -> Learnt:
        roads = [(road, counts) for road, (counts, at) in self.roads.items() if since is None or at >= since]
        return Learnt(roads, max((at for _, at in self.roads.values()), default=since))


class InMemoryOutbox:
    """The Outbox and the OutboxFeed."""

    def __init__(self, database: InMemoryDatabase | None = None) -> None:
        self.database = database if database is not None else InMemoryDatabase()
        self.down = False
        self.broken = asyncio.Event()

    async def read(self, first_shard: int, last_shard: int, after: str, limit: int) -> Sequence[OutboxRow]:
        self._check()
        rows = [
            row for row in self.database.outbox.values() if row.id > after and first_shard <= row.shard <= last_shard
        ]
        return sorted(rows, key=lambda row: row.id)[:limit]

    async def delete(self, ids: Sequence[str]) -> int:
        self._check()
        return sum(self.database.outbox.pop(one, None) is not None for one in ids)

    async def backlog(self) -> Backlog:
        self._check()
        return Backlog(len(self.database.outbox), 0.0)

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[AsyncIterator[OutboxRow]]:
        self._check()
        queue: asyncio.Queue[OutboxRow] = asyncio.Queue()
        self.database.listeners.append(queue)

        async def rows() -> AsyncIterator[OutboxRow]:
            while True:
                getting = asyncio.create_task(queue.get())
                breaking = asyncio.create_task(self.broken.wait())
                done, _ = await asyncio.wait({getting, breaking}, return_when=asyncio.FIRST_COMPLETED)
                breaking.cancel()
                if getting not in done:
                    getting.cancel()
                    raise StoreUnavailable(nothing_written=True)
                yield getting.result()

        try:
            yield rows()
        finally:
            self.database.listeners.remove(queue)

    def _check(self) -> None:
        if self.down:
            raise StoreUnavailable(nothing_written=True)
