"""Waits fold: which question an asking belongs to, and what it is promised."""

from datetime import datetime, timedelta
from typing import cast

import pytest

from orders.domain.asking import SAME_MATTER, asking, question_for
from orders.domain.changes.care import QuestionAcknowledged, QuestionAnswered, QuestionAsked
from orders.domain.events import Event
from orders.domain.fold import record
from orders.domain.order import DraftLine, EventSource, LineKind, Order, Question, QuestionChannel, QuestionState
from orders.use_cases.promises import AnswerPromise, OpeningHours
from tests.unit.orders.order_lives import DAY, HOUR, MINUTE, START, after, new_order

BOOK = DraftLine("book", LineKind.PHYSICAL, "Book")
PROMISE = AnswerPromise()


def ask(
    order: Order,
    text: str,
    at: datetime,
    now: datetime | None = None,
    channel: QuestionChannel = QuestionChannel.PAGE,
    promise: AnswerPromise = PROMISE,
) -> Order:
    """The order after an asking and its acknowledgement."""
    now = now or at
    asked = Event(QuestionAsked("q", text, channel), at)
    for event in asking(order, asked, now, lambda since: promise.by(since, now)):
        order = record(order, event, now).order
    return order


def answered(order: Order, question_id: str, at: datetime) -> Order:
    return record(order, Event(QuestionAnswered(question_id, "Here."), at, EventSource.CARE), at).order


def the_question(order: Order) -> Question:
    (question,) = order.questions
    return question


def test_three_mails_and_a_voice_message_are_one_wait_with_one_time() -> None:
    order = new_order(BOOK)
    first = START + HOUR
    order = ask(order, "Where is it?", first, channel=QuestionChannel.EMAIL)
    order = ask(order, "Hello?", first + 5 * HOUR, channel=QuestionChannel.EMAIL)
    order = ask(order, "Anybody?", first + 9 * HOUR, channel=QuestionChannel.EMAIL)
    order = ask(order, "Called.", first + 10 * HOUR, first + 12 * HOUR, QuestionChannel.PHONE)
    question = the_question(order)
    assert (question.question_id, len(question.posts), question.reply_by) == ("q-1", 4, first + DAY)
    told = [entry for entry in order.timeline if entry.subject_id == "q-1"]
    assert len(told) == 8
    assert question.acknowledged_at == first


def test_earlier_evidence_of_the_same_wait_brings_the_deadline_forward_and_never_into_the_past() -> None:
    order = ask(new_order(BOOK), "Where is it?", START + DAY)
    order = ask(order, "I called you this morning.", START + 20 * HOUR, START + 25 * HOUR, QuestionChannel.PHONE)
    assert (the_question(order).asked_at, the_question(order).reply_by) == (START + 20 * HOUR, START + 44 * HOUR)
    order = ask(order, "And last week.", START, START + 26 * HOUR, QuestionChannel.PHONE)
    assert (the_question(order).asked_at, the_question(order).reply_by) == (START, START + 44 * HOUR)


def test_who_asks_again_after_an_answer_opens_the_same_question_with_a_new_promise() -> None:
    order = answered(ask(new_order(BOOK), "Where is it?", START + HOUR), "q-1", START + 3 * HOUR)
    order = ask(order, "It is still not here.", START + DAY)
    question = the_question(order)
    assert (question.question_id, question.state, question.reply_by) == ("q-1", QuestionState.OPEN, START + 2 * DAY)


@pytest.mark.parametrize(
    ("asked_at", "belongs_to"),
    [
        (START + 3 * HOUR + SAME_MATTER, "q-1"),
        (START + 3 * HOUR + SAME_MATTER + MINUTE, "q-2"),
        (START + 2 * HOUR, "q-2"),
    ],
    ids=["14 days later", "after that", "before the answer, heard of after it"],
)
def test_an_answered_question_takes_what_follows_within_14_days(asked_at: datetime, belongs_to: str) -> None:
    order = answered(ask(new_order(BOOK), "Where is it?", START + HOUR), "q-1", START + 3 * HOUR)
    assert question_for(order, asked_at) == belongs_to


def test_a_new_question_takes_no_identity_that_is_taken() -> None:
    order = after(new_order(BOOK), QuestionAsked("q-2", "?"), QuestionAnswered("q-2", "!"))
    assert question_for(order, START + 40 * DAY) == "q-3"


def test_what_was_noted_from_a_telephone_is_the_care_teams_word() -> None:
    for channel, source in ((QuestionChannel.PHONE, EventSource.CARE), (QuestionChannel.EMAIL, EventSource.BUYER)):
        said, told = asking(new_order(BOOK), Event(QuestionAsked("q", "?", channel)), START, lambda at: at + DAY)
        assert (said.source, told.source) == (source, EventSource.SYSTEM)
        assert (said.occurred_at, told.occurred_at) == (START, START)


def test_the_promise_counts_working_time_only() -> None:
    weekdays = tuple((day, 9 * 60, 17 * 60) for day in range(1, 6))
    promise = AnswerPromise(timedelta(hours=8), OpeningHours(weekdays, "Europe/Berlin", "DE", ("2026-03-09",)))
    friday_noon = datetime.fromisoformat("2026-03-06T11:00:00+00:00")
    order = ask(new_order(BOOK), "Where is it?", friday_noon, promise=promise)
    # Five hours of Friday afternoon, no weekend, no Monday, three hours of Tuesday.
    assert the_question(order).reply_by == datetime.fromisoformat("2026-03-10T11:00:00+00:00")


def test_a_calendar_in_which_nobody_ever_works_is_no_reason_to_promise_nothing() -> None:
    mondays = tuple(str((START + timedelta(weeks=week)).date()) for week in range(120))
    closed = OpeningHours(((1, 0, 1),), closed_days=mondays)
    nowhere = OpeningHours(((1, 0, 60),), holidays="XX")
    for hours in (closed, nowhere):
        assert AnswerPromise(timedelta(hours=8), hours).by(START, START) == START + 8 * HOUR


def test_the_acknowledgement_says_the_time_that_stands() -> None:
    order = ask(new_order(BOOK), "Where is it?", START)
    said, told = asking(order, Event(QuestionAsked("q", "Hello?")), START + HOUR, lambda at: at + DAY)
    order = record(order, said, START + HOUR).order
    kept = record(order, told, START + HOUR).event.change
    assert cast("QuestionAcknowledged", kept).reply_by == START + DAY
