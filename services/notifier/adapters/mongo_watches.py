"""Watches in MongoDB, folded within somebody's transaction: by the planner, by the watchdog, by who looks after it.

A watch has `step_at` while something is to be done, `owed` (its order's name) while anything is owed, and `dark_of`
with `dark_from` while a silence would leave its buyer in the dark: sparse indexes hold just these, so that what is done
with costs nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from pymongo import DeleteOne, IndexModel, ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.logs import get_logger
from chassis.mongo import CollectionSpec, Document
from notifier.adapters.ledger_documents import new_row, row_from, row_to
from notifier.adapters.mongo_measures import MongoMeasures
from notifier.adapters.watch_documents import document_of, heard_from, heard_to, not_before, value_of
from notifier.care import Attention, Obligation, Watch
from notifier.sending.rows import Row, Snapshot, State
from notifier.watching.counting import tallies_of
from notifier.watching.folding import Looked, Stored, dark_from, look
from notifier.watching.hearing import Bounced, Heard, heard_of, must_look_at_once
from wismo.orders.v1.merchant_pb2 import Merchant
from wismo.orders.v1.order_pb2 import Order

_log = get_logger(__name__)

COLLECTIONS = (
    CollectionSpec(
        "watches",
        [
            IndexModel([("step_at", 1)], name="step", sparse=True),
            IndexModel([("owed", 1)], name="owed", sparse=True),
            IndexModel([("dark_of", 1), ("dark_from", 1)], name="dark", sparse=True),
        ],
    ),
    # What was heard since a watch was folded last: rows of their own, since whoever settles a message must never wait
    # for whoever folds a watch, least of all for one that died while it did so.
    CollectionSpec(
        "heard", [IndexModel([("order", 1)], name="order"), IndexModel([("look_at", 1)], name="look", sparse=True)]
    ),
    CollectionSpec("obligations", [IndexModel([("order", 1)], name="order")]),
    CollectionSpec(
        "attention",
        [
            IndexModel([("merchant", 1), ("due_at", 1), ("rank", -1), ("_id", 1)], name="page"),
            IndexModel([("merchant", 1), ("kind", 1), ("due_at", 1)], name="kind"),
        ],
    ),
)


class MongoWatches:
    """Every method works within the transaction of ``session`` and may be repeated with it."""

    def __init__(self, database: Database[Document]) -> None:
        self._watches = database["watches"]
        self._heard = database["heard"]
        self._obligations = database["obligations"]
        self._attention = database["attention"]
        self._messages = database["messages"]
        self._measures = MongoMeasures(database)

    def fold(
        self,
        session: ClientSession,
        snapshots: Sequence[Snapshot],
        merchant_of: Callable[[str], Merchant | None],
        now: datetime,
        *,
        versions: Mapping[str, Sequence[Order]] | None = None,
        bounced: Sequence[tuple[str, Bounced]] = (),
        speak: bool = False,
        token: str | None = None,
    ) -> list[Looked]:
        """Look at the watches of these orders and write back what came of it.

        With ``token``, only at those that were claimed by it and that nobody has folded since.
        """
        names = [one.order for one in snapshots]
        found = {one["_id"]: one for one in self._watches.find({"_id": {"$in": names}}, session=session)}
        heard = list(self._heard.find({"order": {"$in": names}}, session=session).sort("_id", 1))
        stored = {one.order: _stored(one, found.get(one.order), heard, bounced) for one in snapshots}
        self._remember(session, stored, [one for one in snapshots if one.order not in found and one.sequence > 1])
        looked = []
        for one in snapshots:
            merchant = merchant_of(one.merchant)
            taken = one.order in found and found[one.order].get("claim") != token
            if merchant is None or (token is not None and taken):
                continue
            try:
                known = (versions or {}).get(one.order) or [Order.FromString(one.body)]
                looked.append(look(stored[one.order], known, merchant, now, speak=speak))
            except Exception:  # noqa: BLE001  # One order must not end the watch over all others.
                # It stays as it is: the watchdog looks again when its claim ends, the sweep counts it.
                _log.exception("order not looked at", order=one.order)
        self._write(session, looked, now)
        seen = {one.stored.order for one in looked}
        folded = [DeleteOne({"_id": one["_id"]}) for one in heard if one["order"] in seen]
        if folded:
            self._heard.bulk_write(folded, ordered=False, session=session)
        self._measures.add(session, tallies_of(looked, merchant_of))
        return looked

    def tell(self, session: ClientSession, ended: Iterable[Row], now: datetime) -> None:
        """Keep what rows have ended for the watches of their orders, to be folded in when they are looked at next.

        Inserts only, so that it never waits for anybody.
        """
        rows = []
        for row in ended:
            heard = heard_of(row)
            if heard is not None:
                look = {"look_at": now} if must_look_at_once(row) else {}
                # A row that was replayed may end a second time.
                name = f"{row.id}@{row.attempts}/{row.state.value}"
                rows.append({"_id": name, "order": row.order, "what": heard_to(heard), **look})
        if rows:
            writes = [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in rows]
            self._heard.bulk_write(writes, ordered=False, session=session)

    def _remember(self, session: ClientSession, stored: dict[str, Stored], without: Sequence[Snapshot]) -> None:
        """An order that was known before it was watched: what it was told stands in the ledger."""
        if not without:
            return
        found = self._messages.find({"order": {"$in": [one.order for one in without]}}, session=session)
        for row in sorted((row_from(one) for one in found), key=lambda row: row.id):
            heard = heard_of(row) if row.state == State.SENT else None
            if heard is not None:
                stored[row.order] = replace(stored[row.order], heard=(heard, *stored[row.order].heard))

    def _write(self, session: ClientSession, looked: Sequence[Looked], now: datetime) -> None:
        if not looked:
            return
        watches = [ReplaceOne({"_id": one.stored.order}, watch_document(one), upsert=True) for one in looked]
        self._watches.bulk_write(watches, ordered=False, session=session)
        ended = [
            ReplaceOne({"_id": _obligation_id(one, ended)}, _ended(one, ended), upsert=True)
            for one in looked
            for ended in one.ended
        ]
        if ended:
            self._obligations.bulk_write(ended, ordered=False, session=session)
        attention: list[Any] = [
            ReplaceOne({"_id": attention_id(one.stored.order, new)}, _attention(one, new), upsert=True)
            for one in looked
            for new in one.attention_new
        ]
        attention += [
            DeleteOne({"_id": attention_id(one.stored.order, gone)}) for one in looked for gone in one.attention_gone
        ]
        if attention:
            self._attention.bulk_write(attention, ordered=False, session=session)
        self._enter(session, looked, now)

    def _enter(self, session: ClientSession, looked: Sequence[Looked], now: datetime) -> None:
        rows = {new.message.id: new_row(new, now) for one in looked for new in one.notices}
        if not rows:
            return
        # A notice that stands in the ledger was said before, whatever the watch remembers of it.
        known = {one["_id"] for one in self._messages.find({"_id": {"$in": list(rows)}}, {"_id": 1}, session=session)}
        fresh = [row_to(row) for row_id, row in rows.items() if row_id not in known]
        if fresh:
            self._messages.insert_many(fresh, session=session)


def merchant_reader(bodies: Mapping[str, bytes]) -> Callable[[str], Merchant | None]:
    """The merchants of these, each read once and only if it is asked for; None for one that is not among them."""

    @cache
    def read(name: str) -> Merchant | None:
        return Merchant.FromString(bodies[name]) if name in bodies else None

    return read


def watch_document(looked: Looked) -> Document:
    """The watch as it is stored, by ``watch_from``'s shape and with what the indexes need."""
    stored, watch = looked.stored, looked.watch
    document: Document = {"_id": stored.order, "merchant": stored.merchant, "watch": document_of(watch)}
    if watch.step_at is not None:
        document["step_at"] = not_before(watch.step_at)
    if watch.obligations:
        document["owed"] = stored.order
    dark = dark_from(watch)
    if dark is not None:
        document |= {"dark_of": stored.merchant, "dark_from": not_before(dark)}
    return document


