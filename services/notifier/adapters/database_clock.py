"""The database's clock, by which everything is due that several processes share."""

from datetime import datetime

from pymongo.database import Database

from chassis.mongo import Document, database_now


class DatabaseClock:
    """``Clock`` that asks the database each time."""

    def __init__(self, database: Database[Document]) -> None:
        self._database = database

    def now(self) -> datetime:
        """The server's time."""
        return database_now(self._database)
