"""The outbox in MongoDB: claimed row by row, by `_id` alone, safe between processes."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bson.binary import Binary
from pymongo import IndexModel, ReturnDocument
from pymongo.database import Database

from chassis.mongo import CollectionSpec, Document
from status_page.outbox.facts import Fact, recorded
from status_page.outbox.ports import Waiting
from wismo.orders.v1 import fulfilment_event_pb2 as events

COLLECTIONS = (
    CollectionSpec("outbox", [IndexModel([("due_at", 1)], name="due_at")]),
    CollectionSpec("outbox_refused"),
)


class MongoOutbox:
    """`Outbox` in the collection `outbox`; what is refused goes to `outbox_refused`."""

    def __init__(self, database: Database[Document]) -> None:
        self._rows = database["outbox"]
        self._refused = database["outbox_refused"]

    def put(self, fact: Fact) -> None:
        """One upsert by `_id`, so that the same fact put twice is one row."""
        row = row_of(fact)
        self._rows.update_one({"_id": row.pop("_id")}, {"$setOnInsert": row}, upsert=True)

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
        """Reads what is due, then takes each row only if it is still due: of two processes one gets it."""
        claimed: list[Waiting] = []
        for due in self._rows.find({"due_at": {"$lte": now}}, {"_id": 1}, sort=[("due_at", 1)], limit=limit):
            row = self._take(due["_id"], now, until)
            if row is not None:
                claimed.append(row)
        return claimed

    def told(self, fact_id: str) -> None:
        """One delete by `_id`."""
        self._rows.delete_one({"_id": fact_id})

    def postpone(self, fact_id: str, due_at: datetime) -> None:
        """One update by `_id`."""
        self._rows.update_one({"_id": fact_id}, {"$set": {"due_at": due_at}, "$inc": {"attempts": 1}})

    def refused(self, fact_id: str, reason: str) -> None:
        """Set aside before it is deleted: a crash in between leaves it in both, never in none."""
        row = self._rows.find_one({"_id": fact_id})
        if row is not None:
            self._refused.replace_one({"_id": fact_id}, {**row, "reason": reason}, upsert=True)
            self._rows.delete_one({"_id": fact_id})

    def depth(self) -> int:
        """Counts up to 10,000: more makes no difference to anybody who looks."""
        return self._rows.count_documents({}, limit=10_000)

    def _take(self, fact_id: str, now: datetime, until: datetime) -> Waiting | None:
        mine = uuid.uuid4().hex
        still_due = {"$lte": ["$due_at", now]}
        update = {
            "due_at": {"$cond": [still_due, until, "$due_at"]},
            "claimed_by": {"$cond": [still_due, mine, "$claimed_by"]},
        }
        row = self._rows.find_one_and_update({"_id": fact_id}, [{"$set": update}], return_document=ReturnDocument.AFTER)
        return _waiting(row) if row and row["claimed_by"] == mine else None


def row_of(fact: Fact) -> Document:
    """The row of a fact that is due at once."""
    return {
        "_id": fact.id,
        "kind": fact.kind,
        "order": fact.order,
        "body": Binary(fact.body),
        "occurred_at": fact.occurred_at,
        "due_at": fact.occurred_at,
        "attempts": 0,
        "claimed_by": "",
    }


def _waiting(row: dict[str, Any]) -> Waiting:
    return Waiting(_fact(row), row["attempts"])


def _fact(row: dict[str, Any]) -> Fact:
    if "body" in row:
        return Fact(row["_id"], row["kind"], row["order"], row["occurred_at"], row["body"])
    # A row of the form before, with the parts of the request instead of the request itself.
    if row["kind"] == "nothing":
        return Fact(row["_id"], "nothing", "", row["occurred_at"])
    return _remade(row)


def _remade(row: dict[str, Any]) -> Fact:
    order, at = row["order"], row["occurred_at"]
    change = events.FulfilmentEvent(source=events.EVENT_SOURCE_BUYER)
    match row["kind"]:
        case "download_taken":
            change.download_taken.line_id = row["line_id"]
            change.download_taken.file_id = row["file_id"]
        case "download_renewed":
            change.download_renewed.line_id = row["line_id"]
            change.download_renewed.by_buyer = True
        case _:
            change.link_requested.SetInParent()
    return recorded(order, change, at, row["_id"], kind=row["kind"])
