"""The measures of care in MongoDB: added up per merchant and day, each writer in a document of its own.

So no two processes ever wait for each other; who reads adds the documents of a day up.
"""

import uuid
from collections.abc import Mapping
from datetime import date

from pymongo import IndexModel, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.mongo import CollectionSpec, Document
from notifier.care.measures import Tally, merged

COLLECTIONS = (
    CollectionSpec(
        "care_days",
        [IndexModel([("merchant", 1), ("date", 1)], name="day"), IndexModel([("date", 1)], name="date")],
    ),
)


class MongoMeasures:
    """One writer. Writes within the transaction of ``session``: what is counted is counted with what it tells of."""

    def __init__(self, database: Database[Document]) -> None:
        self._days = database["care_days"]
        self._writer = uuid.uuid4().hex[:12]

    def add(self, session: ClientSession, tallies: Mapping[tuple[str, date], Tally]) -> None:
        """Add these to the days of their merchants."""
        writes = [
            UpdateOne({"_id": f"{merchant}|{day}|{self._writer}"}, _update(merchant, day, tally), upsert=True)
            for (merchant, day), tally in tallies.items()
        ]
        if writes:
            self._days.bulk_write(writes, ordered=False, session=session)

    def days(self, merchant: str, first: date, last: date) -> dict[date, Tally]:
        """The days of a merchant on which anything happened, from the first to the last."""
        span = {"merchant": merchant, "date": {"$gte": first.isoformat(), "$lte": last.isoformat()}}
        found: dict[date, list[Tally]] = {}
        for one in self._days.find(span):
            found.setdefault(date.fromisoformat(one["date"]), []).append(_tally(one))
        return {day: merged(tallies) for day, tallies in sorted(found.items())}

    def of_all(self, day: date) -> list[Tally]:
        """One day of every merchant, in any number of parts."""
        return [_tally(one) for one in self._days.find({"date": day.isoformat()})]


def _tally(document: Document) -> Tally:
    return Tally(document.get("sums", {}), document.get("most", {}), document.get("least", {}))


def _update(merchant: str, day: date, tally: Tally) -> Document:
    update: Document = {
        "$setOnInsert": {"merchant": merchant, "date": day.isoformat()},
        "$inc": {f"sums.{name}": amount for name, amount in tally.sums.items()},
        "$max": {f"most.{name}": value for name, value in tally.most.items()},
        "$min": {f"least.{name}": value for name, value in tally.least.items()},
    }
    return {operator: fields for operator, fields in update.items() if fields}
