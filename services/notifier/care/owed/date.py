"""What was promised for a date arrives by it; where it cannot any more, that is told before it is noticed (rule 2)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from chassis.wall_clock import end_of_day
from notifier.care.facts import REACHED, Facts, Verdict, kept, owe
from notifier.care.moments import before_night, instant, maybe, named
from notifier.care.notices import ESCALATION
from notifier.care.obligations import Kind, Obligation, State, Step
from notifier.care.watch import AttentionKind
from notifier.care.words import About, Word, to_buyer, to_team
from notifier.planning.kinds import MessageKind
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2, order_pb2, parcel_pb2
from wismo.orders.v1 import tracking_pb2 as tracking

TRANSIT = timedelta(hours=48)
"""What a parcel needs at least; one that has not been handed over by then cannot be in time any more."""
AT_RISK = timedelta(hours=24)
"""How long before the date the team is told of what is not ready, where no way has to be travelled."""
ESCALATED = timedelta(hours=24)
_UTC_MIDNIGHT = time(0, 0)
_GONE = frozenset(
    {
        tracking.TRACKING_STATUS_RETURNING,
        tracking.TRACKING_STATUS_RETURNED,
        tracking.TRACKING_STATUS_CANCELLED,
    }
)

_HANDED_OVER = frozenset({tracking.TRACKING_STATUS_DELIVERED, tracking.TRACKING_STATUS_AVAILABLE_FOR_PICKUP})
_ARRIVALS = frozenset(
    {
        events.CHANGE_KIND_PARCEL_PROGRESSED,
        events.CHANGE_KIND_READY_FOR_COLLECTION,
        events.CHANGE_KIND_COLLECTED,
        events.CHANGE_KIND_DOWNLOAD_READY,
        events.CHANGE_KIND_ACCESS_GRANTED,
        events.CHANGE_KIND_TRIAL_STARTED,
    }
)


def owed(facts: Facts) -> Iterator[Obligation]:
    """For each parcel with a date that is under way, and for each line with a date of its own that waits."""
    dated = set()
    for parcel in facts.order.parcels:
        if parcel.HasField("expected") and not parcel.HasField("delivered_at") and parcel.status not in _GONE:
            yield _date(f"parcel/{parcel.parcel_id}", parcel.expected, facts, travels=True)
        if parcel.HasField("expected"):
            dated |= {one.line_id for one in parcel.lines}
    for line in facts.order.lines:
        # Once a parcel has a date of its own, that one counts.
        if line.HasField("expected") and line.state not in REACHED and line.line_id not in dated:
            travels = line.kind == line_pb2.LINE_KIND_PHYSICAL and not line.pickup
            yield _date(f"line/{line.line_id}", line.expected, facts, travels=travels)


def verdict(obligation: Obligation, facts: Facts, wanted: Obligation | None) -> Verdict | None:
    """Kept by what arrives; a date that moves before it has passed is superseded by the new one."""
    if wanted is not None:
        return None
    subject = obligation.cause.partition("@")[0]
    reached = _reached_at(subject, facts)
    if reached is not None:
        return kept(obligation, reached, "arrived")
    moved = next((one for one in owed(facts) if _follows(one, subject, facts)), None)
    late = facts.at > obligation.due_at
    if moved is not None:
        return Verdict(State.BROKEN if late else State.SUPERSEDED, facts.at, moved.cause)
    return Verdict(State.BROKEN if late else State.VOID, facts.at, "it is not expected any more")


def words(obligation: Obligation, step: Step, facts: Facts) -> Iterator[Word]:
    """Before the date, if it cannot be kept; after it, if it was not."""
    subject = obligation.cause.partition("@")[0]
    about, parcel = _about(subject, facts)
    missed = About(about.line_ids, about.parcel_id, missed_at=obligation.due_at)
    subject_id = subject.partition("/")[2]
    if step == Step.REMIND:
        if facts.now >= obligation.due_at or _is_under_way(subject, parcel, facts):
            return
        if facts.has_address and _travels(subject, facts):
            yield to_buyer(obligation, step, facts, MessageKind.DATE_AT_RISK, missed, events.WATCH_CAUSE_DATE_MISSED)
        yield to_team(obligation, step, facts, AttentionKind.DATE, subject_id, missed)
    elif step == Step.APOLOGISE:
        if facts.has_address:
            yield to_buyer(obligation, step, facts, MessageKind.DATE_MISSED, missed, events.WATCH_CAUSE_DATE_MISSED)
        yield to_team(obligation, step, facts, AttentionKind.DATE, subject_id, missed)
    elif step == Step.ESCALATE:
        yield to_team(obligation, step, facts, AttentionKind.DATE, subject_id, missed, ESCALATION)


def promised(expected: line_pb2.Expectation, facts: Facts) -> datetime:
    """The promised instant: the end of the day, by the buyer's clock, where only a day was named."""
    latest = instant(expected.latest)
    for wall in (latest.astimezone(facts.zone), latest):
        if wall.time() == _UTC_MIDNIGHT:
            return end_of_day(wall.date(), facts.zone)
    return latest


