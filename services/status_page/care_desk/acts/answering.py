"""Answering a question, and noting one that came by telephone."""

from datetime import timedelta

from chassis.localisation import mark
from chassis.outbox import Letter
from status_page.care_desk.acts.act import About, ActKind, Given, Said
from status_page.care_desk.acts.forms import Field, Reading, local_value
from status_page.care_desk.replies import open_places
from status_page.outbox.facts import answer, question
from wismo.orders.v1 import question_pb2

CALLED_WITHIN = timedelta(days=30)


def question_of(about: About) -> question_pb2.Question | None:
    """The question that the act is about."""
    return next((one for one in about.order.questions if one.question_id == about.subject), None)


def _answer_text(about: About, given: Given) -> str:
    reading = Reading(given, about.reader)
    text = reading.text("text", longest=8000)
    unfilled = open_places(text)
    if unfilled:
        reading.wrong(
            "text",
            mark("A place is not filled in: %(places)s. Write what belongs there."),
            places=", ".join(f"{{{name}}}" for name in unfilled),
        )
    reading.done()
    return text


def _call(about: About, given: Given, request_id: str) -> Letter:
    reading = Reading(given, about.reader)
    text = reading.text("text", longest=8000)
    at = reading.past("asked_at", CALLED_WITHIN)
    reading.done()
    assert at is not None  # Required, so that its absence was raised before.
    channel = question_pb2.QUESTION_CHANNEL_PHONE
    return question(about.order.name, text, at, request_id, channel=channel)


def _read_call(about: About, given: Given) -> tuple[Said, ...]:
    _call(about, given, "-")
    said = mark("Your question has arrived. We tell you by when you have an answer.")
    return (Said("", about.buyer.gettext(said)),)


ANSWER = ActKind(
    "answer",
    mark("Answer the question"),
    mark("Send the answer"),
    mark("Your answer is on its way to the buyer."),
    fits=lambda about: question_of(about) is not None,
    fields=lambda _about: (
        Field(
            "text",
            mark("Your answer"),
            "area",
            mark("In the buyer's language. Plain text; links become links."),
            longest=8000,
        ),
    ),
    reads=lambda about, given: (Said("", _answer_text(about, given)),),
    fact=lambda about, given, id_: answer(
        about.order.name, about.subject, _answer_text(about, given), about.reader.now, id_
    ),
)
CALL = ActKind(
    "call",
    mark("Note a call"),
    mark("Note it"),
    mark("The call is noted. The buyer is told that it arrived, and by when an answer comes."),
    fits=lambda about: not about.subject,
    fields=lambda about: (
        Field(
            "text",
            mark("What the buyer asked"),
            "area",
            mark(
                "As close to the buyer's own words as you can. The buyer reads it on their page just as it stands here."
            ),
            longest=8000,
        ),
        Field(
            "asked_at",
            mark("When the buyer called"),
            "moment",
            mark("The clock runs from then."),
            start=local_value(about.reader.now, about.reader.zone),
        ),
    ),
    reads=_read_call,
    fact=_call,
)
