"""Relay: how fast rows of the outbox become records that the broker has acknowledged, and whether it keeps up."""

import itertools
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from pymongo import MongoClient

from chassis.kafka import Producer, TopicSpec, ensure_topics
from chassis.mongo import connect, ensure_indexes
from embedded_stack.servers import DatabaseServer, KafkaServer, free_port
from orders.adapters.documents import outbox_document
from orders.adapters.kafka_publisher import KafkaPublisher
from orders.adapters.schema import COLLECTIONS, OUTBOX
from orders.use_cases.outbox import MERCHANT_EVENTS, ORDER_EVENTS, event_id, row_id
from orders.use_cases.stored import OutboxRow
from tests.bench.intake import prepared
from tests.bench.report import Report
from tests.bench.rows import Goal
from tests.integration.orders.process import OrdersProcess

BACKLOG = 20_000
ORDERS = 2_000
_numbers = itertools.count()


def run(report: Report) -> None:
    """Measure and state the rows."""
    with tempfile.TemporaryDirectory(prefix="wismo-bench-") as name:
        folder = Path(name)
        with KafkaServer(folder / "kafka") as kafka:
            topics = (TopicSpec(ORDER_EVENTS, 12), TopicSpec(MERCHANT_EVENTS, 1, 1, {"cleanup.policy": "compact"}))
            ensure_topics(kafka.bootstrap, topics)
            with DatabaseServer(folder / "backlog") as database:
                found = report.rounds(lambda: _round(database.url, kafka.bootstrap))
            caught_up = report.rounds(lambda: _beside_intake(folder, kafka.bootstrap, report))
    goal = Goal(of_limit=0.5)
    report.row(f"backlog of {BACKLOG:,} drained", found["drained"], "events/s", limit=found["bare"], goal=goal)
    report.row(
        "second half of the backlog",
        found["second half"],
        "events/s",
        limit=found["first half"],
        goal=Goal(of_limit=0.9),
    )
    report.row("resident memory gained over the backlog", found["memory"], "MiB", goal=Goal(at_most=32))
    report.row("waits after intake at full rate, 64 callers", caught_up["behind"], "s", goal=Goal(at_most=1.0))
    report.row("intake with a relay of its own beside it", caught_up["intake"], "events/s")
    report.note("Limit of the first row: the same records handed to the same producer from memory, with no database.")
    report.note("Limit of the second row: the first half. The relay's cost must not depend on how much waits.")


def _round(mongo_url: str, bootstrap: str) -> Mapping[str, float]:
    rows = [_row(number) for number in range(BACKLOG)]
    with Producer(bootstrap, "bench") as producer:
        publisher = KafkaPublisher(producer)
        publisher.publish(rows[:500])
        began = time.perf_counter()
        for first in range(0, BACKLOG, 500):
            assert not any(publisher.publish(rows[first : first + 500]))
        bare = BACKLOG / (time.perf_counter() - began)
    database = f"bench_relay_{next(_numbers)}"
    with connect(mongo_url, "bench") as client:
        ensure_indexes(client[database], COLLECTIONS)
        for first in range(0, BACKLOG, 1000):
            client[database][OUTBOX].insert_many([outbox_document(row) for row in rows[first : first + 1000]])
        return {"bare": bare, **_drain(client, mongo_url, bootstrap, database)}


def _drain(client: MongoClient[dict[str, Any]], mongo_url: str, bootstrap: str, database: str) -> Mapping[str, float]:
    with _relay(mongo_url, bootstrap, database) as (process, ops):
        while not _published(ops):
            time.sleep(0.05)
        began, memory, done = time.perf_counter(), psutil.Process(process.pid).memory_info().rss, _published(ops)
        at_half, half = began, done
        while (now := _published(ops)) < BACKLOG:
            if now <= BACKLOG / 2:
                at_half, half = time.perf_counter(), now
            time.sleep(0.05)
        ended = time.perf_counter()
        gained = psutil.Process(process.pid).memory_info().rss - memory
    assert client[database][OUTBOX].estimated_document_count() == 0
    return {
        "drained": (BACKLOG - done) / (ended - began),
        "first half": (half - done) / (at_half - began),
        "second half": (BACKLOG - half) / (ended - at_half),
        "memory": max(0.0, gained / 2**20),
    }


def _beside_intake(folder: Path, bootstrap: str, report: Report) -> Mapping[str, float]:
    with (
        prepared(folder / f"intake-{next(_numbers)}", report) as rig,
        _relay(rig.mongo_url, bootstrap, "bench_orders"),
        connect(rig.mongo_url, "bench") as client,
    ):
        outbox = client["bench_orders"][OUTBOX]
        _until_empty(outbox)
        intake = rig.load("/wismo.orders.v1.OrdersService/RecordEvent").rate
        began = time.perf_counter()
        _until_empty(outbox)
        return {"intake": intake, "behind": time.perf_counter() - began}


@contextmanager
def _relay(mongo_url: str, bootstrap: str, database: str) -> Iterator[tuple[OrdersProcess, str]]:
    ops = f"127.0.0.1:{free_port()}"
    process = OrdersProcess(mongo_url, bootstrap, database, arguments=("relay",), WISMO_OPS_LISTEN=ops)
    with process:
        yield process, ops
        process.stop()


def _until_empty(outbox: Any) -> None:
    while outbox.find_one({}, {"_id": 1}) is not None:
        time.sleep(0.02)


def _published(ops: str) -> float:
    try:
        with urllib.request.urlopen(f"http://{ops}/metrics") as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return 0.0
    return sum(
        float(line.rpartition(" ")[2]) for line in lines if line.startswith("wismo_orders_relay_published_total")
    )


def _row(number: int) -> OutboxRow:
    name = f"merchants/lantern/orders/B-{number % ORDERS:06d}"
    sequence = number // ORDERS + 1
    # About what an event of a small order weighs; not all zeros, which would compress to nothing.
    value = (f"{name}#{sequence}:" + "".join(chr(32 + (number * 7 + i * i) % 90) for i in range(1400))).encode()
    kind = "wismo.order.parcel_progressed.v1"
    return OutboxRow(
        row_id(name, sequence), ORDER_EVENTS, name, event_id(name, sequence), kind, datetime.now(UTC), value
    )
