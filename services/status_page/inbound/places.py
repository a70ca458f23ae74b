"""How far each mailbox was read."""

import hashlib
from typing import Protocol

from pymongo.database import Database

from chassis.mongo import Document
from status_page.inbound.imap import Place


class Places(Protocol):
    """Where that is kept."""

    def find(self, mailbox: str) -> Place:
        """The place, or the beginning."""
        ...

    def put(self, mailbox: str, place: Place) -> None:
        """Go on from here next time; durable on return."""
        ...


class MongoPlaces:
    """`Places` in the collection `inbound_places`."""

    def __init__(self, database: Database[Document]) -> None:
        self._places = database["inbound_places"]

    def find(self, mailbox: str) -> Place:
        """One read by `_id`."""
        found = self._places.find_one({"_id": place_id(mailbox)})
        return Place(found["validity"], found["uid"]) if found else Place()

    def put(self, mailbox: str, place: Place) -> None:
        """One write by `_id`."""
        fields = {"validity": place.validity, "uid": place.uid}
        self._places.update_one({"_id": place_id(mailbox)}, {"$set": fields}, upsert=True)


def place_id(mailbox: str) -> str:
    """The key of a mailbox's place."""
    # The user of a mailbox is often an address, and an address is personal data.
    return hashlib.sha256(mailbox.encode()).hexdigest()[:32]
