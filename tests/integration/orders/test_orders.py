"""What a backend does with orders, over real gRPC and a real database."""

import grpc
import pytest

from tests.integration.orders.shop import TIMEOUT, Shop, granted, note, reason, scanned, shipped
from wismo.orders.v1 import buyer_pb2, line_pb2, order_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2 as pb


def test_an_order_is_created_and_read_as_it_was_answered(shop: Shop) -> None:
    created = shop.create("R-7")
    assert created.name == f"{shop.name}/orders/R-7"
    assert created.sequence == 1
    assert created.state == order_pb2.ORDER_STATE_CONFIRMED
    assert [line.state for line in created.lines] == [line_pb2.LINE_STATE_RECEIVED] * 3
    assert shop.get("R-7") == created


def test_an_event_moves_the_order_and_answers_with_its_place(shop: Shop) -> None:
    shop.create()
    answer = shop.record(shipped(), "s1")
    assert (answer.sequence, answer.effect) == (2, events.EFFECT_APPLIED)
    order = shop.get()
    assert order.etag == answer.etag
    assert order.state == answer.order_state
    assert order.parcels[0].tracking_number == "JD014600006281230701"


def test_a_secret_is_sealed_before_it_is_stored_and_never_read_in_clear(shop: Shop) -> None:
    shop.create()
    shop.record(granted("Kl0O-8BIl-q9Zs"), "a1")
    code = shop.get().accesses[0].code
    assert code.plaintext == ""
    assert code.key_id == "k1"
    assert b"Kl0O" not in code.ciphertext


def test_the_same_request_is_answered_again(shop: Shop) -> None:
    shop.create()
    first = shop.record(shipped(), "s1")
    shop.record(note("Thank you."), "n1")
    assert shop.record(shipped(), "s1") == first
    assert shop.get().sequence == 3


def test_a_request_id_with_another_body_is_refused(shop: Shop) -> None:
    shop.create()
    shop.record(note("One."), "n1")
    with pytest.raises(grpc.RpcError) as caught:
        shop.record(note("Two."), "n1")
    assert caught.value.code() == grpc.StatusCode.ALREADY_EXISTS
    assert reason(caught.value) == "REQUEST_ID_REUSED"


def test_an_order_is_created_once_by_request_id_and_by_its_body(shop: Shop) -> None:
    created = shop.create("R-1", "create-1")
    assert shop.create("R-1", "create-1") == created
    assert shop.create("R-1", "another-id") == created
    assert shop.create("R-1") == created


@pytest.mark.parametrize(
    ("request_id", "expected"), [("c1", "REQUEST_ID_REUSED"), ("c2", "ORDER_EXISTS"), ("", "ORDER_EXISTS")]
)
def test_another_order_of_the_same_reference_is_refused(shop: Shop, request_id: str, expected: str) -> None:
    shop.create("R-1", "c1")
    other = shop.draft("R-1")
    other.lines[0].title = "Another book"
    with pytest.raises(grpc.RpcError) as caught:
        shop.orders.CreateOrder(
            pb.CreateOrderRequest(parent=shop.name, order=other, request_id=request_id),
            metadata=shop.metadata,
            timeout=TIMEOUT,
        )
    assert caught.value.code() == grpc.StatusCode.ALREADY_EXISTS
    assert reason(caught.value) == expected


def test_references_differ_in_more_than_capital_letters(shop: Shop) -> None:
    shop.create("Ab-1")
    with pytest.raises(grpc.RpcError) as caught:
        shop.create("aB-1")
    assert reason(caught.value) == "ORDER_EXISTS"
    with pytest.raises(grpc.RpcError) as caught:
        shop.get("aB-1")
    assert reason(caught.value) == "ORDER_NOT_FOUND"


def test_an_etag_that_is_old_is_refused_and_the_present_one_taken(shop: Shop) -> None:
    created = shop.create()
    request = shop.request(note("One."), "n1")
    request.etag = created.etag
    answer = shop.orders.RecordEvent(request, metadata=shop.metadata, timeout=TIMEOUT)
    late = shop.request(note("Two."), "n2")
    late.etag = created.etag
    with pytest.raises(grpc.RpcError) as caught:
        shop.orders.RecordEvent(late, metadata=shop.metadata, timeout=TIMEOUT)
    assert caught.value.code() == grpc.StatusCode.ABORTED
    assert reason(caught.value) == "ETAG_MISMATCH"
    late.etag = answer.etag
    assert shop.orders.RecordEvent(late, metadata=shop.metadata, timeout=TIMEOUT).sequence == 3


