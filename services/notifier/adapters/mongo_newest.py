"""What is kept of every order and merchant: its newest version, found by `_id` alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from chassis.mongo import Document


@dataclass(frozen=True, slots=True)
class Kept:
    """Names of which the newest that was offered is stored now; of which an older one was; of which a newer one is."""

    current: frozenset[str] = frozenset()
    older: frozenset[str] = frozenset()
    newer: frozenset[str] = frozenset()


def keep_newest(
    collection: Collection[Document], offered: Sequence[tuple[str, int, Document]], session: ClientSession
) -> Kept:
    """Store what is newer than what is stored: name, version and the rest of each document."""
    newest: dict[str, tuple[int, Document]] = {}
    for name, version, body in offered:
        if name not in newest or newest[name][0] < version:
            newest[name] = (version, body)
    if not newest:
        return Kept()
    stored = {
        one["_id"]: one["version"]
        for one in collection.find({"_id": {"$in": list(newest)}}, {"version": 1}, session=session)
    }
    writes = [
        ReplaceOne({"_id": name}, {"_id": name, "version": version, **body}, upsert=True)
        for name, (version, body) in newest.items()
        if name not in stored or stored[name] < version
    ]
    if writes:
        collection.bulk_write(writes, ordered=False, session=session)
    return Kept(
        current=frozenset(name for name, (version, _) in newest.items() if stored.get(name, version) <= version),
        older=frozenset(name for name, (version, _) in newest.items() if stored.get(name, version) < version),
        newer=frozenset(name for name, (version, _) in newest.items() if stored.get(name, version) > version),
    )
