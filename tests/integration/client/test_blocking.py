"""WismoClient against a real gRPC server."""

import threading
import time
from collections.abc import Iterator

import grpc
import pytest

from tests.fakes.in_memory_orders import ADMIN_KEY, InMemoryOrders
from tests.fakes.refusals import Refusal, bad_field, busy, unavailable
from wismo.client import (
    AlreadyExists,
    Conflict,
    Effect,
    Emission,
    InvalidInput,
    NotAllowed,
    NotFound,
    RetryPolicy,
    ServerFault,
    TooBusy,
    Unavailable,
    WismoClient,
    drafts,
    events,
)


def notes(count: int) -> list[Emission]:
    return [Emission("R-1", events.note_to_buyer(f"note {number}")) for number in range(count)]


def test_an_order_is_created_read_and_listed(client: WismoClient) -> None:
    assert client.get_order("R-1").name == "merchants/acme/orders/R-1"
    client.create_order(drafts.new_order("R-2", drafts.buyer("ada@buyers.test"), [drafts.trial("t", "Trial")]))
    assert [order.reference for order in client.orders(page_size=1)] == ["R-1", "R-2"]


def test_an_event_is_acknowledged_with_its_sequence_and_effect(client: WismoClient) -> None:
    recorded = client.record("R-1", events.packing_started(["book"]), request_id="mine")
    assert (recorded.request_id, recorded.sequence, recorded.effect) == ("mine", 2, Effect.APPLIED)


def test_the_same_request_id_gives_the_same_answer(client: WismoClient) -> None:
    first = client.record("R-1", events.note_to_buyer("hello"), request_id="one")
    assert client.record("R-1", events.note_to_buyer("hello"), request_id="one") == first
    with pytest.raises(AlreadyExists) as raised:
        client.record("R-1", events.note_to_buyer("other"), request_id="one")
    assert raised.value.reason == "REQUEST_ID_REUSED"


def test_a_lost_answer_is_fetched_again_under_the_same_request_id(client: WismoClient, server: InMemoryOrders) -> None:
    server.lose_next_answer(2)
    assert client.record("R-1", events.note_to_buyer("once")).sequence == 2
    assert len(server.recorded["merchants/acme/orders/R-1"]) == 1


def test_a_call_goes_on_when_the_server_comes_back(client: WismoClient, server: InMemoryOrders) -> None:
    server.stop()
    threading.Timer(0.7, server.start).start()
    assert client.record("R-1", events.note_to_buyer("after the outage")).sequence == 2


def test_retries_end_with_what_was_wrong_last(server: InMemoryOrders) -> None:
    server.stop()
    with (
        WismoClient(server.target, "wk_acme_x", retry=RetryPolicy(give_up_after=0.3, first_wait=0.05)) as client,
        pytest.raises(Unavailable),
    ):
        client.get_order("R-1")


def test_the_wait_that_the_server_asks_for_is_kept(client: WismoClient, server: InMemoryOrders) -> None:
    server.refuse_next(busy(0.3))
    start = time.monotonic()
    client.get_order("R-1")
    assert time.monotonic() - start >= 0.3


def test_too_busy_without_a_time_is_not_tried_again(client: WismoClient, server: InMemoryOrders) -> None:
    server.refuse_next(Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "too large", "TOO_LARGE"))
    with pytest.raises(TooBusy):
        client.get_order("R-1")


def test_a_fault_of_the_server_is_tried_a_few_times_only(client: WismoClient, server: InMemoryOrders) -> None:
    server.refuse_next(Refusal(grpc.StatusCode.INTERNAL, "bug", "INTERNAL"), times=5)
    with pytest.raises(ServerFault):
        client.get_order("R-1")
    assert server.calls.count("GetOrder") == 3


def test_bad_input_names_each_field_and_is_not_tried_again(client: WismoClient, server: InMemoryOrders) -> None:
    server.refuse_next(bad_field("event.parcel_shipped.parcel_id", "is needed"))
    with pytest.raises(InvalidInput) as raised:
        client.record("R-1", events.parcel_shipped("P-1"))
    assert raised.value.fields == (("event.parcel_shipped.parcel_id", "is needed"),)
    assert server.calls.count("RecordEvent") == 1


def test_a_foreign_order_looks_like_one_that_does_not_exist(client: WismoClient) -> None:
    with pytest.raises(NotFound):
        client.get_order("merchants/other/orders/R-1")
    with pytest.raises(NotFound):
        client.get_order("R-404")


def test_a_wrong_key_is_not_allowed(server: InMemoryOrders) -> None:
    with WismoClient(server.target, "wk_acme_wrong") as client, pytest.raises(NotAllowed):
        client.get_order("R-1")


def test_an_etag_that_does_not_match_is_a_conflict_at_once(client: WismoClient, server: InMemoryOrders) -> None:
    client.record("R-1", events.note_to_buyer("someone else"))
    with pytest.raises(Conflict):
        client.record("R-1", events.note_to_buyer("mine"), etag="e1")
    assert server.calls.count("RecordEvent") == 2


def test_a_batch_gives_each_event_its_own_outcome(client: WismoClient) -> None:
    outcomes = client.record_many([*notes(2), Emission("R-404", events.note_to_buyer("x")), *notes(1)])
    assert [outcome.ok for outcome in outcomes] == [True, True, False, True]
    assert isinstance(outcomes[2].error, NotFound)


def test_a_batch_sends_again_only_what_could_not_be_taken(client: WismoClient, server: InMemoryOrders) -> None:
    server.refuse_next(unavailable(), times=2)
    assert all(outcome.ok for outcome in client.record_many(notes(5)))
    assert server.calls.count("BatchRecordEvents") == 2
    assert len(server.recorded["merchants/acme/orders/R-1"]) == 5


