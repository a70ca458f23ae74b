"""The books of batch, stream and watch: what is open, what goes out again, what was shown."""

import grpc
import pytest

from tests.fakes.refusals import bad_field, unavailable
from wismo.client import Change, Emission, InvalidInput, RetryPolicy, events
from wismo.client.batch import Batch
from wismo.client.requests import BATCH_EVENTS, batches
from wismo.client.retry import Tries
from wismo.client.seen import REMEMBERED, Seen
from wismo.client.unanswered import Unanswered
from wismo.orders.v1.fulfilment_event_pb2 import EFFECT_APPLIED, FulfilmentEvent
from wismo.orders.v1.order_pb2 import Order
from wismo.orders.v1.orders_service_pb2 import (
    BatchRecordEventsResponse,
    RecordEventOutcome,
    RecordEventResponse,
    StreamEventsResponse,
)

RECORDED = RecordEventOutcome(recorded=RecordEventResponse(sequence=1, effect=EFFECT_APPLIED))
BUSY = RecordEventOutcome(error=unavailable().status)
WRONG = RecordEventOutcome(error=bad_field("event", "is wrong").status)


def tries() -> Tries:
    return Tries(RetryPolicy(give_up_after=60), 10)


def note(request_id: str, text: str = "hello") -> Emission:
    return Emission("R-1", events.note_to_buyer(text), request_id)


def answer(request_id: str, outcome: RecordEventOutcome) -> StreamEventsResponse:
    return StreamEventsResponse(request_id=request_id, outcome=outcome)


def test_a_batch_keeps_places_and_sends_again_only_what_may_pass() -> None:
    batch = Batch([note("a"), note("b"), note("c")], tries())
    assert batch.settle(BatchRecordEventsResponse(outcomes=[RECORDED, BUSY, WRONG])) > 0
    assert [emission.request_id for emission in batch.waiting] == ["b"]
    assert batch.settle(BatchRecordEventsResponse(outcomes=[RECORDED])) == 0
    assert [outcome.ok for outcome in batch.outcomes] == [True, True, False]
    assert batch.waiting == []


def test_batches_are_cut_by_number_and_by_size() -> None:
    small = [note(str(number)) for number in range(BATCH_EVENTS + 1)]
    assert [len(batch) for batch in batches(small)] == [BATCH_EVENTS, 1]
    large = [note(str(number), "x" * 1_500_000) for number in range(3)]
    assert [len(batch) for batch in batches(large)] == [2, 1]
    assert list(batches([])) == []


def test_a_stream_sends_everything_unanswered_again_in_order() -> None:
    book = Unanswered(10, tries)
    for request_id in "abc":
        book.add(note(request_id))
    assert [emission.request_id for emission in iter(book.next, None)] == ["a", "b", "c"]
    book.settle(answer("b", RECORDED))
    book.reconnect()
    assert [emission.request_id for emission in iter(book.next, None)] == ["a", "c"]


def test_a_stream_is_full_at_its_window_and_done_when_all_is_answered() -> None:
    book = Unanswered(1, tries)
    book.add(note("a"))
    assert book.full
    book.exhausted = True
    assert not book.done
    outcome, _ = book.settle(answer("a", RECORDED))
    assert outcome is not None
    assert outcome.ok
    assert book.done


def test_a_second_answer_to_the_same_request_is_nothing_new() -> None:
    book = Unanswered(10, tries)
    book.add(note("a"))
    book.settle(answer("a", RECORDED))
    assert book.settle(answer("a", RECORDED)) == (None, 0.0)


def test_what_could_not_be_taken_goes_out_again_after_a_wait() -> None:
    book = Unanswered(10, tries)
    book.add(note("a"))
    book.next()
    outcome, seconds = book.settle(answer("a", BUSY))
    assert outcome is None
    assert seconds > 0
    again = book.next()
    assert again is not None
    assert again.request_id == "a"


def test_what_is_wrong_is_handed_on_at_once() -> None:
    book = Unanswered(10, tries)
    book.add(note("a"))
    outcome, _ = book.settle(answer("a", WRONG))
    assert outcome is not None
    assert outcome.error is not None
    assert outcome.error.code is grpc.StatusCode.INVALID_ARGUMENT


def test_a_window_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="window"):
        Unanswered(0, tries)


def change(name: str, sequence: int, event: FulfilmentEvent | None = None) -> Change:
    return Change(Order(name=name, sequence=sequence), event, None)


def test_nothing_is_shown_twice_and_nothing_older_after_newer() -> None:
    seen = Seen(show_current=True)
    assert [seen.is_news(change("a", number)) for number in (1, 1, 3, 2, 3, 4)] == [
        True,
        False,
        True,
        False,
        False,
        True,
    ]


def test_without_the_present_only_what_changed_since_is_shown() -> None:
    seen = Seen(show_current=False)
    assert not seen.is_news(change("a", 5))
    assert not seen.is_news(change("a", 5))
    assert seen.is_news(change("a", 6))
    assert seen.is_news(change("b", 1, FulfilmentEvent()))


def test_memory_is_bounded() -> None:
    seen = Seen(show_current=True)
    for number in range(REMEMBERED + 5):
        seen.is_news(change(str(number), 1))
    assert len(seen._sequences) == REMEMBERED
    assert seen.newest()[-1] == str(REMEMBERED + 4)
