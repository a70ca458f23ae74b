"""Letters to the orders service that need not be told, because it knows."""

from collections.abc import Iterable
from datetime import datetime

from pymongo.database import Database

from chassis.mongo import Document

_AT_A_TIME = 1000


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