def test_many_events_go_in_several_batches(client: WismoClient, server: InMemoryOrders) -> None:
    assert len(client.record_many(notes(1_100))) == 1_100
    assert server.calls.count("BatchRecordEvents") == 3


def test_a_stream_answers_every_event(client: WismoClient) -> None:
    sent = notes(300)
    outcomes = list(client.stream(iter(sent), window=20))
    assert {outcome.emission.request_id for outcome in outcomes} == {emission.request_id for emission in sent}
    assert all(outcome.ok for outcome in outcomes)


def test_a_stream_asks_for_no_more_than_its_window(client: WismoClient) -> None:
    taken = 0

    def source() -> Iterator[Emission]:
        nonlocal taken
        for emission in notes(100):
            taken += 1
            yield emission

    outcomes = client.stream(source(), window=5)
    next(outcomes)
    time.sleep(0.2)
    assert taken <= 1 + 5 + 1  # What was answered, the window, and one in the pump's hand.
    outcomes.close()  # type: ignore[attr-defined]  # It is a generator; the promise is an iterator.


def test_a_stream_goes_on_over_lost_connections_and_loses_nothing(client: WismoClient, server: InMemoryOrders) -> None:
    def source() -> Iterator[Emission]:
        for number, emission in enumerate(notes(60)):
            if number == 20:
                server.lose_next_answer()
            if number == 40:
                server.stop()
                threading.Timer(0.5, server.start).start()
            yield emission

    assert len([outcome for outcome in client.stream(source(), window=10) if outcome.ok]) == 60
    assert len(server.recorded["merchants/acme/orders/R-1"]) == 60


def test_a_stream_tries_again_what_could_not_be_taken(client: WismoClient, server: InMemoryOrders) -> None:
    server.refuse_next(unavailable(), times=3)
    assert all(outcome.ok for outcome in client.stream(notes(10)))


def test_what_the_source_of_a_stream_raises_reaches_the_caller(client: WismoClient) -> None:
    def source() -> Iterator[Emission]:
        yield notes(1)[0]
        raise RuntimeError("the shop's database is gone")

    outcomes = client.stream(source())
    assert next(outcomes).ok
    with pytest.raises(RuntimeError, match="the shop's database is gone"):
        next(outcomes)


def test_a_request_id_used_twice_at_once_is_refused_before_it_is_sent(client: WismoClient) -> None:
    twin = notes(1)[0]
    with pytest.raises(InvalidInput, match="under way already"):
        list(client.stream([twin, twin]))


def test_a_watch_shows_what_is_and_then_what_changes(client: WismoClient) -> None:
    changes = client.watch("R-1")
    first = next(changes)
    assert (first.order.sequence, first.event) == (1, None)
    client.record("R-1", events.note_to_buyer("hello"))
    second = next(changes)
    assert second.order.sequence == 2
    assert second.event is not None
    assert second.event.note_to_buyer.text == "hello"


def test_a_watch_comes_back_after_an_outage_with_what_was_missed(client: WismoClient, server: InMemoryOrders) -> None:
    lost: list[Exception] = []
    changes = client.watch("R-1", on_lost=lost.append)
    assert next(changes).order.sequence == 1
    server.stop()
    server.orders["merchants/acme/orders/R-1"].sequence = 7
    server.start()
    assert next(changes).order.sequence == 7
    assert len(lost) == 1


def test_a_watch_of_a_whole_merchant_reads_again_what_it_knew(client: WismoClient, server: InMemoryOrders) -> None:
    changes = client.watch()
    threading.Timer(0.3, client.record, ["R-1", events.note_to_buyer("hello")]).start()
    assert next(changes).order.sequence == 2
    server.stop()
    server.orders["merchants/acme/orders/R-1"].sequence = 9
    server.start()
    assert next(changes).order.sequence == 9


def test_a_watch_gives_up_when_it_is_told_to(client: WismoClient, server: InMemoryOrders) -> None:
    changes = client.watch("R-1", give_up_after=0.3)
    next(changes)
    server.stop()
    with pytest.raises(Unavailable):
        next(changes)


def test_merchants_and_keys_are_managed_with_the_admin_key(server: InMemoryOrders) -> None:
    with WismoClient(server.target, ADMIN_KEY, merchant="acme") as admin:
        made = admin.create_merchant(
            drafts.new_merchant(
                "acme",
                "Acme",
                sender_email="orders@acme.test",
                contact_email="care@acme.test",
                contact_phone="+493012345678",
                postal_address=["Acme", "Hauptstr. 1", "10115 Berlin"],
            )
        )
        made.display_name = "Acme Books"
        assert admin.update_merchant(made, fields=["display_name"]).revision == 2
        assert admin.get_merchant().display_name == "Acme Books"
        assert [merchant.name for merchant in admin.list_merchants().items] == ["merchants/acme"]
        key = admin.create_key(display_name="backend")
        assert key.secret.startswith("wk_acme_")
        assert "wk_" not in repr(key)
        assert admin.revoke_key(key.api_key.name.rpartition("/")[2]).HasField("revoke_time")
        assert len(admin.list_keys()) == 1


def test_reachability_is_waited_for(client: WismoClient, server: InMemoryOrders) -> None:
    client.wait_until_reachable(5)
    server.stop()
    with WismoClient(server.target, "wk_acme_x") as other, pytest.raises(Unavailable, match="not reachable"):
        other.wait_until_reachable(0.2)
