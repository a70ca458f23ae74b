"""How many bytes an order takes in each store, measured on a running stack."""

from collections import Counter
from pathlib import Path

import bson

from chassis.mongo import connect
from tests.faults.counting import Acknowledged, every_record
from tests.faults.load import Load, wait_until_settled
from tests.faults.running_stack import RunningStack
from wismo.events.v1.order_event_pb2 import OrderEvent

DATABASES = ("wismo_orders", "wismo_notifier", "wismo_status_page")


def measure(folder: Path, *, orders: int, rate: float, seed: int) -> dict[str, float]:
    """Send `orders`, wait until all is settled; bytes per order: each database as BSON, before compression and without
    indexes, of one copy; the topic as keys and values of one copy; and the number of records.
    """
    with RunningStack(folder / "stack") as stack:
        known = stack.addresses
        before = _stored(known["mongo_url"])
        with Load(known, folder, orders=orders, rate=rate, seed=seed) as load:
            load.finish()
        wait_until_settled(known["mongo_url"], load.report, 150, print)
        after = _stored(known["mongo_url"])
        records, size = _published(known["kafka_bootstrap"], Acknowledged.read(load.report))
    found = {f"{name}, bytes": (after[name] - before[name]) / orders for name in DATABASES}
    return {**found, "topic, bytes": size / orders, "topic, records": records / orders}


def _stored(mongo: str) -> Counter[str]:
    sizes: Counter[str] = Counter()
    client = connect(mongo, "scale-sizes")
    try:
        for database in DATABASES:
            for name in client[database].list_collection_names():
                sizes[database] += sum(len(bson.encode(each)) for each in client[database][name].find({}))
    finally:
        client.close()
    return sizes


def _published(bootstrap: str, acknowledged: Acknowledged) -> tuple[int, int]:
    """Records of these orders, and the bytes of their keys and values."""
    number = size = 0
    for record in every_record(bootstrap, "scale-sizes"):
        value = record.value or b""
        if OrderEvent.FromString(value).subject in acknowledged.sequences:
            number += 1
            size += len(value) + len(record.key or b"")
    return number, size