def test_what_is_known_already_writes_nothing(shop: Shop) -> None:
    shop.create()
    shop.record(shipped(), "s1")
    again = shop.record(shipped(), "s2")
    assert (again.sequence, again.effect) == (2, events.EFFECT_REPEATED)
    assert shop.get().sequence == 2


def test_a_late_scan_is_noted_and_moves_nothing_backwards(shop: Shop) -> None:
    shop.create()
    shop.record(shipped(), "s1")
    shop.record(scanned(50), "a")
    before = shop.get()
    answer = shop.record(scanned(3), "b")
    assert answer.effect == events.EFFECT_NOTED
    after = shop.get()
    assert after.parcels[0].status == before.parcels[0].status
    assert [scan.location for scan in after.parcels[0].scans][-2:] == ["Hub 3", "Hub 50"]


def test_orders_are_listed_page_by_page_newest_change_last(shop: Shop) -> None:
    for number in range(5):
        shop.create(f"R-{number}")
    shop.record(shipped(), "s1", "R-0")
    seen, token = [], ""
    while True:
        page = shop.orders.ListOrders(
            pb.ListOrdersRequest(parent=shop.name, page_size=2, page_token=token),
            metadata=shop.metadata,
            timeout=TIMEOUT,
        )
        seen += [order.reference for order in page.orders]
        token = page.next_page_token
        if not token:
            break
    assert seen == ["R-1", "R-2", "R-3", "R-4", "R-0"]


def test_a_list_can_be_narrowed_to_states_and_open_problems(shop: Shop) -> None:
    shop.create("R-1")
    shop.create("R-2")
    shop.create("R-3")
    shop.record(events.FulfilmentEvent(lines_cancelled=events.LinesCancelled(reason="As you asked")), "c", "R-2")
    problem = events.ProblemReported(problem_id="d1", what_happened="It got wet.", what_we_do="We send a new one.")
    problem.next_update_at.GetCurrentTime()
    problem.next_update_at.seconds += 86400
    shop.record(events.FulfilmentEvent(problem_reported=problem), "p", "R-3")

    def listed(**narrowed: object) -> list[str]:
        request = pb.ListOrdersRequest(parent=shop.name, **narrowed)  # type: ignore[arg-type]  # Given by the test.
        answer = shop.orders.ListOrders(request, metadata=shop.metadata, timeout=TIMEOUT)
        return [order.reference for order in answer.orders]

    assert listed(states=[order_pb2.ORDER_STATE_CANCELLED]) == ["R-2"]
    assert listed(with_open_problem=True) == ["R-3"]
    assert listed(states=[order_pb2.ORDER_STATE_CONFIRMED]) == ["R-1", "R-3"]


@pytest.mark.parametrize("token", ["x", "bm9uc2Vuc2U", "WyJhIiwxXQ"])
def test_a_page_token_that_is_not_ours_is_refused(shop: Shop, token: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        shop.orders.ListOrders(
            pb.ListOrdersRequest(parent=shop.name, page_token=token), metadata=shop.metadata, timeout=TIMEOUT
        )
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_a_changed_address_makes_older_links_useless(shop: Shop) -> None:
    before = shop.create()
    buyer = buyer_pb2.Buyer()
    buyer.CopyFrom(before.buyer)
    buyer.email = "robin.miller@buyers.test"
    request = pb.UpdateBuyerContactRequest(order=before.name, buyer=buyer, request_id="u1")
    after = shop.orders.UpdateBuyerContact(request, metadata=shop.metadata, timeout=TIMEOUT).order
    assert after.buyer.email == "robin.miller@buyers.test"
    assert after.link_version > before.link_version
    assert shop.orders.UpdateBuyerContact(request, metadata=shop.metadata, timeout=TIMEOUT).order == after


def test_an_erased_buyer_is_gone_and_what_was_bought_stays(shop: Shop) -> None:
    shop.create()
    shop.record(granted("Kl0O-8BIl-q9Zs"), "a1")
    request = pb.EraseBuyerRequest(order=shop.order_name("R-1"), request_id="e1")
    erased = shop.orders.EraseBuyer(request, metadata=shop.metadata, timeout=TIMEOUT).order
    assert erased.HasField("erase_time")
    assert erased.buyer == buyer_pb2.Buyer()
    assert len(erased.lines) == 3
    assert b"robin" not in erased.SerializeToString()
    assert shop.orders.EraseBuyer(request, metadata=shop.metadata, timeout=TIMEOUT).order == erased
