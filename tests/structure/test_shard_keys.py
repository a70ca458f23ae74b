"""docs/mongodb.md has a shard key, or a reason for none, for every collection that the services make."""

import json

import notifier.adapters.mongo_ledger
import orders.adapters.schema
import status_page.bootstrap
from tests.e2e.shard_keys import not_accounted_for, scatters, shard_keys

# Made by the library that counts look-ups.
NOT_OURS = {"wismo_status_page.limits_counters"}
COLLECTIONS = {
    "wismo_orders": orders.adapters.schema.COLLECTIONS,
    "wismo_notifier": notifier.adapters.mongo_ledger.COLLECTIONS,
    "wismo_status_page": status_page.bootstrap.COLLECTIONS,
}


def test_every_collection_has_a_row() -> None:
    made = {f"{database}.{spec.name}" for database, specs in COLLECTIONS.items() for spec in specs}
    assert set(shard_keys()) == made | NOT_OURS


def test_only_sharded_collections_are_asked_everywhere() -> None:
    sharded = {collection for collection, kind in shard_keys().items() if kind != "not sharded"}
    assert {collection for collection, _ in scatters()} <= sharded


def test_what_must_be_unique_is_the_shard_key() -> None:
    """A unique index that does not begin with the shard key would hold within one shard only."""
    unique = [
        (database, spec.name)
        for database, specs in COLLECTIONS.items()
        for spec in specs
        for index in spec.indexes
        if index.document.get("unique")
    ]
    assert unique == []


def test_a_query_for_all_shards_without_a_reason_is_found() -> None:
    def noted(collection: str, **fields: str) -> str:
        return json.dumps([collection, "find", fields])

    assert not_accounted_for([noted("wismo_orders.orders", _id="=", version="=")]) == set()
    assert not_accounted_for([noted("wismo_orders.outbox", _id="$gt $lt")]) == set()
    assert not_accounted_for([noted("wismo_orders.orders", merchant="=", state="$in")]) == set()
    wrong = [
        noted("wismo_orders.orders", state="="),
        noted("wismo_orders.orders", _id="$gt"),
        noted("wismo_orders.orders"),
        noted("wismo_orders.unheard_of", _id="="),
    ]
    assert len(not_accounted_for(wrong)) == len(wrong)
