"""Batches, streams and watching."""

import queue
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2

from tests.integration.orders.shop import TIMEOUT, Shop, detail, note, reason, scanned, shipped
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2 as pb


def test_one_bad_event_of_a_batch_does_not_stop_the_others(shop: Shop) -> None:
    shop.create()
    requests = [
        shop.request(shipped(), "s1"),
        shop.request(events.FulfilmentEvent(), "empty"),
        shop.request(note("x"), "with space", "R-1"),
        shop.request(note("x"), "n1", "R-404"),
        shop.request(shipped(), "s1"),
        shop.request(scanned(1), "a"),
    ]
    batch = pb.BatchRecordEventsRequest(parent=shop.name, requests=requests)
    outcomes = shop.orders.BatchRecordEvents(batch, metadata=shop.metadata, timeout=TIMEOUT).outcomes
    assert [outcome.recorded.sequence for outcome in outcomes] == [2, 0, 0, 0, 2, 3]
    codes = [outcome.error.code for outcome in outcomes]
    assert codes == [0, 3, 3, 5, 0, 0]
    bad = detail(outcomes[1].error, error_details_pb2.BadRequest)
    assert bad is not None
    assert [violation.field for violation in bad.field_violations] == ["event.change"]


def test_events_of_one_order_in_a_batch_keep_their_order(shop: Shop) -> None:
    shop.create()
    requests = [shop.request(note(f"Note {number}"), f"n{number}") for number in range(300)]
    batch = pb.BatchRecordEventsRequest(parent=shop.name, requests=requests)
    outcomes = shop.orders.BatchRecordEvents(batch, metadata=shop.metadata, timeout=TIMEOUT).outcomes
    assert [outcome.recorded.sequence for outcome in outcomes] == list(range(2, 302))


def test_a_batch_takes_no_order_of_another_parent(shop: Shop, other_shop: Shop) -> None:
    other_shop.create()
    batch = pb.BatchRecordEventsRequest(parent=shop.name, requests=[other_shop.request(note("x"), "n1")])
    outcomes = shop.orders.BatchRecordEvents(batch, metadata=shop.metadata, timeout=TIMEOUT).outcomes
    assert outcomes[0].error.code == grpc.StatusCode.NOT_FOUND.value[0]


def test_a_stream_acknowledges_each_event_by_its_request_id(shop: Shop) -> None:
    shop.create()
    asked = [shop.request(note(f"Note {number}"), f"n{number}") for number in range(50)]
    asked.insert(10, shop.request(events.FulfilmentEvent(), "bad"))
    answers = list(
        shop.orders.StreamEvents(
            (pb.StreamEventsRequest(request=request) for request in asked), metadata=shop.metadata, timeout=TIMEOUT
        )
    )
    by_id = {answer.request_id: answer.outcome for answer in answers}
    assert len(answers) == 51
    assert by_id["bad"].error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert [by_id[f"n{number}"].recorded.sequence for number in range(50)] == list(range(2, 52))


def test_a_stream_answers_while_the_caller_still_sends(shop: Shop) -> None:
    shop.create()
    to_send: queue.Queue[pb.StreamEventsRequest | None] = queue.Queue()

    def requests() -> Iterator[pb.StreamEventsRequest]:
        while (request := to_send.get()) is not None:
            yield request

    answers: Any = shop.orders.StreamEvents(requests(), metadata=shop.metadata, timeout=TIMEOUT)
    for number in range(3):
        to_send.put(pb.StreamEventsRequest(request=shop.request(note(f"Note {number}"), f"n{number}")))
        assert next(answers).outcome.recorded.sequence == number + 2
    to_send.put(None)
    assert list(answers) == []


def test_a_watcher_sees_the_order_as_it_is_and_then_every_change(shop: Shop) -> None:
    shop.create()
    request = pb.WatchOrdersRequest(parent=shop.name, orders=[shop.order_name("R-1")], send_current=True)
    watched: Any = shop.orders.WatchOrders(request, metadata=shop.metadata, timeout=TIMEOUT)
    current = next(watched)
    assert current.order.sequence == 1
    assert not current.HasField("change")
    shop.create("R-2")
    shop.record(shipped(), "s1")
    shop.record(scanned(1), "a")
    seen = [next(watched), next(watched)]
    assert [one.order.sequence for one in seen] == [2, 3]
    assert [one.change.WhichOneof("change") for one in seen] == ["parcel_shipped", "parcel_progressed"]
    assert seen[1].order == shop.get()
    watched.cancel()


def test_a_watcher_misses_nothing_between_the_present_and_the_following(shop: Shop) -> None:
    shop.create()
    total = 200

    def write() -> None:
        for first in range(0, total, 20):
            requests = [shop.request(note(f"Note {number}"), f"n{number}") for number in range(first, first + 20)]
            batch = pb.BatchRecordEventsRequest(parent=shop.name, requests=requests)
            shop.orders.BatchRecordEvents(batch, metadata=shop.metadata, timeout=TIMEOUT)

    writer = threading.Thread(target=write)
    writer.start()
    request = pb.WatchOrdersRequest(parent=shop.name, orders=[shop.order_name("R-1")], send_current=True)
    watchers: list[Any] = [shop.orders.WatchOrders(request, metadata=shop.metadata, timeout=TIMEOUT) for _ in range(5)]
    for watched in watchers:
        sequences = []
        for one in watched:
            sequences.append(one.order.sequence)
            if sequences[-1] == total + 1:
                break
        assert sequences == list(range(sequences[0], total + 2))
        watched.cancel()
    writer.join()


def test_a_watcher_of_a_merchant_sees_all_its_orders_and_no_others(shop: Shop, other_shop: Shop) -> None:
    shop.create("R-1")
    watched: Any = shop.orders.WatchOrders(
        pb.WatchOrdersRequest(parent=shop.name), metadata=shop.metadata, timeout=TIMEOUT
    )
    # Nothing is sent for the present here, so the test writes until the watcher shows that it follows.
    seen: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=_follow, args=(watched, seen), daemon=True)
    reader.start()
    number = 0
    while seen.empty():
        number += 1
        shop.record(note(f"Note {number}"), f"n{number}")
        threading.Event().wait(0.05)
    other_shop.create("R-9")
    shop.create("R-2")
    names = {seen.get(timeout=5)}
    while shop.order_name("R-2") not in names:
        names.add(seen.get(timeout=5))
    assert names == {shop.order_name("R-1"), shop.order_name("R-2")}
    watched.cancel()
    reader.join(5)


@pytest.mark.parametrize(
    ("orders", "send_current", "expected"),
    [([], True, "INVALID_REQUEST"), (["{shop}/orders/R-404"], False, "ORDER_NOT_FOUND")],
)
def test_what_cannot_be_watched_is_refused(shop: Shop, orders: list[str], send_current: bool, expected: str) -> None:
    request = pb.WatchOrdersRequest(
        parent=shop.name, orders=[name.format(shop=shop.name) for name in orders], send_current=send_current
    )
    with pytest.raises(grpc.RpcError) as caught:
        list(shop.orders.WatchOrders(request, metadata=shop.metadata, timeout=TIMEOUT))
    assert reason(caught.value) == expected


def _follow(watched: Iterator[pb.WatchOrdersResponse], seen: "queue.Queue[str]") -> None:
    try:
        for one in watched:
            seen.put(one.order.name)
    except grpc.RpcError:
        return  # Cancelled at the end of the test.
