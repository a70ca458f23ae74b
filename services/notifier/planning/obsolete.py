"""What is no longer worth telling when its turn comes, because the order has moved on (I5). Pure.

Looked at just before a message leaves, against the newest order that is stored: what was told is then never older than
something told before.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from notifier.planning.kinds import MessageKind
from notifier.planning.milestones import MILESTONES, MOVING, is_same_news, wanted_milestones
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import merchant_pb2 as merchants
from wismo.orders.v1 import order_pb2
from wismo.orders.v1 import tracking_pb2 as tracking

Check = Callable[[events.FulfilmentEvent, int, order_pb2.Order], str | None]
Status: TypeAlias = tracking.TrackingStatus.ValueType

_END = frozenset({tracking.TRACKING_STATUS_DELIVERED, tracking.TRACKING_STATUS_RETURNED})
_TROUBLE = frozenset(
    {
        tracking.TRACKING_STATUS_ON_HOLD,
        tracking.TRACKING_STATUS_DELAYED,
        tracking.TRACKING_STATUS_EXCEPTION,
        tracking.TRACKING_STATUS_RETURNING,
        tracking.TRACKING_STATUS_CANCELLED,
    }
)
_AT_THE_DOOR = frozenset(
    {
        tracking.TRACKING_STATUS_OUT_FOR_DELIVERY,
        tracking.TRACKING_STATUS_AVAILABLE_FOR_PICKUP,
        tracking.TRACKING_STATUS_ATTEMPT_FAILED,
    }
)

# What a message says of a parcel is no longer so once one of these statuses was reported later, told or not.
NO_LONGER_TRUE_AFTER: Mapping[MessageKind, frozenset[Status]] = {
    MessageKind.SHIPPED: frozenset(),
    MessageKind.TRACKING_CORRECTED: _END,
    MessageKind.IN_TRANSIT: _END | _AT_THE_DOOR | _TROUBLE,
    MessageKind.OUT_FOR_DELIVERY: _END | _AT_THE_DOOR | _TROUBLE,
    MessageKind.PICKUP_POINT: _END | {tracking.TRACKING_STATUS_RETURNING},
    MessageKind.ATTEMPT_FAILED: _END | _AT_THE_DOOR | {tracking.TRACKING_STATUS_RETURNING},
    MessageKind.HELD_UP: _END | _AT_THE_DOOR | MOVING,
    MessageKind.DELIVERED: frozenset({tracking.TRACKING_STATUS_RETURNED}),
    MessageKind.PARCEL_RETURNED: frozenset(),
}

# A message about one line is obsolete once one of these changes came for that line later.
UNDONE_BY: Mapping[MessageKind, frozenset[events.ChangeKind.ValueType]] = {
    MessageKind.DOWNLOAD_READY: frozenset(
        {events.CHANGE_KIND_DOWNLOAD_REVOKED, events.CHANGE_KIND_DOWNLOAD_READY, events.CHANGE_KIND_DOWNLOAD_RENEWED}
    ),
    MessageKind.DOWNLOAD_RENEWED: frozenset(
        {events.CHANGE_KIND_DOWNLOAD_REVOKED, events.CHANGE_KIND_DOWNLOAD_READY, events.CHANGE_KIND_DOWNLOAD_RENEWED}
    ),
    MessageKind.DOWNLOAD_REVOKED: frozenset({events.CHANGE_KIND_DOWNLOAD_READY, events.CHANGE_KIND_DOWNLOAD_REVOKED}),
    MessageKind.ACCESS_GRANTED: frozenset({events.CHANGE_KIND_ACCESS_REVOKED, events.CHANGE_KIND_ACCESS_GRANTED}),
    MessageKind.ACCESS_REVOKED: frozenset({events.CHANGE_KIND_ACCESS_GRANTED, events.CHANGE_KIND_ACCESS_REVOKED}),
    MessageKind.TRIAL_STARTED: frozenset({events.CHANGE_KIND_TRIAL_CANCELLED, events.CHANGE_KIND_CHARGE_MADE}),
    MessageKind.CHARGE_COMING: frozenset(
        {events.CHANGE_KIND_TRIAL_CANCELLED, events.CHANGE_KIND_CHARGE_MADE, events.CHANGE_KIND_CHARGE_COMING}
    ),
}

# A message about the whole order is obsolete once the same was said anew.
SAID_ANEW: Mapping[MessageKind, events.ChangeKind.ValueType] = {
    MessageKind.LINK_REQUESTED: events.CHANGE_KIND_LINK_REQUESTED,
    MessageKind.CONTACT_UPDATED: events.CHANGE_KIND_CONTACT_UPDATED,
}


def why_obsolete(
    kind: MessageKind,
    change: events.FulfilmentEvent,
    sequence: int,
    newest: order_pb2.Order,
    policies: merchants.Policies,
) -> str | None:
    """Why this message must not be sent any more, or None. The words are fixed per rule: they are a metric's label."""
    if newest.HasField("erase_time"):
        return "the buyer's data was erased"
    if kind in NO_LONGER_TRUE_AFTER:
        return _overtaken(kind, change, sequence, newest, policies)
    if kind in UNDONE_BY:
        return _undone(kind, change, sequence, newest)
    if kind in SAID_ANEW:
        again = (entry.kind == SAID_ANEW[kind] and entry.sequence > sequence for entry in newest.timeline)
        return "asked or said anew since" if any(again) else None
    check = _CHECKS.get(kind)
    return check(change, sequence, newest) if check is not None else None


