"""The outbox in MongoDB, read by ranges of its primary key."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pymongo import AsyncMongoClient
from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from chassis.clock import Clock
from chassis.mongo import Document
from chassis.unbroken import unbroken
from orders.adapters import schema
from orders.adapters.documents import outbox_row
from orders.adapters.mongo_errors import Translated
from orders.use_cases.ports import StoreUnavailable
from orders.use_cases.relaying import Backlog
from orders.use_cases.stored import OutboxRow

_COUNTED = 10_000
_STREAM_WAIT_MS = 500


class MongoOutbox:
    """The Outbox, and the OutboxFeed as a change stream of inserts: it tells a row even after the row was deleted."""

    def __init__(self, client: AsyncMongoClient[Document], database: str, clock: Clock) -> None:
        self._outbox = client[database][schema.OUTBOX]
        # A scan without a snapshot could pass a place before its row is committed, and then meet that row's successor.
        self._snapshot = self._outbox.with_options(read_concern=ReadConcern("snapshot"))
        self._clock = clock

    @unbroken
    async def read(self, first_shard: int, last_shard: int, after: str, limit: int) -> Sequence[OutboxRow]:
        bounds = {"$gt": max(after, f"{first_shard:02d}/"), "$lt": f"{last_shard + 1:02d}/"}
        with Translated(nothing_written=True):
            found = self._snapshot.find({"_id": bounds}, batch_size=limit + 1).sort("_id", 1).limit(limit)
            return [outbox_row(document) async for document in found]

    @unbroken
    async def delete(self, ids: Sequence[str]) -> int:
        if not ids:
            return 0
        with Translated(nothing_written=False):
            return (await self._outbox.delete_many({"_id": {"$in": list(ids)}})).deleted_count

    @unbroken
    async def backlog(self) -> Backlog:
        with Translated(nothing_written=True):
            rows = await self._outbox.count_documents({}, limit=_COUNTED)
            first = await self._outbox.find_one({}, {"time": 1}, sort=[("_id", 1)]) if rows else None
        age = (self._clock.now() - first["time"]).total_seconds() if first else 0.0
        return Backlog(rows, max(0.0, age))

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[AsyncIterator[OutboxRow]]:
        try:
            stream = await self._open()
        except PyMongoError as error:
            raise StoreUnavailable(nothing_written=True) from error
        arrived: asyncio.Queue[OutboxRow | None] = asyncio.Queue()
        left = asyncio.Event()
        # Read in a task that nobody cancels (see chassis.unbroken): it ends by itself within one wait of the server.
        pump = asyncio.create_task(_pump(stream, arrived, left))
        _pumps.add(pump)
        pump.add_done_callback(_pumps.discard)
        try:
            yield _rows(arrived)
        finally:
            left.set()

    @unbroken
    async def _open(self) -> AsyncChangeStream[Document]:
        inserts = [{"$match": {"operationType": "insert"}}]
        return await self._outbox.watch(inserts, max_await_time_ms=_STREAM_WAIT_MS)


async def _pump(
    stream: AsyncChangeStream[Document], arrived: "asyncio.Queue[OutboxRow | None]", left: asyncio.Event
) -> None:
    try:
        async with stream:
            while not left.is_set():
                change = await stream.try_next()
                if change is not None:
                    arrived.put_nowait(outbox_row(change["fullDocument"]))
    except PyMongoError:
        arrived.put_nowait(None)


async def _rows(arrived: "asyncio.Queue[OutboxRow | None]") -> AsyncIterator[OutboxRow]:
    while (row := await arrived.get()) is not None:
        yield row
    raise StoreUnavailable(nothing_written=True)


# The event loop holds tasks only weakly.
_pumps: set["asyncio.Task[None]"] = set()
