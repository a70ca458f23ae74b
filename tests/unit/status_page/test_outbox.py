from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from chassis.backoff import Backoff
from status_page.outbox.facts import (
    Fact,
    answer,
    contact,
    download_renewed,
    download_taken,
    link_requested,
    message_bounced,
    nothing,
    preferences_updated,
    question,
    recorded,
    stamp,
    trial_cancelled,
)
from status_page.outbox.orders_client import request_of
from status_page.outbox.ports import Waiting
from status_page.outbox.sender import CLAIM, OutboxSender, Refused, Told
from tests.fakes.status_page import FixedClock, InMemoryOutbox, ScriptedOrders
from tests.samples.story import START
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2, question_pb2, questions_service_pb2

ORDER = "merchants/lantern/orders/R-1"


class Sending:
    """An outbox with its sender, moved by hand."""

    def __init__(self) -> None:
        self.clock = FixedClock(START)
        self.outbox = InMemoryOutbox()
        self.orders = ScriptedOrders()
        backoff = Backoff(initial=10.0, maximum=100.0, draw=lambda: 1.0)
        self.sender = OutboxSender(self.outbox, self.orders, self.clock, backoff=backoff)


@pytest.fixture
def sending() -> Sending:
    return Sending()


def test_a_fact_is_told_once_and_forgotten(sending: Sending) -> None:
    fact = link_requested(ORDER, START)
    sending.outbox.put(fact)
    assert sending.sender.send_due() == 1
    assert sending.sender.send_due() == 0
    assert sending.orders.told == [fact]
    assert sending.outbox.depth() == 0


def test_while_orders_is_down_facts_wait_longer_and_longer_and_arrive_once(sending: Sending) -> None:
    fact = link_requested(ORDER, START)
    sending.outbox.put(fact)
    sending.orders.answers = [Told.LATER, Told.LATER]
    sending.sender.send_due()
    assert sending.sender.send_due() == 0
    sending.clock.forward(seconds=10)
    assert sending.sender.send_due() == 1
    sending.clock.forward(seconds=19)
    assert sending.sender.send_due() == 0
    sending.clock.forward(seconds=1)
    assert sending.sender.send_due() == 1
    assert sending.orders.told == [fact]
    assert sending.outbox.depth() == 0


def test_what_orders_will_never_take_is_set_aside_with_the_reason(sending: Sending) -> None:
    bad, good = link_requested(ORDER, START), link_requested(ORDER, START)
    sending.outbox.put(bad)
    sending.outbox.put(good)
    sending.orders.answers = [Refused("NOT_FOUND")]
    sending.sender.send_due()
    assert sending.outbox.set_aside == {bad.id: "NOT_FOUND"}
    assert sending.orders.told == [good]


def test_what_stands_in_for_nothing_is_told_to_nobody(sending: Sending) -> None:
    sending.outbox.put(nothing(START))
    sending.sender.send_due()
    assert sending.orders.told == []
    assert sending.outbox.depth() == 0


def test_a_sender_that_died_is_followed_by_another(sending: Sending) -> None:
    sending.outbox.put(link_requested(ORDER, START))
    sending.outbox.claim(START, START + CLAIM, 20)
    assert sending.sender.send_due() == 0
    sending.clock.forward(seconds=CLAIM.total_seconds())
    assert sending.sender.send_due() == 1
    assert len(sending.orders.told) == 1


def test_the_same_issue_is_renewed_once_however_often_the_button_is_pressed(sending: Sending) -> None:
    for seconds in range(3):
        sending.outbox.put(download_renewed(ORDER, "atlas", 1, START + timedelta(seconds=seconds)))
    assert sending.outbox.depth() == 1
    sending.outbox.put(download_renewed(ORDER, "atlas", 2, START))
    assert sending.outbox.depth() == 2