def _overtaken(
    kind: MessageKind,
    change: events.FulfilmentEvent,
    sequence: int,
    newest: order_pb2.Order,
    policies: merchants.Policies,
) -> str | None:
    parcel_id = getattr(getattr(change, change.WhichOneof("change") or ""), "parcel_id", "")
    wanted = wanted_milestones(policies)
    for entry in newest.timeline:
        later = entry.sequence > sequence and entry.effect == events.EFFECT_APPLIED
        if not later or entry.parcel_id != parcel_id or entry.kind != events.CHANGE_KIND_PARCEL_PROGRESSED:
            continue
        if entry.tracking_status in NO_LONGER_TRUE_AFTER[kind]:
            return "the parcel is further by now"
        # A later scan that has a message of its own: that one says where the parcel is, and may have left already.
        told = _milestone(entry.tracking_status) in wanted and not is_same_news(change, entry)
        if told and kind != MessageKind.TRACKING_CORRECTED:
            return "a later message says where the parcel is"
    return None


def _milestone(status: Status) -> merchants.CarrierMilestone.ValueType:
    row = MILESTONES[status]
    return row[0] if isinstance(row, tuple) else merchants.CARRIER_MILESTONE_UNSPECIFIED


def _undone(kind: MessageKind, change: events.FulfilmentEvent, sequence: int, newest: order_pb2.Order) -> str | None:
    line_id = getattr(getattr(change, change.WhichOneof("change") or ""), "line_id", "")
    for entry in newest.timeline:
        later = entry.sequence > sequence and entry.effect == events.EFFECT_APPLIED
        if later and line_id in entry.line_ids and entry.kind in UNDONE_BY[kind]:
            return "it was changed or taken back since"
    return None


def _problem(change: events.FulfilmentEvent, sequence: int, newest: order_pb2.Order) -> str | None:
    problem_id = getattr(getattr(change, change.WhichOneof("change") or ""), "problem_id", "")
    if any(one.problem_id == problem_id and one.HasField("resolved_at") for one in newest.problems):
        return "the problem is over by now"
    later = (entry for entry in newest.timeline if entry.sequence > sequence and entry.subject_id == problem_id)
    if any(entry.kind == events.CHANGE_KIND_PROBLEM_UPDATED for entry in later):
        return "a later message has newer news of the problem"
    return None


def _payment_trouble(change: events.FulfilmentEvent, _sequence: int, newest: order_pb2.Order) -> str | None:
    state = change.payment_changed.payment_state
    return None if newest.payment_state == state else "the payment has moved on"


def _backorder(change: events.FulfilmentEvent, _sequence: int, newest: order_pb2.Order) -> str | None:
    concerned = {item.line_id for item in change.lines_backordered.lines}
    waiting = any(line.line_id in concerned and line.backordered_quantity for line in newest.lines)
    waiting = waiting or any(
        line.line_id in concerned and line.state == lines.LINE_STATE_BACKORDERED for line in newest.lines
    )
    return None if waiting else "the lines are in stock again"


def _collection(_change: events.FulfilmentEvent, sequence: int, newest: order_pb2.Order) -> str | None:
    collected = any(
        entry.kind == events.CHANGE_KIND_COLLECTED and entry.sequence > sequence for entry in newest.timeline
    )
    return "it was collected" if collected else None


def _new_date(change: events.FulfilmentEvent, sequence: int, newest: order_pb2.Order) -> str | None:
    again = any(
        entry.kind == events.CHANGE_KIND_EXPECTATION_REVISED
        and entry.sequence > sequence
        and entry.parcel_id == change.expectation_revised.parcel_id
        and list(entry.line_ids) == list(change.expectation_revised.line_ids)
        for entry in newest.timeline
    )
    return "the date moved again since" if again else None


def _answered(change: events.FulfilmentEvent, _sequence: int, newest: order_pb2.Order) -> str | None:
    question_id = change.question_acknowledged.question_id
    answered = any(one.question_id == question_id and one.HasField("answered_at") for one in newest.questions)
    return "the question is answered by now" if answered else None


_CHECKS: Mapping[MessageKind, Check] = {
    MessageKind.PAYMENT_PROBLEM: _payment_trouble,
    MessageKind.PAYMENT_PENDING: _payment_trouble,
    MessageKind.PAYMENT_RECEIVED: _payment_trouble,
    MessageKind.BACKORDERED: _backorder,
    MessageKind.READY_FOR_COLLECTION: _collection,
    MessageKind.NEW_DATE: _new_date,
    MessageKind.DELAY: _problem,
    MessageKind.PROBLEM: _problem,
    MessageKind.PROBLEM_UPDATED: _problem,
    MessageKind.QUESTION_RECEIVED: _answered,
}
