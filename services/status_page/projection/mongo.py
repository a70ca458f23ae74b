"""The read model in MongoDB: one document an order, written by `_id` only."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bson.binary import Binary
from pymongo import IndexModel, UpdateOne
from pymongo.database import Database

from chassis.mongo import CollectionSpec, Document
from status_page.projection.rows import Found, MerchantRow, OrderRow, Pending, Taken

COLLECTIONS = (
    CollectionSpec(
        "orders",
        [
            IndexModel([("lookup_keys", 1)], name="lookup_keys"),
            # By `_id` after it, so that all that a carrier affects is read in chunks, each from where the last ended.
            IndexModel([("facets", 1), ("_id", 1)], name="facets"),
        ],
    ),
    CollectionSpec("merchants"),
)


class MongoOrderRows:
    """`OrderRows` in the collection `orders`."""

    def __init__(self, database: Database[Document]) -> None:
        self._orders = database["orders"]

    def write(self, rows: Sequence[OrderRow]) -> None:
        """One bulk write; see the port."""
        if rows:
            self._orders.bulk_write([_unless_older(row.name, "sequence", _stored(row)) for row in rows], ordered=False)

    def find(self, name: str) -> OrderRow | None:
        """One read by `_id`."""
        found = self._orders.find_one({"_id": name})
        return loaded(found) if found and "sequence" in found else None

    def find_by_key(self, key: bytes) -> Sequence[Found]:
        """One read by index. A key that is not there and one that is differ by one small document."""
        found = self._orders.find({"lookup_keys": Binary(key)}, {"merchant": 1}, limit=10)
        return [Found(one["_id"], one["merchant"]) for one in found]

    def show_taken(self, name: str, taken: Taken) -> None:
        """One write by `_id`: `$max` and `$min` never take a newer count back."""
        counts = {f"taken.{key}": count for key, count in taken.counts.items()}
        first = {f"first_at.{key}": moment for key, moment in taken.first_at.items()}
        update: Document = {"$max": counts} if counts else {}
        if first:
            update["$min"] = first
        if update:
            self._orders.update_one({"_id": name}, update)

    def show_pending(self, name: str, pending: Pending, over: Sequence[str] = ()) -> None:
        """One write by `_id`. What is pending is a field each, so that two writers at once do not meet."""
        fields = {key: value for key, value in asdict(pending).items() if key != "id"}
        update: Document = {"$set": {f"pending.{pending.id}": fields}}
        gone = {f"pending.{one}": "" for one in over if one != pending.id}
        if gone:
            update["$unset"] = gone
        self._orders.update_one({"_id": name}, update)


class MongoMerchantRows:
    """`MerchantRows` in the collection `merchants`."""

    def __init__(self, database: Database[Document]) -> None:
        self._merchants = database["merchants"]

    def write(self, rows: Sequence[MerchantRow]) -> None:
        """One bulk write; see the port."""
        updates = [
            _unless_older(row.name, "revision", {"revision": row.revision, "merchant": Binary(row.merchant)})
            for row in rows
        ]
        if updates:
            self._merchants.bulk_write(updates, ordered=False)

    def find(self, name: str) -> MerchantRow | None:
        """One read by `_id`."""
        found = self._merchants.find_one({"_id": name})
        return _merchant(found) if found else None

    def only(self) -> MerchantRow | None:
        """Reads two at most."""
        found = list(self._merchants.find({}, limit=2))
        return _merchant(found[0]) if len(found) == 1 else None


def _unless_older(identity: str, version: str, fields: Document) -> UpdateOne:
    """An upsert by `_id` alone that leaves a document with a higher version as it is.

    The comparison stands in the update and not in the filter: with an upsert, a filter that does not match would try to
    insert the same `_id`, and the embedded server scans the collection for filters with more than `_id`.
    """
    newer = {"$lte": [{"$ifNull": [f"${version}", -1]}, fields[version]]}
    merged = {"$mergeObjects": ["$$ROOT", {"$cond": [newer, {"$literal": fields}, {}]}]}
    return UpdateOne({"_id": identity}, [{"$replaceWith": merged}], upsert=True)


def _stored(row: OrderRow) -> Document:
    stored: Document = {
        "merchant": row.merchant,
        "sequence": row.sequence,
        "link_version": row.link_version,
        "lookup_keys": [Binary(key) for key in row.lookup_keys],
        "locale": row.locale,
        "erased": row.erased,
        "order": Binary(row.order),
        "facets": list(row.facets),
        "traceparent": row.traceparent,
    }
    return {**stored, "pending": {}} if row.erased else stored


def loaded(found: dict[str, Any]) -> OrderRow:
    """The row that a whole document of `orders` holds."""
    return OrderRow(
        name=found["_id"],
        merchant=found["merchant"],
        sequence=found["sequence"],
        link_version=found["link_version"],
        lookup_keys=tuple(found["lookup_keys"]),
        locale=found["locale"],
        erased=found["erased"],
        order=found["order"],
        facets=tuple(found.get("facets", ())),
        taken=Taken(found.get("taken", {}), found.get("first_at", {})),
        pending=_pending(found.get("pending", {})),
        traceparent=found.get("traceparent", ""),
    )


def _pending(found: dict[str, Any]) -> tuple[Pending, ...]:
    return tuple(sorted((Pending(id=key, **fields) for key, fields in found.items()), key=lambda one: one.at))


def _merchant(found: dict[str, Any]) -> MerchantRow:
    return MerchantRow(found["_id"], found["revision"], found["merchant"])
