"""Owning up: a new problem or delay, news of one, its end, and a plain word."""

from datetime import datetime

from chassis.localisation import mark
from chassis.outbox import Letter
from status_page.care_desk.acts.act import About, ActKind, Given, Said
from status_page.care_desk.acts.forms import Field, Reading, next_hour
from status_page.outbox.facts import recorded, stamp
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2, order_pb2, tracking_pb2

_TROUBLES = ("delay", "problem")
_HAPPENED = mark("What happened")
_WE_DO = mark("What we do")
_NEXT = mark("Next word")
_WHOLE = "whole"


def explain_fields(reader_next: str, *, concerns: tuple[tuple[str, str], ...] = ()) -> tuple[Field, ...]:
    """The fields of a new problem or delay; ``concerns`` are the lines to choose from, if there is a choice."""
    lines = (Field("concerns", mark("What it concerns"), "choice", choices=concerns, start=_WHOLE),) if concerns else ()
    return (
        Field(
            "trouble",
            mark("What it is"),
            "choice",
            choices=(("delay", mark("It takes longer")), ("problem", mark("Something went wrong"))),
            start="delay",
        ),
        *lines,
        Field(
            "what_happened",
            _HAPPENED,
            "area",
            mark("In the buyer's language. Facts first; own it: “we”, not “the system”."),
            longest=1000,
        ),
        Field(
            "what_we_do", _WE_DO, "area", mark("What you do about it, and what the buyer need not do."), longest=1000
        ),
        Field("next_update_at", mark("The next word comes by"), "moment", _PROMISE_HINT, start=reader_next),
        Field("expected_by", mark("Now expected by"), "day", mark("Only if you know it."), required=False),
    )


_PROMISE_HINT = mark("This is a promise: the buyer is told this time, and the desk reminds you before it.")


def read_trouble(reading: Reading, line_ids: tuple[str, ...]) -> events.FulfilmentEvent:
    """The event that a filled-in form is. What is wrong is collected in the reading."""
    trouble = reading.choice("trouble", _TROUBLES)
    happened = reading.text("what_happened", longest=1000)
    we_do = reading.text("what_we_do", longest=1000)
    promise = reading.promise("next_update_at")
    expected = reading.last_minute("expected_by") if trouble == "delay" else None
    event = events.FulfilmentEvent(source=events.EVENT_SOURCE_CARE)
    if trouble == "delay":
        event.delay_announced.CopyFrom(
            events.DelayAnnounced(line_ids=line_ids, what_happened=happened, what_we_do=we_do)
        )
        if expected is not None:
            source = tracking_pb2.EXPECTATION_SOURCE_MERCHANT
            event.delay_announced.expected.CopyFrom(line_pb2.Expectation(latest=stamp(expected), source=source))
    else:
        party = tracking_pb2.ACTING_PARTY_MERCHANT
        event.problem_reported.CopyFrom(
            events.ProblemReported(line_ids=line_ids, what_happened=happened, what_we_do=we_do, acting_party=party)
        )
    if promise is not None:
        _trouble_of(event).next_update_at.CopyFrom(stamp(promise))
    return event


def name_trouble(event: events.FulfilmentEvent, request_id: str) -> events.FulfilmentEvent:
    """The event with an identity for its problem, which follows from the request's."""
    _trouble_of(event).problem_id = f"desk-{request_id[:40]}"
    return event


def words_of_trouble(event: events.FulfilmentEvent) -> str:
    """What happened, as it was written."""
    return _trouble_of(event).what_happened


def said_of_trouble(event: events.FulfilmentEvent, about_buyer: About) -> tuple[Said, ...]:
    """What the buyer will read of it."""
    buyer, trouble = about_buyer.buyer, _trouble_of(event)
    title = mark("It takes longer than we said") if event.HasField("delay_announced") else mark("Something went wrong")
    titles = [line.title for line in about_buyer.order.lines if line.line_id in trouble.line_ids]
    return (
        Said(buyer.gettext(title), ", ".join(titles)),
        Said(buyer.gettext(_HAPPENED), trouble.what_happened),
        Said(buyer.gettext(_WE_DO), trouble.what_we_do),
        Said(buyer.gettext(_NEXT), buyer.moment(trouble.next_update_at)),
    )


def _trouble_of(event: events.FulfilmentEvent) -> "events.DelayAnnounced | events.ProblemReported":
    return event.delay_announced if event.HasField("delay_announced") else event.problem_reported


def open_problems(order: order_pb2.Order) -> tuple[order_pb2.Problem, ...]:
    """What is not resolved."""
    return tuple(problem for problem in order.problems if not problem.HasField("resolved_at"))


def _concerns(about: About) -> tuple[tuple[str, str], ...]:
    if len(about.order.lines) < 2 or len(about.order.lines) > 30:
        return ()
    whole = about.reader.gettext("The whole order")
    return ((_WHOLE, whole), *((line.line_id, line.title) for line in about.order.lines))


