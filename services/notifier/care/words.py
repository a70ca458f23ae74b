"""What a step says, and to whom: a notice for the buyer, or an alert for the merchant's team."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from notifier.care.facts import Facts
from notifier.care.moments import next_word_at
from notifier.care.notices import BUYER, CARE
from notifier.care.obligations import Obligation, Step
from notifier.care.watch import AttentionKind
from notifier.planning.kinds import MessageKind
from wismo.care.v1 import care_service_pb2, notice_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events

NAME_THE_NEXT_WORD = frozenset(
    {
        MessageKind.STILL_WITH_YOU,
        MessageKind.PROMISE_MISSED,
        MessageKind.DATE_AT_RISK,
        MessageKind.DATE_MISSED,
        MessageKind.NO_SCAN,
    }
)
"""Kinds that say when the next word comes, even if nothing has changed. What is not said is not promised."""


@dataclass(frozen=True, slots=True)
class Word:
    """One thing to say to one recipient."""

    recipient: str
    kind: MessageKind
    notice: notice_pb2.Notice


@dataclass(frozen=True, slots=True)
class About:
    """What a word concerns, by identity."""

    line_ids: tuple[str, ...] = ()
    parcel_id: str = ""
    question_id: str = ""
    missed_at: datetime | None = None
    ends_at: datetime | None = None


def to_buyer(
    obligation: Obligation,
    step: Step,
    facts: Facts,
    kind: MessageKind,
    about: About | None = None,
    cause: events.WatchCause.ValueType = events.WATCH_CAUSE_UNSPECIFIED,
) -> Word:
    """A word to the buyer. One that owes a next word names it: never later than the limit of silence."""
    notice = _notice(obligation, step, about or About())
    notice.watch_cause = cause
    notice.known_at.FromDatetime(facts.known_at)
    if facts.silence_limit and kind in NAME_THE_NEXT_WORD:
        notice.next_update_at.FromDatetime(next_word_at(facts.now, facts.silence_limit, facts.zone))
    return Word(BUYER, kind, notice)


def to_team(
    obligation: Obligation,
    step: Step,
    facts: Facts,
    matter: AttentionKind,
    subject_id: str = "",
    about: About | None = None,
    recipient: str = CARE,
) -> Word:
    """An alert to the merchant's people: what needs a human."""
    notice = _notice(obligation, step, about or About())
    notice.known_at.FromDatetime(facts.known_at)
    notice.attention.order = facts.order.name
    notice.attention.kind = care_service_pb2.AttentionKind.ValueType(int(matter))
    notice.attention.subject_id = subject_id
    notice.attention.since.FromDatetime(obligation.made_at)
    notice.attention.due_at.FromDatetime(obligation.due_at)
    notice.attention.escalated = step == Step.ESCALATE
    return Word(recipient, MessageKind.ALERT, notice)


def a_human_must_write(obligation: Obligation, step: Step, facts: Facts) -> Iterable[Word]:
    """The second word in a row without anything new: it is said, and a human is told that it is not enough."""
    if facts.empty_words:
        yield to_team(obligation, step, facts, AttentionKind.DARK)


def _notice(obligation: Obligation, step: Step, about: About) -> notice_pb2.Notice:
    notice = notice_pb2.Notice(
        cause=obligation.cause,
        line_ids=about.line_ids,
        parcel_id=about.parcel_id,
        question_id=about.question_id,
    )
    # Numbered as in the protos.
    notice.obligation = int(obligation.kind)  # type: ignore[assignment]  # The enum's value type is an int.
    notice.step = int(step)  # type: ignore[assignment]  # Likewise.
    if about.missed_at is not None:
        notice.missed_at.FromDatetime(about.missed_at)
    if about.ends_at is not None:
        notice.ends_at.FromDatetime(about.ends_at)
    return notice
