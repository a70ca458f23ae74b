"""Deliveries observed and counted, in MongoDB."""

from collections import defaultdict
from datetime import datetime, timedelta

from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession

from chassis.mongo import Document, database_now_async, run_transaction_async
from chassis.unbroken import unbroken
from orders.adapters import schema
from orders.adapters.mongo_errors import Translated
from orders.adapters.mongo_writes import replace_all
from orders.domain.transits import Road, counted
from orders.use_cases.learning import Learnt

# Longer than from taking the time to the end of the commit.
_OVERLAP = timedelta(minutes=1)


class MongoTransits:
    """The TransitStore. Observations are gone once they are counted, in the same transaction."""

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        self._client = client
        self._database = client[database]
        self._observed = self._database[schema.TRANSITS]
        self._roads = self._database[schema.ROADS]

    @unbroken
    async def fold(self, limit: int) -> int:
        now = await database_now_async(self._database)

        async def work(session: AsyncClientSession) -> int:
            rows = await self._observed.find({}, session=session).sort("_id", 1).limit(limit).to_list(limit)
            if not rows:
                return 0
            seen: dict[Road, list[int]] = defaultdict(list)
            for row in rows:
                seen[_road(row)].append(row["quarter_days"])
            before = self._roads.find({"_id": {"$in": [_key(road) for road in seen]}}, session=session)
            counts = {row["_id"]: _counts(row) async for row in before}
            after = [
                {
                    **_road_fields(road),
                    "_id": _key(road),
                    "counts": {str(k): v for k, v in counted(counts.get(_key(road), {}), deliveries).items()},
                    "updated": now,
                }
                for road, deliveries in seen.items()
            ]
            await replace_all(self._roads, after, session, upsert=True)
            await self._observed.delete_many({"_id": {"$in": [row["_id"] for row in rows]}}, session=session)
            return len(rows)

        with Translated(nothing_written=False):
            return await run_transaction_async(self._client, work)

    @unbroken
    async def changed(self, since: datetime | None) -> Learnt:
        filters: Document = {} if since is None else {"updated": {"$gte": since - _OVERLAP}}
        with Translated(nothing_written=True):
            rows = await self._roads.find(filters).to_list(None)
        until = max((row["updated"] for row in rows), default=since)
        return Learnt([(_road(row), _counts(row)) for row in rows], until)


def _key(road: Road) -> str:
    """The carrier last: only it may hold anything."""
    return f"{road.merchant}/{road.country}/{road.carrier}"


def _road(row: Document) -> Road:
    return Road(row["merchant"], row["carrier"], row["country"])


def _road_fields(road: Road) -> Document:
    return {"merchant": road.merchant, "carrier": road.carrier, "country": road.country}


def _counts(row: Document) -> dict[int, int]:
    return {int(number): count for number, count in row["counts"].items()}
