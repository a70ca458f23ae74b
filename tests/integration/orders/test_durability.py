"""I1 and I2: every acknowledged write has exactly one event on Kafka, gapless and in order, whatever dies."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from chassis.crash_points import crash_points_in
from embedded_stack.servers import free_port
from tests.integration.orders.kafka_reading import read_events, without_duplicates
from tests.integration.orders.process import OrdersProcess, database_name
from tests.integration.orders.shop import Shop, open_shop
from tests.integration.orders.writers import Writers
from wismo.events.v1.order_event_pb2 import OrderEvent

ORDERS = 8
CRASH_POINTS = [point.name for point in crash_points_in(Path(__file__).parents[3] / "services" / "orders")]


def _prepared(address: str) -> tuple[grpc.Channel, Shop]:
    channel = grpc.insecure_channel(address)
    shop = open_shop(channel)
    for number in range(ORDERS):
        shop.create(f"R-{number}")
    return channel, shop


def _all_told(total: int) -> Callable[[list[OrderEvent]], bool]:
    return lambda found: sum(map(len, without_duplicates(found).values())) >= total + ORDERS


def test_sixty_four_callers_of_two_replicas_lose_nothing_and_see_no_gap(mongo_url: str, kafka_bootstrap: str) -> None:
    database = database_name()
    with (
        OrdersProcess(mongo_url, kafka_bootstrap, database) as one,
        OrdersProcess(mongo_url, kafka_bootstrap, database) as other,
    ):
        channel, shop = _prepared(one.address)
        # Sixty-four callers on eight orders at two replicas: nearly every transaction meets the other replica's.
        writers = Writers(shop, [one.address, other.address], orders=ORDERS, total=1500, callers=64)
        for thread in writers.start():
            thread.join()
        told = read_events(kafka_bootstrap, _all_told(1500), prefix=shop.name)
        writers.check(without_duplicates(told))
        # Shards are leased, so two relays never publish the same row.
        assert len(told) == 1500 + ORDERS
        channel.close()


def test_the_crash_points_that_matter_are_there() -> None:
    assert set(CRASH_POINTS) >= {
        "orders.before_commit",
        "orders.after_commit",
        "relay.before_publish",
        "relay.after_publish",
        "relay.before_delete",
        "relay.after_delete",
    }


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_kill_at_this_point_loses_nothing_and_invents_nothing(
    mongo_url: str, kafka_bootstrap: str, point: str
) -> None:
    process = OrdersProcess(mongo_url, kafka_bootstrap, database_name())
    with process:
        channel, shop = _prepared(process.address)
        channel.close()
        process.stop()
        # The fourth visit: something was done before, and something is under way.
        process.start({"WISMO_CRASH_AT": f"{point}:4"})
        writers = Writers(shop, [process.address], orders=ORDERS, total=300, callers=16)
        threads = writers.start()
        assert process.wait_for_end() == -9
        process.start()
        for thread in threads:
            thread.join()
        told = read_events(kafka_bootstrap, _all_told(300), prefix=shop.name)
        writers.check(without_duplicates(told))
        process.stop()


def test_a_relay_of_its_own_publishes_what_the_api_leaves(mongo_url: str, kafka_bootstrap: str) -> None:
    database = database_name()
    ops = f"127.0.0.1:{free_port()}"
    relay = OrdersProcess(mongo_url, kafka_bootstrap, database, arguments=("relay",), WISMO_OPS_LISTEN=ops)
    with OrdersProcess(mongo_url, kafka_bootstrap, database, WISMO_RELAY="off") as api:
        channel, shop = _prepared(api.address)
        writers = Writers(shop, [api.address], orders=ORDERS, total=200, callers=8)
        with relay:
            for thread in writers.start():
                thread.join()
            told = read_events(kafka_bootstrap, _all_told(200), prefix=shop.name)
            with urllib.request.urlopen(f"http://{ops}/metrics") as answer:
                assert b"wismo_orders_relay_published_total" in answer.read()
            with urllib.request.urlopen(f"http://{ops}/readyz") as answer:
                assert json.load(answer)["status"] == "ok"
            assert relay.stop() == 0
        writers.check(without_duplicates(told))
        channel.close()
