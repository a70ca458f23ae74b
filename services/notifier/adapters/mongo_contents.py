"""What messages said, but for their secrets: packed and sealed, one document each."""

from collections.abc import Iterable, Sequence

from pymongo import DeleteOne, ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.mongo import CollectionSpec, Document
from chassis.sealing import Sealed
from notifier.sending.rows import Row, Sent, Settlement, State

COLLECTIONS = (CollectionSpec("contents"),)


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
            ReplaceOne({"_id": row.id}, _document(row.id, said[row.id]), upsert=True)
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

    def find(self, message_id: str) -> Sealed | None:
        """What a message said; None for one that was not sent, or whose buyer's data was erased."""
        found = self._contents.find_one({"_id": message_id})
        return Sealed(found["key"], bytes(found["body"])) if found is not None else None


def _document(row_id: str, said: Sealed) -> Document:
    return {"_id": row_id, "key": said.key_id, "body": said.ciphertext}
