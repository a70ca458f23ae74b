"""Download counters in MongoDB: one document an order, count and fact in one transaction."""

from datetime import datetime
from typing import Any

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.mongo import CollectionSpec, Document, run_transaction
from chassis.outbox import MongoOutbox
from status_page.downloads.counters import GRANT_LIFETIME, Grant, Outcome, Start, line_key
from status_page.outbox.facts import download_taken
from status_page.projection.rows import Taken

COLLECTIONS = (CollectionSpec("downloads"),)

# Of files without a limit only the newest grants are remembered: the document must not grow for ever.
_MOST_GRANTS = 50


class MongoDownloadCounters:
    """`DownloadCounters` in the collection `downloads`, beside the collection `outbox`."""

    def __init__(self, database: Database[Document]) -> None:
        self._client: MongoClient[Document] = database.client
        self._downloads = database["downloads"]
        self._outbox = MongoOutbox(database)

    def start(self, start: Start, now: datetime) -> Grant:
        """Read, decide and write in one transaction; concurrent starts of one order conflict and run again."""

        def count(session: ClientSession) -> Grant:
            found = self._downloads.find_one({"_id": start.order}, session=session) or {}
            grant, changes = decide(found, start, now)
            if grant.outcome is Outcome.COUNTED:
                self._downloads.update_one({"_id": start.order}, {"$set": changes}, upsert=True, session=session)
                fact = download_taken(start.order, start.line_id, start.file_id, now)
                self._outbox.put(fact, session=session)
            return grant

        return run_transaction(self._client, count, deadline=10.0)

    def taken(self, order: str) -> Taken:
        """One read by `_id`."""
        found = self._downloads.find_one({"_id": order}) or {}
        return Taken(found.get("counts", {}), found.get("first_at", {}))


def decide(found: dict[str, Any], start: Start, now: datetime) -> tuple[Grant, Document]:
    """What becomes of the start, given the document as it is, and which fields change if it is counted."""
    key = start.file_key
    grants = {who: until for who, until in found.get("grants", {}).get(key, {}).items() if until > now}
    if start.session in grants:
        return Grant(Outcome.SAME, grants[start.session]), {}
    count = found.get("counts", {}).get(key, 0)
    if start.allowed and count >= start.allowed:
        return Grant(Outcome.NONE_LEFT, now), {}
    until = now + GRANT_LIFETIME
    newest = sorted(grants.items(), key=lambda grant: grant[1])[-(_MOST_GRANTS - 1) :]
    line = line_key(start.line_id, start.issue)
    changes: Document = {
        f"counts.{key}": count + 1,
        f"grants.{key}": {**dict(newest), start.session: until},
    }
    if line not in found.get("first_at", {}):
        changes[f"first_at.{line}"] = now
    return Grant(Outcome.COUNTED, until), changes
