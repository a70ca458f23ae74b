from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from chassis.outbox import Refused, Told
from chassis.settings import Address, Secret
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
from status_page.outbox.orders_client import GrpcOrdersService, request_of
from tests.samples.story import START
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2, question_pb2, questions_service_pb2

ORDER = "merchants/lantern/orders/R-1"


def test_the_same_issue_is_renewed_once_however_often_the_button_is_pressed() -> None:
    first = download_renewed(ORDER, "atlas", 1, START)
    assert download_renewed(ORDER, "atlas", 1, START + timedelta(seconds=3)).id == first.id
    assert download_renewed(ORDER, "atlas", 2, START).id != first.id


def test_what_stands_in_for_nothing_is_told_to_nobody() -> None:
    nobody = GrpcOrdersService(Address("127.0.0.1", 9), Secret("none"))
    assert nobody.tell(nothing(START)) is Told.TAKEN
    nobody.close()


def test_a_kind_that_no_call_belongs_to_is_set_aside() -> None:
    with pytest.raises(Refused):
        request_of(replace(nothing(START), kind="of-another-version"))


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
