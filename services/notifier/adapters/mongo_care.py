"""What the care service reads from MongoDB: everything by `_id` or by an index that was made for it."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from pymongo import MongoClient

from chassis.mongo import Document, database_now
from chassis.sealing import Sealed
from notifier.adapters.ledger_documents import row_from
from notifier.adapters.mongo_contents import MongoContents
from notifier.adapters.mongo_measures import MongoMeasures
from notifier.adapters.mongo_watches import watch_from
from notifier.adapters.watch_documents import micros, value_of
from notifier.care import Attention, AttentionKind, Obligation, Watch
from notifier.care.measures import Tally
from notifier.rpc.book import MessageRow, Now, Story, Waiting
from notifier.watching.folding import folded

# Counting more would tell nobody more.
_COUNTED = 100_000


class MongoCareBook:
    """``CareBook`` and ``FleetBook`` over the notifier's database. Safe to share between threads."""

    def __init__(self, client: MongoClient[Document], database: str) -> None:
        self._database = client[database]
        self._watches = self._database["watches"]
        self._heard = self._database["heard"]
        self._obligations = self._database["obligations"]
        self._attention = self._database["attention"]
        self._messages = self._database["messages"]
        self._orders = self._database["orders"]
        self._merchants = self._database["merchants"]
        self._contents = MongoContents(self._database)
        self._measures = MongoMeasures(self._database)

    def now(self) -> datetime:
        return database_now(self._database)

    def merchant(self, name: str) -> bytes | None:
        found = self._merchants.find_one({"_id": name}, {"body": 1})
        return bytes(found["body"]) if found is not None else None

    def attention(
        self, merchant: str, kinds: Collection[int], after: tuple[int, int, str] | None, limit: int
    ) -> list[Waiting]:
        wanted: Document = {"merchant": merchant}
        if kinds:
            wanted["kind"] = {"$in": sorted(kinds)}
        if after is not None:
            wanted["due_at"] = {"$gte": after[0]}
        found = self._attention.find(wanted).sort([("due_at", 1), ("rank", -1), ("_id", 1)])
        page: list[Waiting] = []
        for one in found:
            waiting = _waiting(one)
            # What is due at the very time of the page's end stands on either side of it.
            if after is None or _sorted(waiting.place) > _sorted(after):
                page.append(waiting)
            if len(page) == limit:
                break
        found.close()
        return page

    def story(self, order: str) -> Story | None:
        if self._orders.find_one({"_id": order}, {"version": 1}) is None:
            return None
        found = self._watches.find_one({"_id": order})
        heard = self._heard.find({"order": order}).sort("_id", 1)
        watch = folded(*watch_from(found, heard)) if found is not None else Watch()
        ended = [value_of(Obligation, one) for one in self._obligations.find({"order": order})]
        messages = [_message(one) for one in self._messages.find({"order": order})]
        return Story(watch, tuple(ended), tuple(messages))

    def message(self, order: str, message_id: str) -> tuple[MessageRow, Sealed | None] | None:
        found = self._messages.find_one({"_id": message_id})
        if found is None or found["order"] != order:
            return None
        return _message(found), self._contents.find(message_id)

    def days(self, merchant: str, first: date, last: date) -> Mapping[date, Tally]:
        return self._measures.days(merchant, first, last)

    def merchants(self) -> list[str]:
        return [one["_id"] for one in self._merchants.find({}, {"_id": 1}).limit(_COUNTED)]

    def of_all(self, day: date) -> list[Tally]:
        return self._measures.of_all(day)

    def standing(self, merchant: str) -> Now:
        now = self.now()
        owed = {"$gt": f"{merchant}/orders/", "$lt": f"{merchant}/orders0"}
        questions: Document = {"merchant": merchant, "kind": int(AttentionKind.QUESTION)}
        failed: Document = {"merchant": merchant, "kind": int(AttentionKind.MESSAGE_FAILED)}
        return Now(
            open_orders=self._watches.count_documents({"owed": owed}, limit=_COUNTED),
            dark_orders=self._watches.count_documents(
                {"dark_of": merchant, "dark_from": {"$lte": now}}, limit=_COUNTED
            ),
            open_questions=self._attention.count_documents(questions, limit=_COUNTED),
            overdue_questions=self._attention.count_documents(
                questions | {"due_at": {"$lte": micros(now)}}, limit=_COUNTED
            ),
            failed_messages=self._attention.count_documents(failed, limit=_COUNTED),
        )


def _waiting(document: Document) -> Waiting:
    place = (document["due_at"], document["rank"], document["_id"])
    return Waiting(document["order"], value_of(Attention, document), place)


def _sorted(place: tuple[int, int, str]) -> tuple[int, int, str]:
    due, rank, name = place
    return due, -rank, name


def _message(document: Document) -> MessageRow:
    return MessageRow(row_from(document), document.get("bounced_at"))
