"""What the watchdog and the sweep ask of MongoDB: due watches by one sparse index, open orders by another."""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from pymongo import MongoClient, UpdateOne
from pymongo.client_session import ClientSession

from chassis.crash_points import crash_point
from chassis.mongo import CollectionSpec, Document, database_now, run_transaction
from notifier.adapters.mongo_watches import MongoWatches, merchant_reader
from notifier.sending.rows import Snapshot
from notifier.watching.folding import Looked
from notifier.watching.store import Claimed, Recomputed, Spoken, Swept

COLLECTIONS = (CollectionSpec("heartbeats"),)
_BEAT = "watchdog"


class MongoWatchStore:
    """``WatchStore`` over the notifier's database. Safe to share between threads."""

    def __init__(
        self,
        client: MongoClient[Document],
        database: str,
        *,
        now: Callable[[], datetime] | None = None,
        watches: MongoWatches | None = None,
    ) -> None:
        """``now`` is the database's clock unless a test has a better one."""
        self._client = client
        self._database = client[database]
        self._watches = self._database["watches"]
        self._heard = self._database["heard"]
        self._orders = self._database["orders"]
        self._merchants = self._database["merchants"]
        self._recomputes = self._database["recomputes"]
        self._heartbeats = self._database["heartbeats"]
        self._folding = watches or MongoWatches(self._database)
        self._now = now or (lambda: database_now(self._database))

    def claim(self, limit: int, lease: timedelta) -> Claimed:
        now = self._now()
        token = uuid.uuid4().hex

        def work(session: ClientSession) -> Claimed:
            step = {"step_at": {"$lte": now}}
            due = list(self._watches.find(step, {"step_at": 1}, session=session).sort("step_at", 1).limit(limit))
            # What ended just now may have changed what is due.
            looks = list(self._heard.find({"look_at": {"$lte": now}}, session=session).sort("look_at", 1).limit(limit))
            orders = list(dict.fromkeys([*(one["_id"] for one in due), *(one["order"] for one in looks)]))
            if not orders:
                return Claimed()
            claim = {"$set": {"step_at": now + lease, "claim": token}}
            self._watches.bulk_write([UpdateOne({"_id": one}, claim) for one in orders], ordered=False, session=session)
            if looks:
                later = {"$set": {"look_at": now + lease}}
                self._heard.bulk_write(
                    [UpdateOne({"_id": one["_id"]}, later) for one in looks], ordered=False, session=session
                )
            oldest = min([*(one["step_at"] for one in due), *(one["look_at"] for one in looks)])
            return Claimed(tuple(orders), token, now - oldest, more=limit in {len(due), len(looks)})

        return run_transaction(self._client, work)

    def speak(self, claimed: Claimed) -> Spoken:
        now = self._now()

        def work(session: ClientSession) -> list[Looked]:
            snapshots = self._snapshots(claimed.orders, session)
            looked = self._fold(session, snapshots, now, speak=True, token=claimed.token)
            crash_point("watchdog.tick.before_write")
            return looked

        looked = run_transaction(self._client, work)
        return Spoken(len(looked), tuple(new.message.id for one in looked for new in one.notices))

    def recompute(self, limit: int) -> Recomputed | None:
        now = self._now()

        def work(session: ClientSession) -> Recomputed | None:
            job = self._recomputes.find_one({}, session=session)
            if job is None:
                return None
            merchant = job["_id"]
            behind = max(job["after"], f"{merchant}/orders/")
            span = {"owed": {"$gt": behind, "$lt": f"{merchant}/orders0"}}
            found = [
                one["_id"] for one in self._watches.find(span, {"_id": 1}, session=session).sort("owed", 1).limit(limit)
            ]
            looked = self._fold(session, self._snapshots(found, session), now)
            done = len(found) < limit
            total = Recomputed(
                merchant,
                job.get("looked", 0) + len(looked),
                job.get("moved", 0) + sum(one.moved for one in looked),
                finished=done,
            )
            if done:
                self._recomputes.delete_one({"_id": merchant}, session=session)
            else:
                row = {"_id": merchant, "after": found[-1], "looked": total.looked, "moved": total.moved}
                self._recomputes.replace_one({"_id": merchant}, row, session=session)
            return total

        return run_transaction(self._client, work)

    def sweep(self, after: str, limit: int) -> Swept:
        now = self._now()

        def work(session: ClientSession) -> Swept:
            span = {"open": {"$gt": after}}
            orders = list(self._orders.find(span, session=session).sort("open", 1).limit(limit))
            orphans = self._orphans([_snapshot(one) for one in orders], session)
            self._fold(session, orphans, now)
            left = self._orphans(orphans, session)
            last = orders[-1]["_id"] if len(orders) == limit else ""
            return Swept(len(orders), tuple(one.order for one in orphans), len(orphans) - len(left), last)

        return run_transaction(self._client, work)

    def beat(self, owner: str) -> None:
        self._heartbeats.update_one(
            {"_id": _BEAT}, {"$max": {"at": self._now()}, "$set": {"owner": owner}}, upsert=True
        )

    def silent_for(self) -> timedelta | None:
        found = self._heartbeats.find_one({"_id": _BEAT})
        return self._now() - _utc(found["at"]) if found is not None else None

    def _orphans(self, snapshots: Sequence[Snapshot], session: ClientSession) -> list[Snapshot]:
        """Those of which no watch is there, or of which it has not seen the newest, or that are owed nothing."""
        ids = {"_id": {"$in": [one.order for one in snapshots]}}
        wanted = {"watch.sequence": 1, "owed": 1}
        found = {one["_id"]: one for one in self._watches.find(ids, wanted, session=session)} if snapshots else {}
        return [one for one in snapshots if not _is_watched(one, found.get(one.order))]

    def _fold(
        self,
        session: ClientSession,
        snapshots: Sequence[Snapshot],
        now: datetime,
        *,
        speak: bool = False,
        token: str | None = None,
    ) -> list[Looked]:
        if not snapshots:
            return []
        names = sorted({one.merchant for one in snapshots})
        bodies = {one["_id"]: one["body"] for one in self._merchants.find({"_id": {"$in": names}}, session=session)}
        return self._folding.fold(session, snapshots, merchant_reader(bodies), now, speak=speak, token=token)

    def _snapshots(self, orders: Sequence[str], session: ClientSession) -> list[Snapshot]:
        found = self._orders.find({"_id": {"$in": list(orders)}}, session=session) if orders else ()
        return [_snapshot(one) for one in found]


def _is_watched(snapshot: Snapshot, found: Document | None) -> bool:
    if found is None or "owed" not in found:
        return False
    return bool(found["watch"].get("sequence", 0) >= snapshot.sequence)


def _snapshot(document: Document) -> Snapshot:
    return Snapshot(document["_id"], document["version"], document["merchant"], document["body"])


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
