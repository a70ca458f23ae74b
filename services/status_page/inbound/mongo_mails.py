"""Kept mails in MongoDB: one document each, by its id."""

from collections.abc import Iterable
from datetime import datetime

from bson.binary import Binary
from pymongo import IndexModel
from pymongo.database import Database

from chassis.mongo import CollectionSpec, Document
from chassis.sealing import Sealed
from status_page.inbound.filing import Outcome
from status_page.inbound.kept_mails import EVIDENCE, KeptMail

COLLECTIONS = (
    CollectionSpec(
        "inbound_mails",
        [
            IndexModel([("order", 1), ("at", 1)], name="order", partialFilterExpression={"order": {"$gt": ""}}),
            IndexModel([("expires_at", 1)], name="expires_at", expireAfterSeconds=0),
        ],
    ),
    CollectionSpec("inbound_places"),
)

_FILED = [Outcome.QUESTION.value, Outcome.ANSWER.value]


class MongoKeptMails:
    """`KeptMails` in the collection `inbound_mails`."""

    def __init__(self, database: Database[Document]) -> None:
        self._mails = database["inbound_mails"]

    def begin(self, mail_id: str, at: datetime) -> datetime | None:
        """An upsert and a read, both by `_id`."""
        self._mails.update_one({"_id": mail_id}, {"$setOnInsert": {"at": at, "outcome": ""}}, upsert=True)
        found = self._mails.find_one({"_id": mail_id}, {"at": 1, "outcome": 1}) or {"at": at, "outcome": ""}
        seen: datetime = found["at"]
        return None if found["outcome"] else seen

    def finish(self, mail: KeptMail) -> None:
        """One replacement by `_id`."""
        document: Document = {
            "at": mail.at,
            "outcome": mail.outcome.value,
            "order": mail.order,
            "known_sender": mail.known_sender,
        }
        if mail.raw is not None:
            document["raw"] = {"key_id": mail.raw.key_id, "ciphertext": Binary(mail.raw.ciphertext)}
        if mail.expires_at is not None:
            document["expires_at"] = mail.expires_at
        self._mails.replace_one({"_id": mail.id}, document, upsert=True)

    def find(self, evidence_id: str) -> KeptMail | None:
        """One read by `_id`."""
        if not evidence_id.startswith(EVIDENCE):
            return None
        found = self._mails.find_one({"_id": evidence_id.removeprefix(EVIDENCE)})
        if found is None or not found["outcome"]:
            return None
        raw = found.get("raw")
        return KeptMail(
            id=found["_id"],
            at=found["at"],
            outcome=Outcome(found["outcome"]),
            order=found["order"],
            known_sender=found["known_sender"],
            raw=Sealed(raw["key_id"], bytes(raw["ciphertext"])) if raw else None,
            expires_at=found.get("expires_at"),
        )

    def filed_since(self, order: str, since: datetime, most: int) -> int:
        """By index; the few outcomes are compared here."""
        found = self._mails.find({"order": order, "at": {"$gte": since}}, {"outcome": 1}, limit=4 * most)
        return min(most, sum(one["outcome"] in _FILED for one in found))

    def forget(self, orders: Iterable[str]) -> None:
        """What they were stays, so that none is filed a second time; what they said goes."""
        for order in orders:
            self._mails.update_many({"order": order}, {"$unset": {"raw": ""}})
