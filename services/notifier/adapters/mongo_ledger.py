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
from notifier.adapters.ledger_documents import new_row, row_from, row_to
from notifier.sending.ledger import Backlog, Batch, Exchanged, Recorded
from notifier.sending.rows import Claim, Row, Settlement, Snapshot, State
from notifier.sending.turn import Turn, enter, lend, renew, replayed, settle, turn_result

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
    CollectionSpec("orders"),
    CollectionSpec("merchants"),
)
# The database's clock is asked this often; in between ours is added, which goes on while the process is frozen.
_CLOCK_SECONDS = 1.0
_DUPLICATE_KEY = 11000
# Counting more would tell nobody more, and costs time just when there is none.
_COUNT_LIMIT = 100_000


class MongoLedger:
    """``Ledger`` over one database. Safe to share between threads."""

    def __init__(
        self, client: MongoClient[Document], database: str, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._database = client[database]
        self._messages = self._database["messages"]
        self._orders = self._database["orders"]
        self._merchants = self._database["merchants"]
        self._monotonic = monotonic
        self._clock: tuple[float, datetime] = (float("-inf"), datetime.min.replace(tzinfo=UTC))
        self._revisions: dict[str, int] = {}

    def prepare(self) -> None:
        """Make collections and indexes. Idempotent; call it before anything else."""
        ensure_indexes(self._database, COLLECTIONS)

    def record(self, batch: Batch, want: int = 0, lease: timedelta = timedelta()) -> Recorded:
        asked_at = self._monotonic()
        now = self._now()
        token = uuid.uuid4().hex
        rows = {new.message.id: new_row(new, now) for new in batch.messages}
        merchants = [one for one in batch.merchants if self._revisions.get(one[0], -1) < one[1]]
        orders = [(one.order, one.sequence, {"merchant": one.merchant, "body": one.body}) for one in batch.snapshots]

        def work(session: ClientSession, known: frozenset[str]) -> Recorded:
            fresh = [row for row_id, row in rows.items() if row_id not in known]
            kept = self._keep_newest(self._orders, orders, session)
            self._keep_newest(
                self._merchants, [(name, number, {"body": body}) for name, number, body in merchants], session
            )
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
        self._revisions |= {name: revision for name, revision, _ in merchants}
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

    def _keep_newest(
        self, collection: Any, wanted: Sequence[tuple[str, int, Document]], session: ClientSession
    ) -> set[str]:
        """Store what is newer than what is stored; the names of which the newest of ``wanted`` is stored now."""
        newest: dict[str, tuple[int, Document]] = {}
        for name, version, body in wanted:
            if name not in newest or newest[name][0] < version:
                newest[name] = (version, body)
        if not newest:
            return set()
        stored = {
            one["_id"]: one["version"]
            for one in collection.find({"_id": {"$in": list(newest)}}, {"version": 1}, session=session)
        }
        writes = [
            ReplaceOne({"_id": name}, {"_id": name, "version": version, **body}, upsert=True)
            for name, (version, body) in newest.items()
            if name not in stored or stored[name] < version
        ]
        if writes:
            collection.bulk_write(writes, ordered=False, session=session)
        return {name for name, (version, _) in newest.items() if stored.get(name, version) <= version}

    def _forget(self, orders: Sequence[str], session: ClientSession) -> None:
        found = self._messages.find({"order": {"$in": list(orders)}}, {"_id": 1}, session=session)
        writes = [UpdateOne({"_id": row_id}, {"$set": {"change": b"", "parts": []}}) for row_id in self._ids(found)]
        if writes:
            self._messages.bulk_write(writes, session=session)

    def _now(self) -> datetime:
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


def _is_repeat(error: BulkWriteError) -> bool:
    return any(one.get("code") == _DUPLICATE_KEY for one in error.details.get("writeErrors", ()))
