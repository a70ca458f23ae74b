"""One order's whole story, ready to be shown: what happened, what was told, what is owed, who saw it, who did what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.localisation import Language
from status_page.care_desk.acts.done import DoneAct, Standing
from status_page.care_desk.care_words import CHANNELS, DELIVERY, OBLIGATION_STATES, OBLIGATIONS, RECIPIENTS, STEPS
from status_page.care_desk.event_words import event_sentence
from status_page.care_desk.message_words import message_name
from status_page.care_desk.rendering import ago, when
from status_page.care_desk.visits import PageVisit
from status_page.pages.moments import Moment, moment_of
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import message_pb2, obligation_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2, question_pb2
from wording import Reader, line_state

_WAITING_ACTS = {Standing.WAITING: "wait", Standing.TAKEN: "done", Standing.REFUSED: "care"}


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of the story. ``what`` is event, message, act or visit."""

    at: Moment
    sort: datetime
    what: str
    sentence: str
    note: str = ""
    chip: str = ""
    tone: str = ""
    message_id: str = ""
    resend: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """One promise."""

    what: str
    state: str
    tone: str
    due: Moment
    due_in: str
    open: bool
    late: bool
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line."""

    id: str
    title: str
    quantity: int
    sku: str
    state: str
    may_reissue: bool


@dataclass(frozen=True, slots=True)
class Post:
    """One thing said in a question."""

    at: Moment
    from_buyer: bool
    channel: str
    text: str
    evidence_id: str
    """Of the mail that it came by; empty when there is none."""


@dataclass(frozen=True, slots=True)
class Thread:
    """One question with everything that was said about it."""

    id: str
    open: bool
    reply_by: Moment | None
    reply_in: str
    late: bool
    missed: tuple[Moment, ...]
    posts: tuple[Post, ...]


def happened(
    order: order_pb2.Order,
    told: care.GetCareStoryResponse,
    visits: Sequence[PageVisit],
    acts: Sequence[DoneAct],
    reader: Reader,
    words: Mapping[str, str],
) -> tuple[Happened, ...]:
    """Everything in one row, the newest first. ``words`` are the titles of acts by their keys."""
    entries = [_event(entry, order, reader) for entry in order.timeline]
    entries += [_message(message, reader) for message in told.messages]
    entries += [_act(act, reader, words) for act in acts]
    entries += [_visit(one, reader) for one in visits]
    return tuple(sorted(entries, key=lambda entry: entry.sort, reverse=True))


def owed(told: care.GetCareStoryResponse, reader: Reader) -> tuple[Owed, ...]:
    """The promises: open ones by their due time, then the newest that ended."""
    return tuple(_owed(one, reader) for one in told.obligations[:60])


def line_rows(order: order_pb2.Order, reader: Reader) -> tuple[LineRow, ...]:
    """The lines with their states."""
    renewable = {one.line_id for one in order.downloads if not one.HasField("revoked_at")}
    return tuple(
        LineRow(
            line.line_id,
            line.title,
            max(1, line.quantity),
            line.sku,
            line_state(line, reader),
            line.line_id in renewable,
        )
        for line in order.lines
    )


def threads(order: order_pb2.Order, reader: Reader) -> tuple[Thread, ...]:
    """The questions: open ones first, by their reply-by time."""
    found = [_thread(one, reader) for one in order.questions]
    return tuple(sorted(found, key=lambda thread: (not thread.open,)))


def _thread(question: question_pb2.Question, reader: Reader) -> Thread:
    answered = question.HasField("answered_at")
    has_time = question.HasField("reply_by")
    by = question.reply_by.ToDatetime(UTC)
    return Thread(
        id=question.question_id,
        open=not answered,
        reply_by=when(question.reply_by, reader) if has_time else None,
        reply_in=ago(by, reader) if has_time else "",
        late=has_time and not answered and by <= reader.now,
        missed=tuple(when(one, reader) for one in question.missed_reply_by),
        posts=tuple(
            Post(
                when(post.occurred_at, reader),
                post.from_buyer,
                _channel(post.channel, reader.language),
                post.text,
                post.evidence_id,
            )
            for post in question.posts
        ),
    )


def _channel(channel: int, language: Language) -> str:
    names = {1: language.gettext("on the page"), 2: language.gettext("by e-mail"), 3: language.gettext("by telephone")}
    return names.get(channel, "")


def _event(entry: order_pb2.TimelineEntry, order: order_pb2.Order, reader: Reader) -> Happened:
    chip = reader.gettext("arrived late: moved nothing") if entry.effect == events.EFFECT_NOTED else ""
    sentence = event_sentence(entry, order, reader)
    at = when(entry.occurred_at, reader)
    return Happened(at, entry.occurred_at.ToDatetime(UTC), "event", sentence, entry.note, chip, "off" if chip else "")


def _message(message: message_pb2.Message, reader: Reader) -> Happened:
    at = message.settled_at if message.HasField("settled_at") else message.planned_at
    state, tone = DELIVERY.get(message.state, DELIVERY[message_pb2.DELIVERY_STATE_UNKNOWN])
    what = reader.gettext(
        "%(kind)s, %(channel)s %(recipient)s",
        kind=message_name(message.kind, reader.language),
        channel=reader.gettext(CHANNELS[message.channel]) if message.channel in CHANNELS else message.channel,
        recipient=reader.gettext(RECIPIENTS[message.recipient]) if message.recipient in RECIPIENTS else "",
    )
    resend = message.recipient == "buyer" and message.state not in {
        message_pb2.DELIVERY_STATE_WAITING,
        message_pb2.DELIVERY_STATE_SKIPPED,
    }
    return Happened(
        when(at, reader),
        at.ToDatetime(UTC),
        "message",
        what,
        message.reason,
        reader.gettext(state),
        tone,
        message.message_id,
        resend,
    )


def _act(act: DoneAct, reader: Reader, words: Mapping[str, str]) -> Happened:
    chips = {
        Standing.WAITING: reader.gettext("on its way"),
        Standing.TAKEN: "",
        Standing.REFUSED: reader.gettext("refused: %(reason)s", reason=act.reason),
    }
    sentence = f"{act.who}: {words.get(act.kind, act.kind)}"
    tone = _WAITING_ACTS[act.standing]
    return Happened(moment_of(act.at, reader), act.at, "act", sentence, act.text, chips[act.standing], tone)


def _visit(seen: PageVisit, reader: Reader) -> Happened:
    sentence = reader.gettext("The link was opened")
    names = {"ios": "iPhone, iPad", "macos": "macOS"}
    return Happened(
        moment_of(seen.at, reader), seen.at, "visit", sentence, names.get(seen.platform, seen.platform.capitalize())
    )


def _owed(one: obligation_pb2.Obligation, reader: Reader) -> Owed:
    state, tone = OBLIGATION_STATES.get(one.state, OBLIGATION_STATES[obligation_pb2.OBLIGATION_STATE_OPEN])
    due = one.due_at.ToDatetime(UTC)
    is_open = one.state == obligation_pb2.OBLIGATION_STATE_OPEN
    late = is_open and due <= reader.now
    steps = tuple(
        f"{reader.gettext(STEPS[step.step])} {reader.moment(step.done_at)}" for step in one.steps if step.step in STEPS
    )
    kind = OBLIGATIONS.get(one.kind, OBLIGATIONS[obligation_pb2.OBLIGATION_KIND_NEXT_WORD])
    return Owed(
        reader.gettext(kind),
        reader.gettext(state),
        "care" if late else tone,
        when(one.due_at, reader),
        ago(due, reader),
        is_open,
        late,
        steps,
    )
