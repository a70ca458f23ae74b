"""What messages said, exactly as they were sent but for their secrets: compressed, one document each."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo import DeleteOne, ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.mongo import CollectionSpec, Document
from notifier.sending.rows import Row, Sent, SentContent, Settlement, State

COLLECTIONS = (CollectionSpec("contents"),)
# The fastest level: messages are mostly markup that repeats itself, and the sender must not wait for the last per cent.
_LEVEL = 1


class MongoContents:
    """Contents by the id of the message. Writes within the transaction of ``session``."""

    def __init__(self, database: Database[Document]) -> None:
        self._contents = database["contents"]

    def keep(self, session: ClientSession, settlements: Sequence[Settlement], ended: Iterable[Row]) -> None:
        """What was said by the messages that were accepted."""
        said = {
            one.row_id: one.outcome.content
            for one in settlements
            if isinstance(one.outcome, Sent) and one.outcome.content is not None
        }
        writes = [
            ReplaceOne({"_id": row.id}, {"_id": row.id, **_packed(said[row.id])}, upsert=True)
            for row in ended
            if row.state == State.SENT and row.id in said
        ]
        if writes:
            self._contents.bulk_write(writes, ordered=False, session=session)

    def forget(self, session: ClientSession, message_ids: Iterable[str]) -> None:
        """Remove what these messages said."""
        writes = [DeleteOne({"_id": message_id}) for message_id in message_ids]
        if writes:
            self._contents.bulk_write(writes, ordered=False, session=session)

    def find(self, message_id: str) -> SentContent | None:
        """What a message said; None for one that was not sent, or whose buyer's data was erased."""
        found = self._contents.find_one({"_id": message_id})
        return _unpacked(found) if found is not None else None


def _packed(content: SentContent) -> dict[str, Any]:
    return {name: zlib.compress(getattr(content, name).encode(), _LEVEL) for name in ("subject", "text", "html")}


def _unpacked(found: Mapping[str, Any]) -> SentContent:
    subject, text, html = (zlib.decompress(found[name]).decode() for name in ("subject", "text", "html"))
    return SentContent(subject, text, html)
