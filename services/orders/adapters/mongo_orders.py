"""Orders, their log and the outbox in MongoDB, written in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from bson import Binary
from pymongo import AsyncMongoClient, UpdateOne, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from chassis.crash_points import crash_point
from chassis.mongo import Document
from chassis.unbroken import unbroken
from orders.adapters import schema
from orders.adapters.documents import (
    log_document,
    log_id,
    order_document,
    outbox_document,
    question_document,
    stored_order,
    transit_document,
)
from orders.adapters.mongo_errors import Translated, translate
from orders.adapters.mongo_sessions import GroupSessions
from orders.adapters.mongo_writes import insert_all, replace_all
from orders.use_cases.ports import (
    OrderBody,
    OrderQuery,
    OrderRow,
    QuestionPlace,
    QuestionQuery,
    StoreConflict,
)
from orders.use_cases.stored import Changes, StoredOrder

_UNKNOWN_RESULT = "UnknownTransactionCommitResult"
_COMMIT_ATTEMPTS = 3
_SNAPSHOT = ReadConcern("snapshot")
_DURABLE = WriteConcern(w="majority", j=True, wtimeout=5_000)


class MongoOrders:
    """The OrderStore. Every update filters by `_id` alone; versions are compared by reading inside the transaction."""

    def __init__(self, client: AsyncMongoClient[Document], database: str, sessions: GroupSessions) -> None:
        self._sessions = sessions
        self._database = client[database]
        self._orders = self._database[schema.ORDERS]
        self._events = self._database[schema.EVENTS]
        self._questions = self._database[schema.QUESTIONS]

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["MongoGroupCommit"]:
        """One at a time."""
        with Translated(nothing_written=True):
            session = await self._sessions.current()
            await session.start_transaction(read_concern=_SNAPSHOT, write_concern=_DURABLE)
        group = MongoGroupCommit(self._database, session)
        try:
            yield group
            if group.wrote:
                crash_point("orders.before_commit")
                await _commit(session)
                crash_point("orders.after_commit")
            else:
                # Nothing to make durable; ending it tells the server to forget its snapshot.
                await _abort(session)
        except StoreConflict:
            await _abort(session)
            raise
        except BaseException:
            await _abort(session)
            await self._sessions.renew()
            raise

    @unbroken
    async def find(self, key: str) -> StoredOrder | None:
        with Translated(nothing_written=True):
            document = await self._orders.find_one({"_id": key})
        return stored_order(document) if document else None

    @unbroken
    async def body(self, key: str) -> OrderBody | None:
        with Translated(nothing_written=True):
            document = await self._orders.find_one({"_id": key}, {"name": 1, "body": 1})
        return OrderBody(document["name"], bytes(document["body"])) if document else None

    @unbroken
    async def page(self, query: OrderQuery) -> Sequence[OrderRow]:
        filters: Document = {"merchant": query.merchant}
        if query.states:
            filters["state"] = {"$in": sorted(query.states)}
        if query.with_open_problem:
            filters["open_problem"] = True
        if query.after:
            updated, key = query.after
            filters["$or"] = [{"updated": {"$gt": updated}}, {"updated": updated, "_id": {"$gt": key}}]
        with Translated(nothing_written=True):
            found = (
                self._orders.find(filters, {"body": 1, "updated": 1})
                .sort([("updated", 1), ("_id", 1)])
                .limit(query.limit)
            )
            return [OrderRow(bytes(row["body"]), (row["updated"], row["_id"])) async for row in found]

    @unbroken
    async def questions(self, query: QuestionQuery) -> Sequence[QuestionPlace]:
        filters: Document = {"merchant": query.merchant}
        if query.state:
            filters["state"] = query.state
        if query.after:
            due, key = query.after
            filters["due"] = {"$gte": due}
            filters["$or"] = [{"due": {"$gt": due}}, {"due": due, "_id": {"$gt": key}}]
        with Translated(nothing_written=True):
            rows = await (
                self._questions.find(filters).sort([("due", 1), ("_id", 1)]).limit(query.limit).to_list(query.limit)
            )
            keys = {row["order"] for row in rows}
            found = self._orders.find({"_id": {"$in": sorted(keys)}}, {"body": 1})
            bodies = {order["_id"]: bytes(order["body"]) async for order in found}
        return [
            QuestionPlace(bodies[row["order"]], row["question"], (row["due"], row["_id"]))
            for row in rows
            if row["order"] in bodies
        ]

    @unbroken
    async def history(self, key: str) -> Sequence[tuple[int, bytes]]:
        with Translated(nothing_written=True):
            # "$" follows "#" in ASCII, so that the range holds this order's rows and no others.
            found = self._events.find({"_id": {"$gt": f"{key}#", "$lt": f"{key}$"}}, {"change": 1}).sort("_id", 1)
            return [(int(row["_id"].rpartition("#")[2]), bytes(row["change"])) async for row in found]

    @unbroken
    async def redact(self, key: str, changes: Mapping[int, bytes]) -> None:
        updates = [
            UpdateOne({"_id": log_id(key, sequence)}, {"$set": {"change": Binary(change)}})
            for sequence, change in changes.items()
        ]
        if updates:
            with Translated(nothing_written=False):
                await self._events.bulk_write(updates, ordered=False)


class MongoGroupCommit:
    """One transaction of `MongoOrders`."""

    def __init__(
        self,
        database: AsyncDatabase[Document],
        session: AsyncClientSession,
    ) -> None:
        self._orders = database[schema.ORDERS]
        self._events = database[schema.EVENTS]
        self._outbox = database[schema.OUTBOX]
        self._questions = database[schema.QUESTIONS]
        self._transits = database[schema.TRANSITS]
        self._session = session
        self.wrote = False

    async def read(self, known: Mapping[str, int]) -> dict[str, StoredOrder | None]:
        """Versions of the orders that are known, and whole documents of the others and of those that turn out to be
        stale.
        """
        found: dict[str, StoredOrder | None] = {}
        unread = [key for key, version in known.items() if not version]
        cached = [key for key, version in known.items() if version]
        with Translated(nothing_written=True):
            if cached:
                rows = self._orders.find(
                    {"_id": {"$in": cached}}, {"version": 1}, session=self._session, batch_size=len(cached) + 1
                )
                versions = {row["_id"]: row["version"] async for row in rows}
                unread += [key for key in cached if versions.get(key) != known[key]]
            if unread:
                found = dict.fromkeys(unread)
                documents = self._orders.find(
                    {"_id": {"$in": unread}}, session=self._session, batch_size=len(unread) + 1
                )
                async for document in documents:
                    found[document["_id"]] = stored_order(document)
        return found

    async def write(self, changes: Changes) -> None:
        """Orders, log and outbox. An order made by another process meanwhile is a duplicate key: a conflict too."""
        self.wrote = True
        log = [log_document(row) for row in changes.log]
        outbox = [outbox_document(row) for row in changes.outbox]
        created = [order_document(order) for order in changes.created]
        replaced = [order_document(order) for order in changes.replaced]
        with Translated(nothing_written=True):
            if created:
                await insert_all(self._orders, created, self._session)
            if replaced:
                await replace_all(self._orders, replaced, self._session)
            await insert_all(self._events, log, self._session)
            await insert_all(self._outbox, outbox, self._session)
            if changes.questions:
                questions = [question_document(row) for row in changes.questions]
                await replace_all(self._questions, questions, self._session, upsert=True)
            if changes.transits:
                transits = [transit_document(row) for row in changes.transits]
                await replace_all(self._transits, transits, self._session, upsert=True)


async def _commit(session: AsyncClientSession) -> None:
    for attempt in range(1, _COMMIT_ATTEMPTS + 1):
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            # Only the commit may be repeated by itself: the server knows the transaction by its number.
            if error.has_error_label(_UNKNOWN_RESULT) and attempt < _COMMIT_ATTEMPTS:
                await asyncio.sleep(0.05 * attempt)
                continue
            raise translate(error, nothing_written=not error.has_error_label(_UNKNOWN_RESULT)) from error
        return


async def _abort(session: AsyncClientSession) -> None:
    try:
        if session.in_transaction:
            await session.abort_transaction()
    except PyMongoError:
        return  # The server aborts it by itself; whatever went wrong before is what counts.
