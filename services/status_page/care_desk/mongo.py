"""Sessions, presence, visits, saved replies and done acts in MongoDB. Times to live are checked in every read too."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson.binary import Binary
from pymongo import IndexModel
from pymongo.database import Database

from chassis.mongo import CollectionSpec, Document
from chassis.sealing import Sealed
from status_page.care_desk.acts.done import KEPT as ACTS_KEPT
from status_page.care_desk.acts.done import DoneAct, Standing
from status_page.care_desk.presence import Here, lasts
from status_page.care_desk.replies import MOST as MOST_REPLIES
from status_page.care_desk.replies import Reply
from status_page.care_desk.staff import Identity, Role, StaffSession
from status_page.care_desk.visits import KEPT as VISITS_KEPT
from status_page.care_desk.visits import MOST as MOST_VISITS
from status_page.care_desk.visits import PageVisit

# With the time itself as the index' value, a document goes when that time has come.
_ENDS = IndexModel([("until", 1)], name="until", expireAfterSeconds=0)

COLLECTIONS = (
    CollectionSpec("desk_sessions", [_ENDS]),
    CollectionSpec("desk_presence", [_ENDS, IndexModel([("order", 1)], name="order")]),
    CollectionSpec("desk_visits", [_ENDS]),
    CollectionSpec("desk_replies", [IndexModel([("merchant", 1)], name="merchant")]),
    CollectionSpec("desk_acts", [_ENDS, IndexModel([("order", 1)], name="order")]),
)


class MongoStaffSessions:
    """`StaffSessions` in `desk_sessions`."""

    def __init__(self, database: Database[Document]) -> None:
        self._rows = database["desk_sessions"]

    def begin(self, session: StaffSession) -> None:
        """One insert."""
        key = None if session.key is None else {"id": session.key.key_id, "sealed": Binary(session.key.ciphertext)}
        self._rows.insert_one(
            {
                "_id": session.id,
                **_identity_fields(session.identity),
                "checked_at": session.checked_at,
                "until": session.until,
                "key": key,
            }
        )

    def find(self, session_id: str, now: datetime) -> StaffSession | None:
        """One read by `_id`."""
        row = self._rows.find_one({"_id": session_id})
        if row is None or row["until"] <= now:
            return None
        key = None if row["key"] is None else Sealed(row["key"]["id"], bytes(row["key"]["sealed"]))
        identity = Identity(row["merchant"], Role(row["role"]), row["name"], row["by"])
        return StaffSession(row["_id"], identity, row["checked_at"], row["until"], key)

    def checked(self, session_id: str, identity: Identity, at: datetime) -> None:
        """One update by `_id`; a session that was ended meanwhile stays ended."""
        self._rows.update_one({"_id": session_id}, {"$set": {**_identity_fields(identity), "checked_at": at}})

    def end(self, session_id: str) -> None:
        """One delete by `_id`."""
        self._rows.delete_one({"_id": session_id})


class MongoPresence:
    """`Presence` in `desk_presence`."""

    def __init__(self, database: Database[Document]) -> None:
        self._rows = database["desk_presence"]

    def note(self, order: str, here: Here, now: datetime) -> None:
        """One upsert by `_id`; what has run out begins anew."""
        since = {"$cond": [{"$gt": ["$until", now]}, {"$ifNull": ["$since", here.since]}, here.since]}
        said = {"order": order, "session": here.session, "name": here.name, "doing": here.doing}
        update = {**{name: {"$literal": value} for name, value in said.items()}, "since": since}
        self._rows.update_one(
            {"_id": f"{order}|{here.session}|{here.doing}"},
            [{"$set": update}, {"$set": {"until": now + lasts(here.doing)}}],
            upsert=True,
        )

    def others(self, orders: Sequence[str], session: str, now: datetime) -> Mapping[str, Sequence[Here]]:
        """One query by index."""
        found: dict[str, list[Here]] = {}
        for row in self._rows.find({"order": {"$in": list(orders)}}, sort=[("since", 1)], limit=1000):
            if row["until"] > now and row["session"] != session:
                here = Here(row["session"], row["name"], row["doing"], row["since"])
                found.setdefault(row["order"], []).append(here)
        return found

    def leave(self, order: str, session: str) -> None:
        """One delete by index."""
        self._rows.delete_many({"order": order, "session": session})


class MongoPageVisits:
    """`PageVisits` in `desk_visits`: one document an order."""

    def __init__(self, database: Database[Document]) -> None:
        self._rows = database["desk_visits"]

    def note(self, order: str, seen: PageVisit) -> None:
        """One upsert by `_id`, which keeps the newest alone."""
        push = {"$each": [{"at": seen.at, "platform": seen.platform}], "$slice": -MOST_VISITS}
        update: Document = {"$push": {"visits": push}, "$set": {"until": seen.at + VISITS_KEPT}}
        self._rows.update_one({"_id": order}, update, upsert=True)

    def of(self, order: str) -> Sequence[PageVisit]:
        """One read by `_id`."""
        row: dict[str, Any] = self._rows.find_one({"_id": order}) or {}
        return [PageVisit(one["at"], one["platform"]) for one in reversed(row.get("visits", []))]


class MongoReplies:
    """`Replies` in `desk_replies`."""

    def __init__(self, database: Database[Document]) -> None:
        self._rows = database["desk_replies"]

    def of(self, merchant: str) -> Sequence[Reply]:
        """One query by index."""
        found = [_reply(row) for row in self._rows.find({"merchant": merchant}, limit=MOST_REPLIES)]
        return sorted(found, key=lambda reply: (reply.title.casefold(), reply.id))

    def find(self, merchant: str, reply_id: str) -> Reply | None:
        """One read by `_id`, which begins with the merchant."""
        row = self._rows.find_one({"_id": f"{merchant}/{reply_id}"})
        return _reply(row) if row else None

    def save(self, reply: Reply) -> None:
        """One upsert by `_id`."""
        fields = {"merchant": reply.merchant, "title": reply.title, "text": reply.text}
        self._rows.update_one({"_id": f"{reply.merchant}/{reply.id}"}, {"$set": fields}, upsert=True)

    def remove(self, merchant: str, reply_id: str) -> None:
        """One delete by `_id`."""
        self._rows.delete_one({"_id": f"{merchant}/{reply_id}"})


class MongoDoneActs:
    """`DoneActs` in `desk_acts`; how an act stands is read from the page's outbox."""

    def __init__(self, database: Database[Document]) -> None:
        self._rows = database["desk_acts"]
        self._outbox = database["outbox"]
        self._refused = database["outbox_refused"]

    def note(self, done: DoneAct) -> None:
        """One upsert by `_id`."""
        fields = {
            "order": done.order,
            "kind": done.kind,
            "about": done.about,
            "who": done.who,
            "session": done.session,
            "at": done.at,
            "text": done.text,
            "until": done.at + ACTS_KEPT,
        }
        self._rows.update_one({"_id": done.id}, {"$setOnInsert": fields}, upsert=True)

    def of(self, order: str) -> Sequence[DoneAct]:
        """One query by index, then two by `_id`."""
        rows = list(self._rows.find({"order": order}, sort=[("at", -1)], limit=100))
        ids = {"_id": {"$in": [row["_id"] for row in rows]}}
        waiting = {row["_id"] for row in self._outbox.find(ids, {"_id": 1})} if rows else set()
        refused = {row["_id"]: row["reason"] for row in self._refused.find(ids, {"reason": 1})} if rows else {}
        return [_done(row, waiting, refused) for row in rows]


def _identity_fields(identity: Identity) -> Document:
    return {"merchant": identity.merchant, "role": int(identity.role), "name": identity.name, "by": identity.by}


def _reply(row: Document) -> Reply:
    return Reply(row["_id"].rpartition("/")[2], row["merchant"], row["title"], row["text"])


def _done(row: Document, waiting: set[str], refused: Mapping[str, str]) -> DoneAct:
    standing = Standing.TAKEN
    if row["_id"] in refused:
        standing = Standing.REFUSED
    elif row["_id"] in waiting:
        standing = Standing.WAITING
    return DoneAct(
        row["_id"],
        row["order"],
        row["kind"],
        row["about"],
        row["who"],
        row["session"],
        row["at"],
        row["text"],
        standing,
        refused.get(row["_id"], ""),
    )
