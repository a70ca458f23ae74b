"""What a restored ledger holds of a time that is over: claims of the dead, letters about what is known."""

from collections.abc import Iterable
from datetime import datetime

from pymongo.database import Database

from chassis.mongo import Document
from notifier.adapters.ledger_documents import row_from, row_to
from notifier.sending.rows import State
from notifier.sending.turn import replayed

_AT_A_TIME = 1000


def free_claims(database: Database[Document], now: datetime) -> int:
    """Nobody who had claimed a message lives: each is due at once. How many there were; idempotent."""
    # By the sparse index of what is open.
    claimed = {"queue": {"$gt": ""}, "state": State.CLAIMED.value}
    return database["messages"].update_many(claimed, {"$set": {"due_at": now}}).modified_count


def plan_again(database: Database[Document], reason: str, now: datetime) -> int:
    """Plan every message again that was skipped for this reason; how many. Idempotent. Looks at the whole ledger."""
    messages = database["messages"]
    skipped = messages.find({"state": State.SKIPPED.value, "reason": reason})
    rows = [row_to(replayed(row_from(found), now)) for found in skipped]
    for row in rows:
        messages.replace_one({"_id": row["_id"]}, row)
    return len(rows)


def forget_letters(database: Database[Document], since: datetime, known: Iterable[str]) -> int:
    """Forget what is to be told of ``since`` and later, and the letters whose requests are ``known``; how many.

    Idempotent.
    """
    letters = database["outbox"]
    gone = letters.delete_many({"at": {"$gte": since}}).deleted_count
    every = sorted(known)
    for start in range(0, len(every), _AT_A_TIME):
        gone += letters.delete_many({"_id": {"$in": every[start : start + _AT_A_TIME]}}).deleted_count
    return gone
