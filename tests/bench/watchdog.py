"""Watchdog: a tick's cost by how many watches there are, with the same number due, and by how many are due."""

import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from pymongo import MongoClient, ReplaceOne

from chassis.mongo import Document, connect
from embedded_stack.servers import DatabaseServer
from notifier.adapters.mongo_watchdog import MongoWatchStore
from notifier.measures import Measures
from notifier.watching.watchdog import Watchdog
from tests.bench.report import Report
from tests.bench.rows import Goal
from tests.integration.notifier.wave import prepare

SIZES = (10_000, 100_000, 1_000_000)
DUE = 200
TICKS = 9
_BATCH = 5_000


@dataclass
class Shop:
    """A database with so many watches, of which the same few become due again and again."""

    size: int
    client: MongoClient[Document]
    name: str
    due: list[Document]

    def tick(self) -> float:
        """Milliseconds of one tick in which ``DUE`` watches are due, each with something to say."""
        database = self.client[self.name]
        ids = {"_id": {"$in": [one["_id"] for one in self.due]}}
        said = database["messages"].find({"order": ids["_id"], "kind": "still_with_you"}, {"_id": 1})
        for one in list(said):
            database["messages"].delete_one({"_id": one["_id"]})
        database["watches"].bulk_write([ReplaceOne({"_id": one["_id"]}, one) for one in self.due], ordered=False)
        watchdog = Watchdog(MongoWatchStore(self.client, self.name), Measures(CollectorRegistry()), "bench")
        began = time.perf_counter()
        watchdog.tick()
        took = (time.perf_counter() - began) * 1000
        told = database["messages"].count_documents({"order": ids["_id"], "kind": "still_with_you"})
        assert told == DUE, f"{told} of {DUE} were told"
        return took


def run(report: Report) -> None:
    """Measure and state the rows."""
    with tempfile.TemporaryDirectory(prefix="wismo-bench-") as folder, DatabaseServer(Path(folder) / "db") as server:
        client = connect(server.url, "bench", timeout=30)
        try:
            shops = [_shop(report, client, server.url, size) for size in SIZES]

            def measure() -> Mapping[str, float]:
                # In turn, so that what disturbs the machine disturbs all sizes alike.
                took: dict[int, list[float]] = {size: [] for size in SIZES}
                for _ in range(TICKS):
                    for shop in shops:
                        took[shop.size].append(shop.tick())
                return {str(size): statistics.median(times) for size, times in took.items()}

            found = report.rounds(measure)
        finally:
            client.close()
    least = found[str(SIZES[0])]
    report.row(f"tick with {DUE} due among {SIZES[0]:,} watches", least, "ms")
    for size in SIZES[1:]:
        report.row(
            f"tick with {DUE} due among {size:,} watches",
            found[str(size)],
            "ms",
            limit=least,
            goal=Goal(at_most_of_limit=1.1),
        )
    report.row("one due watch, looked at, told and written back", least / DUE, "ms")
    report.note(
        f"A tick claims {DUE} due watches, settles and judges each, enters a message for each and writes everything"
        " back in one commit. The sizes are ticked in turn; all others are open and due later. Limit: the smallest."
    )


def _shop(report: Report, client: MongoClient[Document], url: str, size: int) -> Shop:
    """Real watches for what is due, and copies of one of them, due later, for the rest."""
    name = f"bench{size}"
    orders = prepare(url, name, [f"bench-{number}@buyers.test" for number in range(DUE)])
    database = client[name]
    due = list(database["watches"].find({"_id": {"$in": orders}}))
    # As it will be found by the watchdog: folded, with its next step just passed.
    order = database["orders"].find_one({"_id": orders[0]})
    assert order is not None
    later = datetime.now(UTC) + timedelta(days=2)
    with report.stage(f"{size:,} watches", total=size) as advance:
        for begin in range(0, size - DUE, _BATCH):
            numbers = range(begin, min(begin + _BATCH, size - DUE))
            database["watches"].insert_many([_copy(due[0], number, later) for number in numbers], ordered=False)
            database["orders"].insert_many([_order(order, number) for number in numbers], ordered=False)
            advance(len(numbers))
    return Shop(size, client, name, due)


def _copy(watch: Document, number: int, later: datetime) -> Document:
    name = f"{watch['merchant']}/orders/later-{number:07d}"
    moved: dict[str, Any] = {"_id": name, "owed": name, "step_at": later + timedelta(seconds=number % 86400)}
    return watch | moved | {"dark_from": moved["step_at"]}


def _order(order: Document, number: int) -> Document:
    name = f"{order['merchant']}/orders/later-{number:07d}"
    return order | {"_id": name, "open": name}
