"""A backup at one point in time, as `mongodump --oplog` makes it, and a restore, as `mongorestore --drop` does it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pymongo import MongoClient
from pymongo.read_concern import ReadConcern

from chassis.mongo import Document, connect

DATABASES = ("wismo_orders", "wismo_notifier", "wismo_status_page")
_AT_A_TIME = 500


@dataclass(slots=True)
class Backup:
    """Every document of some databases, as all of them were at one moment. `taken` is a moment just before that one."""

    taken: datetime
    documents: dict[tuple[str, str], list[Document]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(map(len, self.documents.values()))

    @classmethod
    def take(cls, mongo: str, databases: Sequence[str] = DATABASES) -> "Backup":
        """Read everything in one transaction, while others write."""
        client: MongoClient[Document] = connect(mongo, "drill-backup")
        try:
            names = {one: sorted(client[one].list_collection_names()) for one in databases}
            backup = cls(datetime.now(UTC))
            with client.start_session() as session, session.start_transaction(read_concern=ReadConcern("snapshot")):
                for database, collections in names.items():
                    for name in collections:
                        found = client[database][name].find({}, session=session)
                        backup.documents[database, name] = list(found)
        finally:
            client.close()
        return backup

    def restore(self, mongo: str) -> None:
        """Drop the databases and put back what was in them. Indexes are made again by each service's `prepare`."""
        client: MongoClient[Document] = connect(mongo, "drill-restore")
        try:
            for database in {database for database, _ in self.documents}:
                client.drop_database(database)
            for (database, name), documents in self.documents.items():
                client[database].create_collection(name)
                for start in range(0, len(documents), _AT_A_TIME):
                    client[database][name].insert_many(documents[start : start + _AT_A_TIME], ordered=False)
        finally:
            client.close()
