"""The next word comes by the time at which it was promised: by a problem or delay, a note, or the watchdog itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from chassis.worktime import Calendar
from notifier.care.facts import Facts, Verdict, earliest, kept, owe, void
from notifier.care.moments import before_night, instant, maybe, named, shortly_before
from notifier.care.notices import ESCALATION
from notifier.care.obligations import Kind, Obligation, State, Step
from notifier.care.watch import AttentionKind, Told
from notifier.care.words import About, Word, a_human_must_write, to_buyer, to_team
from notifier.planning.kinds import MessageKind
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2

AHEAD = timedelta(minutes=30)
"""How long before the promised time the watchdog speaks where nobody else has."""
REMINDED = timedelta(hours=2)
"""How much working time before it the team is reminded."""
ESCALATED = timedelta(hours=4)
"""How long after it whoever stands above is told, if nobody has spoken by then."""
_PROBLEM_KINDS = (
    events.CHANGE_KIND_DELAY_ANNOUNCED,
    events.CHANGE_KIND_PROBLEM_REPORTED,
    events.CHANGE_KIND_PROBLEM_UPDATED,
)


def owed(facts: Facts) -> Iterator[Obligation]:
    """The newest promise of each open problem, of the notes, and of the watchdog's words."""
    if not facts.has_address:
        return
    for problem in facts.order.problems:
        due = maybe(problem, "next_update_at")
        if due is None or problem.HasField("resolved_at"):
            continue
        said = [one for one in facts.entries(*_PROBLEM_KINDS) if one.subject_id == problem.problem_id]
        if said:
            yield _promise(f"problem/{problem.problem_id}@{said[-1].sequence}", said[-1], due, facts)
    due = maybe(facts.order, "note_promise_at")
    notes = facts.entries(events.CHANGE_KIND_NOTE_TO_BUYER)
    if due is not None and notes:
        yield _promise(f"note@{notes[-1].sequence}", notes[-1], due, facts)
    promising = [one for one in facts.accepted if is_watch_promise(one)]
    for told in promising:
        if told.promised_at is None or (told.counted and told is not promising[-1]):
            continue
        due, made = told.promised_at, told.accepted_at
        speak_at = before_night(shortly_before(due, AHEAD, made), facts.zone, facts.order.name, made)
        yield owe(
            Kind.NEXT_WORD,
            _cause(told),
            made,
            due,
            (Step.DUE, speak_at),
            (Step.APOLOGISE, due),
            (Step.ESCALATE, due + ESCALATED),
        )


def is_watch_promise(told: Told) -> bool:
    """Whether it is a word of the watchdog's that named the next one."""
    return bool(told.about) and told.promised_at is not None and told.kind != MessageKind.ANSWER_LATE


def verdict(obligation: Obligation, facts: Facts, _wanted: Obligation | None) -> Verdict | None:
    """Kept by any later word worth hearing; void when nothing is owed any more, or nobody can be told."""
    made_by = _sequence(obligation.cause)
    later = (
        one
        for one in facts.spoken
        if one.accepted_at > obligation.made_at and (not one.sequences or max(one.sequences) > made_by)
    )
    first = next(later, None)
    word = kept(obligation, first.accepted_at, first.message_id) if first else None
    promise = (one for one in facts.accepted if is_watch_promise(one) and _cause(one) == obligation.cause)
    back = next((one.bounced_at for one in promise if one not in facts.told), None)
    # What came back promised nothing.
    unheard = void(back, "it came back") if back is not None else None
    over = None
    if not facts.has_address:
        over = void(max(facts.at, obligation.made_at), "the buyer has no address")
    elif not facts.is_open:
        at = max(facts.at, obligation.made_at)
        missed = at > obligation.due_at
        over = Verdict(State.BROKEN if missed else State.VOID, at, "nothing is owed any more")
    return earliest(word, unheard, over)


def words(obligation: Obligation, step: Step, facts: Facts) -> Iterator[Word]:
    """The team is reminded; the buyer is told before it breaks, and after it broke with the time that was missed."""
    about, problem_id = _about(obligation, facts)
    late = facts.now >= obligation.due_at
    matter = AttentionKind.DARK if obligation.cause.startswith("watch@") else AttentionKind.PROBLEM
    if step == Step.REMIND and not late:
        yield to_team(obligation, step, facts, matter, problem_id, about)
    elif step == Step.DUE and not late:
        yield to_buyer(obligation, step, facts, MessageKind.STILL_WITH_YOU, about, events.WATCH_CAUSE_SILENCE)
        yield from a_human_must_write(obligation, step, facts)
    elif step == Step.APOLOGISE:
        missed = About(about.line_ids, about.parcel_id, missed_at=obligation.due_at)
        cause = events.WATCH_CAUSE_NEXT_WORD_MISSED
        yield to_buyer(obligation, step, facts, MessageKind.PROMISE_MISSED, missed, cause)
        yield to_team(obligation, step, facts, matter, problem_id, missed)
    elif step == Step.ESCALATE:
        yield to_team(obligation, step, facts, matter, problem_id, about, ESCALATION)


def _cause(told: Told) -> str:
    assert told.promised_at is not None
    return f"watch@{named(told.promised_at)}"


def _promise(cause: str, entry: order_pb2.TimelineEntry, due: datetime, facts: Facts) -> Obligation:
    made = instant(entry.recorded_at)
    speak_at = max(made, before_night(shortly_before(due, AHEAD, made), facts.zone, facts.order.name, made))
    remind_at = _worked_before(due, REMINDED, facts.policies.calendar)
    steps = [(Step.DUE, speak_at), (Step.APOLOGISE, due), (Step.ESCALATE, due + ESCALATED)]
    if remind_at > made:
        steps.append((Step.REMIND, remind_at))
    return owe(Kind.NEXT_WORD, cause, made, due, *steps)


@lru_cache(maxsize=4096)
def _worked_before(due: datetime, work: timedelta, calendar: Calendar) -> datetime:
    """The latest full hour from which on at least so much is worked until ``due``; a week before at the earliest."""
    for hours in range(int(work.total_seconds() // 3600), 7 * 24 + 1):
        at = due - timedelta(hours=hours)
        if calendar.between(at, due) >= work:
            return at
    return due - work


def _sequence(cause: str) -> int:
    _, _, number = cause.rpartition("@")
    return int(number) if number.isdigit() else 0


def _about(obligation: Obligation, facts: Facts) -> tuple[About, str]:
    subject = obligation.cause.partition("@")[0].partition("/")[2]
    for problem in facts.order.problems:
        if obligation.cause.startswith("problem/") and problem.problem_id == subject:
            return About(tuple(problem.line_ids), problem.parcel_id), subject
    return About(), ""
