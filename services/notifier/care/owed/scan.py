"""A parcel is scanned by its carrier in time: after its label was made, and again while it is under way."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chassis.wall_clock import decent_after
from notifier.care.facts import Facts, Verdict, kept, owe, void
from notifier.care.moments import instant, named
from notifier.care.notices import ESCALATION
from notifier.care.obligations import Kind, Obligation, Step
from notifier.care.watch import AttentionKind
from notifier.care.words import About, Word, to_buyer, to_team
from notifier.planning.kinds import MessageKind
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import parcel_pb2
from wismo.orders.v1 import tracking_pb2 as tracking

ESCALATED = timedelta(hours=24)
_FIRST = "first-scan"
_AFTER = "after-"
# Nothing moves any more, or the next step is the buyer's.
_AT_REST = frozenset(
    {
        tracking.TRACKING_STATUS_AVAILABLE_FOR_PICKUP,
        tracking.TRACKING_STATUS_DELIVERED,
        tracking.TRACKING_STATUS_RETURNED,
        tracking.TRACKING_STATUS_CANCELLED,
        tracking.TRACKING_STATUS_EXPIRED,
    }
)
# The carrier was told of the parcel; it has not seen it.
_UNSEEN = frozenset({tracking.TRACKING_STATUS_LABEL_CREATED, tracking.TRACKING_STATUS_INFO_RECEIVED})


def owed(facts: Facts) -> Iterator[Obligation]:
    """For each parcel under way: the first scan, or the one after the newest."""
    for parcel in facts.order.parcels:
        if parcel.status in _AT_REST or parcel.HasField("delivered_at"):
            continue
        seen = _seen(parcel)
        if seen:
            since, within, name = seen[-1], facts.policies.scan_gap, f"{_AFTER}{named(seen[-1])}"
        else:
            since, within, name = _announced_at(parcel, facts), facts.policies.first_scan_within, _FIRST
        due = since + within
        made = max(since, _first_known(parcel, facts))
        known = max(due, made)
        # What is not missing yet in the evening may be there in the morning: the buyer is told after the night.
        steps = (
            (Step.REMIND, known),
            (Step.DUE, decent_after(known, facts.zone)),
            (Step.ESCALATE, known + ESCALATED),
        )
        yield owe(Kind.SCAN, f"parcel/{parcel.parcel_id}/{name}", since, due, *steps)


def verdict(obligation: Obligation, facts: Facts, wanted: Obligation | None) -> Verdict | None:
    """Kept by the next scan, by the time at which it was made, however late we heard of it."""
    _, parcel_id, _ = obligation.cause.split("/", 2)
    parcel = next((one for one in facts.order.parcels if one.parcel_id == parcel_id), None)
    if parcel is None:
        return void(facts.at, "the parcel is gone")
    later = [at for at in _seen(parcel) if at > obligation.made_at or obligation.cause.endswith(_FIRST)]
    if later:
        return kept(obligation, later[0], "scanned")
    return void(facts.at, "it moves no more") if wanted is None else None


def words(obligation: Obligation, step: Step, facts: Facts) -> Iterator[Word]:
    """The team is told that somebody must ask the carrier; the buyer since when there was no scan."""
    _, parcel_id, name = obligation.cause.split("/", 2)
    parcel = next((one for one in facts.order.parcels if one.parcel_id == parcel_id), None)
    lines = tuple(item.line_id for item in parcel.lines) if parcel is not None else ()
    about = About(lines, parcel_id)
    if step == Step.DUE:
        first = name == _FIRST
        cause = events.WATCH_CAUSE_NO_FIRST_SCAN if first else events.WATCH_CAUSE_NO_SCAN
        if facts.has_address:
            yield to_buyer(obligation, step, facts, MessageKind.NO_SCAN, about, cause)
    elif step == Step.REMIND:
        yield to_team(obligation, step, facts, AttentionKind.PARCEL, parcel_id, about)
    elif step == Step.ESCALATE:
        yield to_team(obligation, step, facts, AttentionKind.PARCEL, parcel_id, about, ESCALATION)


def _seen(parcel: parcel_pb2.Parcel) -> list[datetime]:
    """When the carrier saw it, oldest first."""
    return sorted({instant(one.occurred_at) for one in parcel.scans if one.status not in _UNSEEN})


def _announced_at(parcel: parcel_pb2.Parcel, facts: Facts) -> datetime:
    if parcel.HasField("handed_over_at"):
        return instant(parcel.handed_over_at)
    said = facts.entries(events.CHANGE_KIND_PARCEL_SHIPPED)
    return next((instant(one.occurred_at) for one in said if one.parcel_id == parcel.parcel_id), facts.at)


def _first_known(parcel: parcel_pb2.Parcel, facts: Facts) -> datetime:
    """When the newest that is known of the parcel became known: nobody is told before of what is missing."""
    known = (instant(one.recorded_at) for one in facts.order.timeline if one.parcel_id == parcel.parcel_id)
    return max(known, default=facts.at)
