"""A database that was lost and restored from a backup knows again what was acknowledged after it, and nothing twice."""

from datetime import UTC, datetime

import grpc
import pytest

from chassis.mongo import connect
from tests.faults.backup import Backup
from tests.integration.orders.kafka_reading import read_events, without_duplicates
from tests.integration.orders.process import OrdersProcess, database_name
from tests.integration.orders.shop import TIMEOUT, Shop, note, open_shop, shipped
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import orders_service_pb2 as pb
from wismo.orders.v1.order_pb2 import Order

pytestmark = pytest.mark.timeout(180)


def reconciled(mongo_url: str, kafka_bootstrap: str, database: str, *more: str) -> tuple[int, str]:
    """Run the command; its exit status and what it said."""
    arguments = ("reconcile", *more)
    process = OrdersProcess(mongo_url, kafka_bootstrap, database, arguments=arguments)
    process.start()
    status = process.wait_for_end()
    return status, "\n".join(str(line.get("event", line)) for line in process.lines)


def test_a_restored_database_learns_what_was_acknowledged_since(mongo_url: str, kafka_bootstrap: str) -> None:
    database = database_name()
    with (
        OrdersProcess(mongo_url, kafka_bootstrap, database) as orders,
        grpc.insecure_channel(orders.address) as channel,
    ):
        shop = open_shop(channel)
        shop.create("R-1", "c1")
        shop.record(note("Before."), "n1")
        backup = Backup.take(mongo_url, [database])
        shop.record(note("After."), "n2")
        shop.record(shipped(), "s1")
        shop.create("R-2", "c2")
        erased = shop.orders.EraseBuyer(
            pb.EraseBuyerRequest(order=shop.order_name("R-2"), request_id="x1"), metadata=shop.metadata, timeout=TIMEOUT
        ).order
        lost = {reference: shop.get(reference) for reference in ("R-1", "R-2")}
        status, words = reconciled(mongo_url, kafka_bootstrap, database, "--backup", backup.taken.isoformat())
        assert status == 1
        assert "stop orders and relay first" in words
        read_events(kafka_bootstrap, lambda found: len(found) >= 6, prefix=shop.name)
        orders.kill()
    backup.restore(mongo_url)
    # Other tests' events are in the same topic; of their orders some begin in the middle.
    asked = ("--backup", backup.taken.isoformat(), "--accept-gaps")
    status, words = reconciled(mongo_url, kafka_bootstrap, database, *asked)
    assert status == 0, words
    assert "events of" in words
    with (
        OrdersProcess(mongo_url, kafka_bootstrap, database) as orders,
        grpc.insecure_channel(orders.address) as channel,
    ):
        again = Shop(channel, shop.name, shop.key)
        assert {reference: again.get(reference) for reference in lost} == lost
        assert again.get("R-2") == erased
        _answers_as_before(again, lost["R-1"])
        told = again.record(note("And on."), "n3")
        assert told.sequence == lost["R-1"].sequence + 1
        wanted = (lost["R-1"].name, told.sequence)
        kept = without_duplicates(
            read_events(kafka_bootstrap, lambda found: wanted in _places(found), prefix=shop.name)
        )
        assert [event.sequence for event in kept[lost["R-1"].name]] == [1, 2, 3, 4, 5]
        assert [event.request_id for event in kept[lost["R-1"].name]] == ["c1", "n1", "n2", "s1", "n3"]


def _places(found: list[OrderEvent]) -> set[tuple[str, int]]:
    return {(event.subject, event.sequence) for event in found}


def _answers_as_before(shop: Shop, order: Order) -> None:
    """What was asked in the lost time and is asked again is a repeat; another body is refused."""
    assert shop.record(note("After."), "n2").sequence == 3
    assert shop.record(shipped(), "s1").sequence == 4
    assert shop.create("R-2", "c2").sequence == 2
    with pytest.raises(grpc.RpcError) as refused:
        shop.record(note("Something else."), "n2")
    assert refused.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert shop.get("R-1") == order


def test_a_restored_database_forgets_again_whom_it_had_forgotten(mongo_url: str, kafka_bootstrap: str) -> None:
    database = database_name()
    with (
        OrdersProcess(mongo_url, kafka_bootstrap, database) as orders,
        grpc.insecure_channel(orders.address) as channel,
    ):
        shop = open_shop(channel)
        shop.create("R-1")
        shop.record(note("The word is fern."), "n1")
        backup = Backup.take(mongo_url, [database])
        asked = pb.EraseBuyerRequest(order=shop.order_name("R-1"), request_id="x1")
        shop.orders.EraseBuyer(asked, metadata=shop.metadata, timeout=TIMEOUT)
        read_events(kafka_bootstrap, lambda found: len(found) >= 3, prefix=shop.name)
        orders.kill()
    backup.restore(mongo_url)
    assert _holds(mongo_url, database, shop.name, b"fern")
    status, words = reconciled(
        mongo_url, kafka_bootstrap, database, "--backup", backup.taken.isoformat(), "--accept-gaps"
    )
    assert status == 0, words
    assert not _holds(mongo_url, database, shop.name, b"fern")
    assert not _holds(mongo_url, database, shop.name, b"robin@buyers.test")


def _holds(mongo_url: str, database: str, shop: str, word: bytes) -> bool:
    """Whether any of this shop's rows has the word."""
    client = connect(mongo_url, "test-reconcile")
    try:
        own = {"_id": {"$regex": f"^{shop}/"}}
        rows = [*client[database]["orders"].find(own), *client[database]["events"].find(own)]
        return any(word in row.get("body", b"") or word in row.get("change", b"") for row in rows)
    finally:
        client.close()


def test_wrong_arguments_say_what_would_be_right(mongo_url: str, kafka_bootstrap: str) -> None:
    status, words = reconciled(mongo_url, kafka_bootstrap, database_name(), "--backup", "yesterday")
    assert status == 2
    assert "2026-11-24T10:00:00Z" in words
    naive = datetime.now(UTC).replace(tzinfo=None).isoformat()
    status, words = reconciled(mongo_url, kafka_bootstrap, database_name(), "--backup", naive)
    assert status == 2
    assert "no time zone" in words