def _date(subject: str, expected: line_pb2.Expectation, facts: Facts, *, travels: bool) -> Obligation:
    due, made = promised(expected, facts), _made_at(subject, expected, facts)
    # Where less time than that was promised at all, half of it.
    risk_at = max(due - (TRANSIT if travels else AT_RISK), made + (due - made) / 2)
    steps = [
        (Step.REMIND, before_night(risk_at, facts.zone, facts.order.name, made)),
        (Step.APOLOGISE, max(due, made)),
        (Step.ESCALATE, max(due, made) + ESCALATED),
    ]
    return owe(Kind.DATE, f"{subject}@{named(instant(expected.latest))}", made, due, *steps)


def _made_at(subject: str, expected: line_pb2.Expectation, facts: Facts) -> datetime:
    """When this date was first said."""
    kind, _, identity = subject.partition("/")
    for entry in sorted(facts.order.timeline, key=lambda one: one.sequence):
        said = entry.HasField("expected") and entry.expected.latest == expected.latest
        if said and _is_about(entry, kind, identity):
            return instant(entry.recorded_at)
    return instant(facts.order.create_time)


def _is_about(entry: order_pb2.TimelineEntry, kind: str, identity: str) -> bool:
    if kind == "parcel":
        return entry.parcel_id == identity
    return not entry.line_ids or identity in entry.line_ids


def _follows(one: Obligation, subject: str, facts: Facts) -> bool:
    """Whether this date took the place of that of the subject: a later one of its own, or that of its parcel."""
    now_of = one.cause.partition("@")[0]
    kind, _, identity = now_of.partition("/")
    if now_of == subject or kind == "line":
        return now_of == subject
    inside = next((parcel.lines for parcel in facts.order.parcels if parcel.parcel_id == identity), ())
    return subject in {f"line/{item.line_id}" for item in inside}


def _about(subject: str, facts: Facts) -> tuple[About, parcel_pb2.Parcel | None]:
    kind, _, identity = subject.partition("/")
    if kind == "line":
        return About((identity,)), None
    parcel = next((one for one in facts.order.parcels if one.parcel_id == identity), None)
    return About(tuple(item.line_id for item in parcel.lines) if parcel else (), identity), parcel


def _travels(subject: str, facts: Facts) -> bool:
    kind, _, identity = subject.partition("/")
    lines = (one for one in facts.order.lines if one.line_id == identity)
    return kind == "parcel" or any(one.kind == line_pb2.LINE_KIND_PHYSICAL and not one.pickup for one in lines)


def _is_under_way(subject: str, parcel: parcel_pb2.Parcel | None, facts: Facts) -> bool:
    """Whether the carrier has it: then nobody knows yet that it will be late."""
    if parcel is not None:
        return parcel.HasField("handed_over_at") or parcel.HasField("shipped_at")
    line = next((one for one in facts.order.lines if f"line/{one.line_id}" == subject), None)
    return line is not None and line.shipped_quantity >= max(line.quantity, 1)


def _arrives(entry: order_pb2.TimelineEntry) -> bool:
    progressed = entry.kind == events.CHANGE_KIND_PARCEL_PROGRESSED
    return not progressed or entry.tracking_status in _HANDED_OVER


def _reached_at(subject: str, facts: Facts) -> datetime | None:
    kind, _, identity = subject.partition("/")
    if kind == "parcel":
        parcel = next((one for one in facts.order.parcels if one.parcel_id == identity), None)
        return maybe(parcel, "delivered_at") if parcel is not None else None
    line = next((one for one in facts.order.lines if one.line_id == identity), None)
    if line is None or line.state not in REACHED or line.state == line_pb2.LINE_STATE_CANCELLED:
        return None
    happened = [
        instant(one.occurred_at)
        for one in facts.order.timeline
        if identity in one.line_ids and one.kind in _ARRIVALS and _arrives(one)
    ]
    return max(happened, default=facts.at)
