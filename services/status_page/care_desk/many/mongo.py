"""Jobs in MongoDB."""

from collections.abc import Sequence
from datetime import datetime

from bson.binary import Binary
from pymongo import IndexModel, ReturnDocument
from pymongo.database import Database

from chassis.mongo import CollectionSpec, Document
from status_page.care_desk.many.jobs import KEPT, LEASE, Job

COLLECTIONS = (
    CollectionSpec(
        "desk_jobs",
        [
            IndexModel([("until", 1)], name="until", expireAfterSeconds=0),
            IndexModel([("merchant", 1), ("made_at", -1)], name="merchant"),
            IndexModel([("state", 1)], name="state"),
        ],
    ),
)


class MongoJobs:
    """`Jobs` in `desk_jobs`."""

    def __init__(self, database: Database[Document]) -> None:
        self._rows = database["desk_jobs"]

    def begin(self, job: Job) -> None:
        """One upsert by `_id`."""
        fields = {
            "merchant": job.merchant,
            "by": job.by,
            "value": job.value,
            "who": job.who,
            "session": job.session,
            "made_at": job.made_at,
            "total": job.total,
            "texts": {name or "other": Binary(text) for name, text in job.texts.items()},
            "state": job.state,
            "done": 0,
            "cursor": "",
            "ended_at": None,
            "holder": "",
            "lease_until": job.made_at,
            "until": job.made_at + KEPT,
        }
        self._rows.update_one({"_id": job.id}, {"$setOnInsert": fields}, upsert=True)

    def find(self, merchant: str, job_id: str) -> Job | None:
        """One read by `_id`."""
        row = self._rows.find_one({"_id": job_id})
        return _job(row) if row and row["merchant"] == merchant else None

    def newest(self, merchant: str, limit: int) -> Sequence[Job]:
        """One query by index."""
        return [_job(row) for row in self._rows.find({"merchant": merchant}, sort=[("made_at", -1)], limit=limit)]

    def claim(self, holder: str, now: datetime) -> Job | None:
        """Reads what runs, then takes a job only if nobody holds it still."""
        for row in self._rows.find({"state": "running"}, {"lease_until": 1}, limit=20):
            if row["lease_until"] > now:
                continue
            free = {"$and": [{"$lte": ["$lease_until", now]}, {"$eq": ["$state", "running"]}]}
            update = {
                "holder": {"$cond": [free, holder, "$holder"]},
                "lease_until": {"$cond": [free, now + LEASE, "$lease_until"]},
            }
            taken = self._rows.find_one_and_update(
                {"_id": row["_id"]}, [{"$set": update}], return_document=ReturnDocument.AFTER
            )
            if taken and taken["holder"] == holder and taken["state"] == "running":
                return _job(taken)
        return None

    def advance(self, job_id: str, holder: str, cursor: str, count: int, now: datetime) -> bool:
        """One update of the job while it is held."""
        held = {"_id": job_id, "holder": holder, "state": "running"}
        change: Document = {"$set": {"cursor": cursor, "lease_until": now + LEASE}, "$inc": {"done": count}}
        return self._rows.update_one(held, change).matched_count == 1

    def finish(self, job_id: str, holder: str, now: datetime) -> None:
        """One update of the job while it is held."""
        held = {"_id": job_id, "holder": holder, "state": "running"}
        self._rows.update_one(held, {"$set": {"state": "done", "ended_at": now}})

    def stop(self, merchant: str, job_id: str, now: datetime) -> None:
        """One update of a job that still runs."""
        running = {"_id": job_id, "merchant": merchant, "state": "running"}
        self._rows.update_one(running, {"$set": {"state": "stopped", "ended_at": now}})


def _job(row: Document) -> Job:
    return Job(
        id=row["_id"],
        merchant=row["merchant"],
        by=row["by"],
        value=row["value"],
        who=row["who"],
        session=row["session"],
        made_at=row["made_at"],
        total=row["total"],
        texts={"" if name == "other" else name: bytes(text) for name, text in row["texts"].items()},
        state=row["state"],
        done=row["done"],
        cursor=row["cursor"],
        ended_at=row["ended_at"],
    )