def watch_from(document: Document, heard: Iterable[Document]) -> tuple[Watch, tuple[Heard, ...]]:
    """The watch of a document, and what is not folded in yet."""
    return value_of(Watch, document["watch"]), tuple(heard_from(one["what"]) for one in heard)


def attention_id(order: str, one: Attention) -> str:
    """Unique by order, kind and subject."""
    return f"{order}!{one.kind.name}/{one.subject_id}"


def _stored(
    snapshot: Snapshot, found: Document | None, heard: Iterable[Document], bounced: Sequence[tuple[str, Bounced]]
) -> Stored:
    own = [one for one in heard if one["order"] == snapshot.order]
    news: tuple[Heard, ...] = tuple(one for order, one in bounced if order == snapshot.order)
    if found is None:
        return Stored(snapshot.order, snapshot.merchant, None, (*(heard_from(one["what"]) for one in own), *news))
    watch, said = watch_from(found, own)
    return Stored(snapshot.order, snapshot.merchant, watch, (*said, *news))


def _obligation_id(looked: Looked, one: Obligation) -> str:
    return f"{looked.stored.order}!{one.kind.name}/{one.cause}"


def _ended(looked: Looked, one: Obligation) -> Document:
    stored = looked.stored
    identity = {"_id": _obligation_id(looked, one), "order": stored.order, "merchant": stored.merchant}
    return identity | document_of(one)


def _attention(looked: Looked, one: Attention) -> Document:
    stored = looked.stored
    identity = {"_id": attention_id(stored.order, one), "order": stored.order, "merchant": stored.merchant}
    # The rank is always there, as the index sorts by it.
    return identity | document_of(one) | {"rank": one.rank}
