"""A database of an older version: its open orders are watched after the upgrade, and nobody has to tell it so."""

from prometheus_client import CollectorRegistry

from chassis.mongo import connect, ensure_indexes
from notifier.adapters.mongo_ledger import COLLECTIONS, MongoLedger
from notifier.adapters.mongo_upgrade import mark_open_orders
from notifier.adapters.mongo_watchdog import MongoWatchStore
from notifier.measures import Measures
from notifier.watching.sweep import Sweep, SweepPace
from tests.samples import merchants, mixed


def test_orders_of_an_older_version_are_watched_after_the_upgrade(mongo_url: str, unique: str) -> None:
    """zammad#3523: all escalations dead after an upgrade, and nobody told."""
    order, shop = mixed.mixed_order().told[0].order, merchants.lantern()
    name = order.name
    with connect(mongo_url, "test") as client:
        database = client[unique]
        ensure_indexes(database, COLLECTIONS)
        body = order.SerializeToString()
        database["orders"].insert_many(
            [{"_id": f"{name}-{number:03d}", "version": 3, "merchant": shop.name, "body": body} for number in range(24)]
        )
        old = {"_id": name, "version": order.sequence, "merchant": shop.name, "body": body}
        database["orders"].insert_one(old)
        database["merchants"].insert_one({"_id": shop.name, "version": 1, "body": shop.SerializeToString()})
        assert mark_open_orders(client, unique, chunk=10) == 25
        assert mark_open_orders(client, unique, chunk=10) == 0
        MongoLedger(client, unique).prepare()
        assert name in {one["_id"] for one in database["orders"].find({"open": {"$gt": ""}})}
        sweep = Sweep(MongoWatchStore(client, unique), Measures(CollectorRegistry()), pace=SweepPace(pause=0.0))
        assert sweep.once() >= 1
        watch = database["watches"].find_one({"_id": name})
        assert watch is not None
        assert watch["step_at"] is not None
        client.drop_database(unique)