def _read_new(about: About, given: Given) -> events.FulfilmentEvent:
    reading = Reading(given, about.reader)
    concerns = _concerns(about)
    chosen = reading.choice("concerns", tuple(value for value, _ in concerns)) if concerns else _WHOLE
    event = read_trouble(reading, () if chosen == _WHOLE else (chosen,))
    reading.done()
    return event


def _read_news(about: About, given: Given) -> events.FulfilmentEvent:
    reading = Reading(given, about.reader)
    news = events.ProblemUpdated(
        problem_id=about.subject,
        what_happened=reading.text("what_happened", longest=1000),
        what_we_do=reading.text("what_we_do", required=False, longest=1000),
    )
    promise = reading.promise("next_update_at")
    reading.done()
    news.next_update_at.CopyFrom(stamp(_given(promise)))
    return events.FulfilmentEvent(source=events.EVENT_SOURCE_CARE, problem_updated=news)


def _said_of_news(about: About, given: Given) -> tuple[Said, ...]:
    news = _read_news(about, given).problem_updated
    buyer = about.buyer
    return (
        Said(buyer.gettext(_HAPPENED), news.what_happened),
        Said(buyer.gettext(_WE_DO), news.what_we_do),
        Said(buyer.gettext(_NEXT), buyer.moment(news.next_update_at)),
    )


def _read_end(about: About, given: Given) -> events.FulfilmentEvent:
    reading = Reading(given, about.reader)
    text = reading.text("resolution", longest=1000)
    reading.done()
    resolved = events.ProblemResolved(problem_id=about.subject, resolution=text)
    return events.FulfilmentEvent(source=events.EVENT_SOURCE_CARE, problem_resolved=resolved)


def _read_note(about: About, given: Given) -> events.FulfilmentEvent:
    reading = Reading(given, about.reader)
    note = events.NoteToBuyer(text=reading.text("text", longest=4000))
    promise = reading.promise("next_update_at", required=False)
    reading.done()
    if promise is not None:
        note.next_update_at.CopyFrom(stamp(promise))
    return events.FulfilmentEvent(source=events.EVENT_SOURCE_CARE, note_to_buyer=note)


def _said_of_note(about: About, given: Given) -> tuple[Said, ...]:
    note = _read_note(about, given).note_to_buyer
    promised = note.HasField("next_update_at")
    by = (Said(about.buyer.gettext(_NEXT), about.buyer.moment(note.next_update_at)),) if promised else ()
    return (Said("", note.text), *by)


def _is_open_problem(about: About) -> bool:
    return any(problem.problem_id == about.subject for problem in open_problems(about.order))


def _record(about: About, event: events.FulfilmentEvent, request_id: str) -> Letter:
    return recorded(about.order.name, event, about.reader.now, request_id)


def _given(at: datetime | None) -> datetime:
    assert at is not None  # A required field that is missing was raised before.
    return at


EXPLAIN = ActKind(
    "explain",
    mark("Explain a problem or delay"),
    mark("Tell the buyer"),
    mark("The explanation is on its way to the buyer."),
    fits=lambda about: not about.subject,
    fields=lambda about: explain_fields(next_hour(about.reader), concerns=_concerns(about)),
    reads=lambda about, given: said_of_trouble(_read_new(about, given), about),
    fact=lambda about, given, id_: _record(about, name_trouble(_read_new(about, given), id_), id_),
)
NEWS = ActKind(
    "news",
    mark("Tell what is new about the problem"),
    mark("Tell the buyer"),
    mark("The news is on its way to the buyer."),
    fits=_is_open_problem,
    fields=lambda about: (
        Field(
            "what_happened",
            mark("What is new"),
            "area",
            mark("No news is news too: say so, and what you did."),
            longest=1000,
        ),
        Field("what_we_do", _WE_DO, "area", mark("Empty: as before."), required=False, longest=1000),
        Field("next_update_at", mark("The next word comes by"), "moment", _PROMISE_HINT, start=next_hour(about.reader)),
    ),
    reads=_said_of_news,
    fact=lambda about, given, id_: _record(about, _read_news(about, given), id_),
)
SETTLE = ActKind(
    "settle",
    mark("Say that the problem is settled"),
    mark("Tell the buyer"),
    mark("The problem is settled, and the buyer is told how."),
    fits=_is_open_problem,
    fields=lambda _about: (Field("resolution", mark("How it was settled"), "area", longest=1000),),
    reads=lambda about, given: (
        Said(about.buyer.gettext("It is settled"), _read_end(about, given).problem_resolved.resolution),
    ),
    fact=lambda about, given, id_: _record(about, _read_end(about, given), id_),
)
NOTE = ActKind(
    "note",
    mark("Write to the buyer"),
    mark("Send"),
    mark("Your message is on its way to the buyer."),
    fits=lambda about: not about.subject,
    fields=lambda _about: (
        Field("text", mark("Your message"), "area", mark("In the buyer's language."), longest=4000),
        Field(
            "next_update_at", mark("The next word comes by"), "moment", mark("Only if you promise one."), required=False
        ),
    ),
    reads=_said_of_note,
    fact=lambda about, given, id_: _record(about, _read_note(about, given), id_),
)