def recorded_by(fact: Fact) -> orders_service_pb2.RecordEventRequest:
    """The RecordEvent that the fact becomes."""
    request = request_of(fact)
    assert isinstance(request, orders_service_pb2.RecordEventRequest)
    assert (request.order, request.request_id) == (ORDER, fact.id)
    assert 1 <= len(request.request_id) <= 64
    assert request.event.occurred_at.ToDatetime(UTC) == START
    return request


def test_each_fact_becomes_the_event_that_it_is() -> None:
    taken = recorded_by(download_taken(ORDER, "atlas", "atlas-win", START)).event
    assert taken.source == events.EVENT_SOURCE_BUYER
    assert taken.download_taken == events.DownloadTaken(line_id="atlas", file_id="atlas-win")
    renewed = recorded_by(download_renewed(ORDER, "atlas", 1, START)).event
    assert renewed.download_renewed == events.DownloadRenewed(line_id="atlas", by_buyer=True)
    assert recorded_by(link_requested(ORDER, START)).event.WhichOneof("change") == "link_requested"
    cancelled = recorded_by(trial_cancelled(ORDER, "course", START, START)).event
    assert cancelled.trial_cancelled == events.TrialCancelled(line_id="course", by_buyer=True)
    wanted = recorded_by(preferences_updated(ORDER, START, optional_messages=False)).event
    assert wanted.preferences_updated == events.PreferencesUpdated(optional_messages=False)
    bounce = events.MessageBounced(message_id="m", permanent=True, status="5.1.1")
    bounced = recorded_by(message_bounced(ORDER, bounce, START, "mail/1")).event
    assert (bounced.source, bounced.message_bounced) == (events.EVENT_SOURCE_SYSTEM, bounce)


def test_questions_answers_and_acts_of_the_desk_become_the_calls_that_they_are() -> None:
    asked = request_of(question(ORDER, "Where is it?", START, "q-1", evidence_id="page/q-1"))
    assert asked == questions_service_pb2.AskQuestionRequest(
        order=ORDER,
        text="Where is it?",
        channel=question_pb2.QUESTION_CHANNEL_PAGE,
        request_id="q-1",
        asked_at=stamp(START),
        evidence_id="page/q-1",
    )
    answered = request_of(answer(ORDER, "q-1", "Here.", START, "a-1"))
    assert answered == questions_service_pb2.AnswerQuestionRequest(
        order=ORDER, question_id="q-1", text="Here.", request_id="a-1"
    )
    corrected = orders_service_pb2.UpdateBuyerContactRequest(order=ORDER, request_id="c-1")
    assert request_of(contact(corrected, START)) == corrected
    note = events.FulfilmentEvent(source=events.EVENT_SOURCE_CARE, note_to_buyer=events.NoteToBuyer(text="Soon."))
    assert recorded_by(recorded(ORDER, note, START, "n-1")).event.source == events.EVENT_SOURCE_CARE


def test_a_trial_is_cancelled_once_however_often_the_button_is_pressed() -> None:
    first = trial_cancelled(ORDER, "course", START, START)
    assert trial_cancelled(ORDER, "course", START, START + timedelta(seconds=3)).id == first.id
    assert trial_cancelled(ORDER, "course", START + timedelta(days=9), START).id != first.id


def test_the_thread_sends_when_woken_and_outlives_a_failure(sending: Sending) -> None:
    done = Event()

    class Once(ScriptedOrders):
        def tell(self, fact: Fact) -> Told:
            done.set()
            return Told.TAKEN

    class Flaky(InMemoryOutbox):
        failed = False

        def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
            if not self.failed:
                self.failed = True
                raise ConnectionError("away")
            return super().claim(now, until, limit)

    outbox = Flaky()
    sender = OutboxSender(outbox, Once(), sending.clock, pause=0.01)
    sender.start()
    outbox.put(link_requested(ORDER, START))
    sender.wake()
    assert done.wait(5)
    sender.close()
    assert outbox.depth() == 0
