"""The outbox in MongoDB: claimed row by row, by `_id` alone, safe between processes."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from bson.binary import Binary
from pymongo import IndexModel, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.mongo import CollectionSpec, Document
from chassis.outbox.letters import Letter, Waiting

# More makes no difference to anybody who looks.
_COUNTED = 10_000


def outbox_collections(name: str = "outbox") -> tuple[CollectionSpec, ...]:
    """The two collections of an outbox, for ``ensure_indexes``: what waits, and what was set aside."""
    return CollectionSpec(name, [IndexModel([("due_at", 1)], name="due_at")]), CollectionSpec(f"{name}_refused")


def row_of(letter: Letter) -> Document:
    """The row of a letter that is due from its own time on."""
    return {
        "_id": letter.id,
        "kind": letter.kind,
        "about": letter.about,
        "body": Binary(letter.body),
        "at": letter.at,
        "due_at": letter.at,
        "attempts": 0,
        "claimed_by": "",
    }


def letter_of(row: Document) -> Letter:
    """The letter in a row that ``row_of`` made."""
    return Letter(row["_id"], row["kind"], row["about"], row["at"], bytes(row["body"]))


class MongoOutbox:
    """`Outbox` in the collection ``name``; what is refused goes to ``{name}_refused``.

    ``read`` makes a letter of a row; another one is for rows that older code left behind.
    """

    def __init__(
        self, database: Database[Document], name: str = "outbox", *, read: Callable[[Document], Letter] = letter_of
    ) -> None:
        self._rows = database[name]
        self._refused = database[f"{name}_refused"]
        self._read = read

    def put(self, *letters: Letter, session: ClientSession | None = None) -> None:
        """Upserts by `_id`, so that the same letter put twice is one row."""
        rows = [row_of(letter) for letter in letters]
        if rows:
            upserts = [UpdateOne({"_id": row.pop("_id")}, {"$setOnInsert": row}, upsert=True) for row in rows]
            self._rows.bulk_write(upserts, ordered=False, session=session)

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
        """Reads what is due, then takes each row only if it is still due: of two processes one gets it."""
        claimed: list[Waiting] = []
        for due in self._rows.find({"due_at": {"$lte": now}}, {"_id": 1}, sort=[("due_at", 1)], limit=limit):
            row = self._take(due["_id"], now, until)
            if row is not None:
                claimed.append(Waiting(self._read(row), row["attempts"]))
        return claimed

    def told(self, letter_id: str) -> None:
        """One delete by `_id`."""
        self._rows.delete_one({"_id": letter_id})

    def postpone(self, letter_id: str, due_at: datetime) -> None:
        """One update by `_id`."""
        self._rows.update_one({"_id": letter_id}, {"$set": {"due_at": due_at}, "$inc": {"attempts": 1}})

    def refused(self, letter_id: str, reason: str) -> None:
        """Set aside before it is deleted: a crash in between leaves it in both, never in none."""
        row = self._rows.find_one({"_id": letter_id})
        if row is not None:
            self._refused.replace_one({"_id": letter_id}, {**row, "reason": reason}, upsert=True)
            self._rows.delete_one({"_id": letter_id})

    def again(self, letter_id: str, now: datetime) -> bool:
        """Put back before it is deleted, for the same reason."""
        row = self._refused.find_one({"_id": letter_id})
        if row is None:
            return False
        del row["reason"]
        row |= {"due_at": now, "attempts": 0, "claimed_by": ""}
        self._rows.replace_one({"_id": letter_id}, row, upsert=True)
        self._refused.delete_one({"_id": letter_id})
        return True

    def depth(self) -> int:
        """Counted by the server."""
        return self._rows.count_documents({}, limit=_COUNTED)

    def set_aside(self) -> int:
        """Counted by the server."""
        return self._refused.count_documents({}, limit=_COUNTED)

    def _take(self, letter_id: str, now: datetime, until: datetime) -> Document | None:
        mine = uuid.uuid4().hex
        still_due = {"$lte": ["$due_at", now]}
        update = {
            "due_at": {"$cond": [still_due, until, "$due_at"]},
            "claimed_by": {"$cond": [still_due, mine, "$claimed_by"]},
        }
        row = self._rows.find_one_and_update(
            {"_id": letter_id}, [{"$set": update}], return_document=ReturnDocument.AFTER
        )
        return row if row and row["claimed_by"] == mine else None
