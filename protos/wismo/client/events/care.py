"""Owning up: delays, problems, new dates, goodwill, notes, questions. Texts are plain and in the buyer's language."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from wismo.client.events.envelope import Expected, event, expectation, ids, required
from wismo.client.values import Money, moment, money
from wismo.client.vocabulary import ActingParty, EventSource, ExceptionReason, QuestionChannel, number
from wismo.orders.v1.fulfilment_event_pb2 import (
    CreditGiven,
    DelayAnnounced,
    ExpectationRevised,
    FulfilmentEvent,
    NoteToBuyer,
    ProblemReported,
    ProblemResolved,
    ProblemUpdated,
    QuestionAcknowledged,
    QuestionAnswered,
    QuestionAsked,
)


def delay_announced(
    problem_id: str,
    *,
    what_happened: str,
    next_update_at: datetime,
    what_we_do: str = "",
    line_ids: Iterable[str] | None = None,
    parcel_id: str = "",
    expected: Expected | datetime | None = None,
    reason: ExceptionReason | str | None = None,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """It takes longer than was said. ``problem_id`` is yours; no lines: the whole order.

    ``next_update_at``: when the next word comes, a promise that is kept watch over. ``expected``: when it is expected
    now.
    """
    body = DelayAnnounced(
        problem_id=problem_id,
        line_ids=ids(line_ids, "line_ids"),
        parcel_id=parcel_id,
        what_happened=what_happened,
        what_we_do=what_we_do,
        expected=expectation(expected),
        next_update_at=required(next_update_at, "next_update_at"),
    )
    body.reason = number(ExceptionReason, reason, "reason")
    return event("delay_announced", body, occurred_at, source)


def problem_reported(
    problem_id: str,
    *,
    what_happened: str,
    what_we_do: str,
    next_update_at: datetime,
    line_ids: Iterable[str] | None = None,
    parcel_id: str = "",
    reason: ExceptionReason | str | None = None,
    acting_party: ActingParty | str | None = None,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """Something went wrong: what, what you do about it, and when the next word comes. Nobody is left without it.

    ``acting_party``: who must act now; with `buyer` say plainly in ``what_we_do`` what they have to do.
    """
    body = ProblemReported(
        problem_id=problem_id,
        line_ids=ids(line_ids, "line_ids"),
        parcel_id=parcel_id,
        what_happened=what_happened,
        what_we_do=what_we_do,
        next_update_at=required(next_update_at, "next_update_at"),
    )
    body.reason = number(ExceptionReason, reason, "reason")
    body.acting_party = number(ActingParty, acting_party, "acting_party")
    return event("problem_reported", body, occurred_at, source)


def problem_updated(
    problem_id: str,
    *,
    what_happened: str,
    next_update_at: datetime,
    what_we_do: str = "",
    expected: Expected | datetime | None = None,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """There is news of a problem or delay; ``what_we_do`` empty: as before."""
    body = ProblemUpdated(
        problem_id=problem_id,
        what_happened=what_happened,
        what_we_do=what_we_do,
        next_update_at=required(next_update_at, "next_update_at"),
        expected=expectation(expected),
    )
    return event("problem_updated", body, occurred_at, source)


def problem_resolved(
    problem_id: str, resolution: str, *, occurred_at: datetime | None = None, source: EventSource | str | None = None
) -> FulfilmentEvent:
    """A problem or delay is over; ``resolution``: how."""
    return event("problem_resolved", ProblemResolved(problem_id=problem_id, resolution=resolution), occurred_at, source)


def expectation_revised(
    expected: Expected | datetime,
    *,
    line_ids: Iterable[str] | None = None,
    parcel_id: str = "",
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """An expected time moved, with nothing else to tell. No lines and no parcel: the whole order."""
    body = ExpectationRevised(line_ids=ids(line_ids, "line_ids"), parcel_id=parcel_id, expected=expectation(expected))
    return event("expectation_revised", body, occurred_at, source)


def credit_given(
    credit_id: str,
    *,
    description: str,
    amount: Money | tuple[Decimal | int | str, str] | None = None,
    reason: str = "",
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """Goodwill was given: money with ``amount``, else what ``description`` says. ``credit_id`` is yours."""
    body = CreditGiven(credit_id=credit_id, amount=money(amount, "amount"), description=description, reason=reason)
    return event("credit_given", body, occurred_at, source)


def note_to_buyer(
    text: str,
    *,
    next_update_at: datetime | None = None,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """You have something to say, as plain text; ``next_update_at``: when the next word comes, if you promise one."""
    body = NoteToBuyer(text=text, next_update_at=moment(next_update_at, "next_update_at"))
    return event("note_to_buyer", body, occurred_at, source)


def question_asked(
    question_id: str,
    text: str,
    *,
    channel: QuestionChannel | str | None = None,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """The buyer asked, by ``channel``; ``question_id`` is yours. Askings of one wait fold into one question."""
    body = QuestionAsked(question_id=question_id, text=text)
    body.channel = number(QuestionChannel, channel, "channel")
    return event("question_asked", body, occurred_at, source)


def question_acknowledged(
    question_id: str,
    *,
    reply_by: datetime,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """The buyer was told that the question arrived, and that an answer comes by ``reply_by``."""
    body = QuestionAcknowledged(question_id=question_id, reply_by=required(reply_by, "reply_by"))
    return event("question_acknowledged", body, occurred_at, source)


def question_answered(
    question_id: str, text: str, *, occurred_at: datetime | None = None, source: EventSource | str | None = None
) -> FulfilmentEvent:
    """The question was answered."""
    return event("question_answered", QuestionAnswered(question_id=question_id, text=text), occurred_at, source)
