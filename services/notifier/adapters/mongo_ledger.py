"""The ledger in MongoDB: what is hot is found by `_id` or by one sparse index, so that settled rows cost nothing.

An open row has `due_at` and `queue` (its thread); both go away when it is settled, and with them its places in the
sparse indexes.
Updates filter by `_id` alone, and compare-and-set is a transaction.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import IndexModel, MongoClient, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError

from chassis.mongo import CollectionSpec, Document, database_now, ensure_indexes, run_transaction
from chassis.outbox import MongoOutbox, outbox_collections
from notifier.adapters import mongo_contents, mongo_measures, mongo_upgrade, mongo_watchdog, mongo_watches
from notifier.adapters.ledger_documents import again_row, new_row, row_from, row_to
from notifier.adapters.mongo_contents import MongoContents
from notifier.adapters.mongo_newest import keep_newest
from notifier.adapters.mongo_upgrade import mark_open_orders
from notifier.adapters.mongo_watches import MongoWatches, merchant_reader
from notifier.facts.of_messages import letters_of
from notifier.planning.plan import Resend
from notifier.sending.ledger import Backlog, Batch, Exchanged, Recorded
from notifier.sending.rows import Claim, Row, Settlement, Snapshot, State
from notifier.sending.turn import Turn, enter, lend, renew, replayed, settle, turn_result
from notifier.watching.hearing import Bounced
from notifier.watching.openness import is_open

COLLECTIONS = (
    CollectionSpec(
        "messages",
        [
            IndexModel([("due_at", 1)], name="due", sparse=True),
            IndexModel([("queue", 1)], name="queue", sparse=True),
            IndexModel([("alarm", 1)], name="alarm", sparse=True),
            IndexModel([("order", 1)], name="order"),
        ],
    ),
    CollectionSpec("orders", [IndexModel([("open", 1)], name="open", sparse=True)]),
    CollectionSpec("merchants"),
    CollectionSpec("recomputes"),
    *mongo_contents.COLLECTIONS,
    *mongo_watches.COLLECTIONS,
    *mongo_measures.COLLECTIONS,
    *mongo_watchdog.COLLECTIONS,
    *mongo_upgrade.COLLECTIONS,
    *outbox_collections(),
)
# The database's clock is asked this often; in between ours is added, which goes on while the process is frozen.
_CLOCK_SECONDS = 1.0
_DUPLICATE_KEY = 11000
# Counting more would tell nobody more, and costs time just when there is none.
_COUNT_LIMIT = 100_000


class MongoLedger:
    """``Ledger`` over one database. Safe to share between threads."""

    def __init__(
        self,
        client: MongoClient[Document],
        database: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """``now`` is the database's clock unless somebody lives on another one."""
        self._client = client
        self._database = client[database]
        self._messages = self._database["messages"]
        self._orders = self._database["orders"]
        self._merchants = self._database["merchants"]
        self._recomputes = self._database["recomputes"]
        self._contents = MongoContents(self._database)
        self._watches = MongoWatches(self._database)
        self._outbox = MongoOutbox(self._database)
        self._monotonic = monotonic
        self._given_now = now
        self._clock: tuple[float, datetime] = (float("-inf"), datetime.min.replace(tzinfo=UTC))

    def prepare(self) -> None:
        """Make collections and indexes, and look at what an older version left. Idempotent; call it first of all."""
        ensure_indexes(self._database, COLLECTIONS)
        mark_open_orders(self._client, self._database.name)

    def record(self, batch: Batch, want: int = 0, lease: timedelta = timedelta()) -> Recorded:
        asked_at = self._monotonic()
        now = self._now()
        token = uuid.uuid4().hex
        rows = {new.message.id: new_row(new, now) for new in batch.messages}
        merchants = {name: (revision, body) for name, revision, body in sorted(batch.merchants, key=_revision)}
        orders = [(one.order, one.sequence, _snapshot(one, batch)) for one in batch.snapshots]

        def work(session: ClientSession, known: frozenset[str]) -> Recorded:
            fresh = [row for row_id, row in rows.items() if row_id not in known]
            fresh += self._again(batch.resends, now, session)
            kept = keep_newest(self._orders, orders, session).current
            policies = self._newest_merchants(merchants, session)
            current = [one for one in batch.snapshots if one.order in kept]
            merchant = merchant_reader(policies)
            self._watches.fold(session, current, merchant, now, versions=batch.versions, bounced=batch.bounced)
            self._come_back(batch.bounced, session)
            entered = {}
            if fresh:
                busy = {row.thread for row in fresh if row.order not in kept}
                if want > 0:
                    queues = {"queue": {"$in": sorted({row.thread for row in fresh})}}
                    busy |= {one["queue"] for one in self._messages.find(queues, {"queue": 1}, session=session)}
                entered = enter(fresh, busy, want, now, token, lease)
                self._messages.insert_many([row_to(row) for row in entered.values()], session=session)
            if batch.erased:
                self._forget(batch.erased, session)
            lent = [Claim(row, token) for row in entered.values() if row.state == State.CLAIMED]
            return Recorded(len(entered), tuple(lent), asked_at + lease.total_seconds())

        try:
            recorded = run_transaction(self._client, lambda session: work(session, frozenset()))
        except BulkWriteError as error:
            if not _is_repeat(error):
                raise
            # Some of it is there already, which only a redelivery brings: then, and only then, it is worth asking.
            known = frozenset(self._ids(self._messages.find({"_id": {"$in": list(rows)}}, {"_id": 1})))
            recorded = run_transaction(self._client, lambda session: work(session, known))
        return recorded

    def exchange(
        self, settlements: Sequence[Settlement], want: int, lease: timedelta, held: Sequence[Claim] = ()
    ) -> Exchanged:
        asked_at = self._monotonic()
        now = self._now()
        token = uuid.uuid4().hex
        looked_at = 2 * want
        ids = [settlement.row_id for settlement in settlements] + [claim.row.id for claim in held]

        def work(session: ClientSession) -> Exchanged:
            turn = Turn()
            under_way = self._rows(self._messages.find({"_id": {"$in": ids}}, session=session)) if ids else {}
            settle(turn, under_way, settlements, now)
            renew(turn, under_way, held, now, lease)
            due: dict[str, Row] = {}
            if want > 0:
                found = self._messages.find({"due_at": {"$lte": now}}, session=session).sort("due_at", 1)
                due = self._rows(found.limit(looked_at))
            # Where a row was settled the next one of its thread may go; where one is still held nothing may.
            settled = {under_way[one.row_id].thread for one in settlements if one.row_id in under_way}
            threads = settled | {row.thread for row in due.values()}
            if threads:
                waiting = self._rows(self._messages.find({"queue": {"$in": sorted(threads)}}, session=session))
                lend(turn, waiting.values(), want, now, token, lease)
            if turn.changed:
                writes = [ReplaceOne({"_id": row.id}, row_to(row)) for row in turn.changed.values()]
                self._messages.bulk_write(writes, ordered=False, session=session)
            if turn.ended:
                self._watches.tell(session, turn.ended, now)
                self._contents.keep(session, settlements, turn.ended)
                self._outbox.put(*letters_of(turn.ended), session=session)
            return turn_result(turn, token, asked_at + lease.total_seconds(), more=0 < looked_at <= len(due))

        return run_transaction(self._client, work)

    def mark_intent(self, claim: Claim) -> bool:
        def work(session: ClientSession) -> bool:
            found = self._messages.find_one({"_id": claim.row.id}, {"claim": 1, "state": 1}, session=session)
            if found is None or found["state"] != State.CLAIMED or found["claim"] != claim.token:
                return False
            self._messages.update_one({"_id": claim.row.id}, {"$set": {"intent": True}}, session=session)
            return True

        return run_transaction(self._client, work)

    def snapshots(self, orders: Sequence[str]) -> dict[str, Snapshot]:
        found = self._orders.find({"_id": {"$in": list(orders)}}) if orders else ()
        return {one["_id"]: Snapshot(one["_id"], one["version"], one["merchant"], one["body"]) for one in found}

    def merchants(self, names: Sequence[str]) -> dict[str, bytes]:
        found = self._merchants.find({"_id": {"$in": list(names)}}) if names else ()
        return {one["_id"]: one["body"] for one in found}

    def backlog(self) -> Backlog:
        now = self._now()
        oldest = next(
            iter(self._messages.find({"due_at": {"$lte": now}}, {"not_before": 1}).sort("due_at", 1).limit(1)), None
        )
        count = self._messages.count_documents({"queue": {"$gt": ""}}, limit=_COUNT_LIMIT)
        return Backlog(count, max(timedelta(), now - oldest["not_before"]) if oldest else timedelta())

    def alarms(self, limit: int = 1000) -> list[Row]:
        found = [row_from(one) for one in self._messages.find({"alarm": {"$gt": ""}}).limit(limit)]
        return sorted(found, key=lambda row: row.planned_at)

    def replay(self, row_id: str) -> bool:
        now = self._now()

        def work(session: ClientSession) -> bool:
            found = self._messages.find_one({"_id": row_id}, session=session)
            if found is None or not State(found["state"]).is_alarm:
                return False
            self._messages.replace_one({"_id": row_id}, row_to(replayed(row_from(found), now)), session=session)
            return True

        return run_transaction(self._client, work)

    def _newest_merchants(self, offered: dict[str, tuple[int, bytes]], session: ClientSession) -> dict[str, bytes]:
        """Store what is newer; the merchants as they are now. What is owed by older policies is noted to be recomputed.

        A merchant may have changed since an event of its order was recorded: the newest policies count.
        """
        rows = [(name, revision, {"body": body}) for name, (revision, body) in offered.items()]
        kept = keep_newest(self._merchants, rows, session)
        for name in kept.older:
            self._recomputes.replace_one({"_id": name}, {"_id": name, "after": ""}, upsert=True, session=session)
        bodies = {name: body for name, (_, body) in offered.items()}
        for one in self._merchants.find({"_id": {"$in": sorted(kept.newer)}}, session=session) if kept.newer else ():
            bodies[one["_id"]] = one["body"]
        return bodies

    def _forget(self, orders: Sequence[str], session: ClientSession) -> None:
        found = self._messages.find({"order": {"$in": list(orders)}}, {"_id": 1}, session=session)
        ids = self._ids(found)
        writes = [UpdateOne({"_id": row_id}, {"$set": {"change": b"", "parts": []}}) for row_id in ids]
        if writes:
            self._messages.bulk_write(writes, session=session)
            self._contents.forget(session, ids)

    def _again(self, resends: Sequence[Resend], now: datetime, session: ClientSession) -> list[Row]:
        """Rows of messages that are wanted once more, where the first one is known and of the same order."""
        wanted = {one.id: one for one in resends}
        if not wanted:
            return []
        asked = list(wanted) + [one.message_id for one in wanted.values()]
        found = self._rows(self._messages.find({"_id": {"$in": asked}}, session=session))
        return [
            again_row(found[one.message_id], one, now)
            for one in wanted.values()
            if one.id not in found and one.message_id in found and found[one.message_id].order == one.order
        ]

    def _come_back(self, bounced: Sequence[tuple[str, Bounced]], session: ClientSession) -> None:
        writes = [
            UpdateOne({"_id": one.message_id}, {"$set": {"bounced_at": one.at}})
            for order, one in bounced
            if one.message_id.startswith((f"{order}#", f"{order}!"))
        ]
        if writes:
            self._messages.bulk_write(writes, ordered=False, session=session)

    def _now(self) -> datetime:
        if self._given_now is not None:
            return self._given_now()
        asked_at, answer = self._clock
        present = self._monotonic()
        if present - asked_at > _CLOCK_SECONDS:
            # Noted with the moment before asking, so that what is added later is never too little.
            asked_at, answer = present, database_now(self._database)
            self._clock = (asked_at, answer)
        return answer + timedelta(seconds=present - asked_at)

    @staticmethod
    def _ids(found: Any) -> set[str]:
        return {one["_id"] for one in found}

    @staticmethod
    def _rows(found: Any) -> dict[str, Row]:
        return {one["_id"]: row_from(one) for one in found}


def _revision(merchant: tuple[str, int, bytes]) -> int:
    return merchant[1]


def _snapshot(one: Snapshot, batch: Batch) -> Document:
    document: Document = {"merchant": one.merchant, "body": one.body}
    versions = batch.versions.get(one.order, ())
    if versions and is_open(versions[-1]):
        document["open"] = one.order
    return document


def _is_repeat(error: BulkWriteError) -> bool:
    return any(one.get("code") == _DUPLICATE_KEY for one in error.details.get("writeErrors", ()))
