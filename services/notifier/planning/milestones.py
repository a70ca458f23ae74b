"""Carrier progress: which statuses are milestones, and which of them this merchant wants told."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeAlias

from notifier.planning.kinds import Decision, MessageKind, NotTold, Tell
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2 as merchants
from wismo.orders.v1 import order_pb2, parcel_pb2
from wismo.orders.v1 import tracking_pb2 as tracking

Status: TypeAlias = tracking.TrackingStatus.ValueType
Milestone: TypeAlias = merchants.CarrierMilestone.ValueType

# The default that merchant.proto states for an empty list.
DEFAULT_MILESTONES: frozenset[Milestone] = frozenset(
    {
        merchants.CARRIER_MILESTONE_OUT_FOR_DELIVERY,
        merchants.CARRIER_MILESTONE_AVAILABLE_FOR_PICKUP,
        merchants.CARRIER_MILESTONE_ATTEMPT_FAILED,
        merchants.CARRIER_MILESTONE_EXCEPTION,
        merchants.CARRIER_MILESTONE_DELIVERED,
    }
)

MILESTONES: Mapping[Status, tuple[Milestone, MessageKind] | NotTold] = {
    tracking.TRACKING_STATUS_UNSPECIFIED: NotTold("the status says nothing"),
    tracking.TRACKING_STATUS_LABEL_CREATED: NotTold("the carrier does not have the parcel yet"),
    tracking.TRACKING_STATUS_INFO_RECEIVED: NotTold("the carrier does not have the parcel yet"),
    tracking.TRACKING_STATUS_PICKED_UP: (merchants.CARRIER_MILESTONE_PICKED_UP, MessageKind.IN_TRANSIT),
    tracking.TRACKING_STATUS_IN_TRANSIT: (merchants.CARRIER_MILESTONE_IN_TRANSIT, MessageKind.IN_TRANSIT),
    tracking.TRACKING_STATUS_ON_HOLD: (merchants.CARRIER_MILESTONE_EXCEPTION, MessageKind.HELD_UP),
    tracking.TRACKING_STATUS_DELAYED: (merchants.CARRIER_MILESTONE_EXCEPTION, MessageKind.HELD_UP),
    tracking.TRACKING_STATUS_OUT_FOR_DELIVERY: (
        merchants.CARRIER_MILESTONE_OUT_FOR_DELIVERY,
        MessageKind.OUT_FOR_DELIVERY,
    ),
    tracking.TRACKING_STATUS_AVAILABLE_FOR_PICKUP: (
        merchants.CARRIER_MILESTONE_AVAILABLE_FOR_PICKUP,
        MessageKind.PICKUP_POINT,
    ),
    tracking.TRACKING_STATUS_ATTEMPT_FAILED: (merchants.CARRIER_MILESTONE_ATTEMPT_FAILED, MessageKind.ATTEMPT_FAILED),
    tracking.TRACKING_STATUS_DELIVERED: (merchants.CARRIER_MILESTONE_DELIVERED, MessageKind.DELIVERED),
    tracking.TRACKING_STATUS_EXCEPTION: (merchants.CARRIER_MILESTONE_EXCEPTION, MessageKind.HELD_UP),
    tracking.TRACKING_STATUS_RETURNING: (merchants.CARRIER_MILESTONE_EXCEPTION, MessageKind.HELD_UP),
    tracking.TRACKING_STATUS_RETURNED: (merchants.CARRIER_MILESTONE_EXCEPTION, MessageKind.PARCEL_RETURNED),
    tracking.TRACKING_STATUS_CANCELLED: (merchants.CARRIER_MILESTONE_EXCEPTION, MessageKind.HELD_UP),
    tracking.TRACKING_STATUS_EXPIRED: NotTold("that tracking ended changes nothing for the buyer"),
    tracking.TRACKING_STATUS_UNKNOWN: NotTold("nobody could read what the carrier said"),
}

NOT_MOVING = frozenset({tracking.TRACKING_STATUS_LABEL_CREATED, tracking.TRACKING_STATUS_INFO_RECEIVED})
MOVING = frozenset({tracking.TRACKING_STATUS_PICKED_UP, tracking.TRACKING_STATUS_IN_TRANSIT})
# "Out for delivery" on two days is news on both; twice within a shift it is the carrier repeating itself.
_SAME_SHIFT = timedelta(hours=12)


def wanted_milestones(policies: merchants.Policies) -> frozenset[Milestone]:
    """The milestones that this merchant wants told; an empty list means the default."""
    return frozenset(policies.carrier_milestones) or DEFAULT_MILESTONES


def progress(event: OrderEvent, policies: merchants.Policies) -> Decision:
    """Whether and how a carrier's scan is told."""
    change = event.change.parcel_progressed
    row = MILESTONES[change.status]
    if isinstance(row, NotTold):
        return row
    milestone, kind = row
    parcel = find_parcel(event, change.parcel_id)
    if parcel is not None and change.status in MOVING and _left_just_now(event, parcel):
        # Only the label was announced before; this is the moment in which it ships.
        return Tell(MessageKind.SHIPPED)
    if parcel is not None and _says_it_again(event, parcel):
        return NotTold("the carrier repeats what was told")
    if milestone not in wanted_milestones(policies):
        return NotTold("the merchant does not want this milestone told")
    return Tell(kind)


def find_parcel(event: OrderEvent, parcel_id: str) -> parcel_pb2.Parcel | None:
    """The parcel as it is after the event."""
    return next((parcel for parcel in event.order.parcels if parcel.parcel_id == parcel_id), None)


def _left_just_now(event: OrderEvent, parcel: parcel_pb2.Parcel) -> bool:
    if parcel.HasField("handed_over_at"):
        return False
    return not parcel.HasField("shipped_at") or parcel.shipped_at == event.change.occurred_at


def _says_it_again(event: OrderEvent, parcel: parcel_pb2.Parcel) -> bool:
    change, occurred_at = event.change, event.change.occurred_at.ToDatetime()
    earlier = [scan for scan in parcel.scans if scan.occurred_at.ToDatetime() < occurred_at]
    # merchant.proto: "in transit" is told for the first time only. Anything else is compared with what came just
    # before.
    looked_at = earlier if change.parcel_progressed.status in MOVING else earlier[-1:]
    return any(is_same_news(change, _as_entry(scan)) for scan in looked_at)


def is_same_news(change: events.FulfilmentEvent, entry: order_pb2.TimelineEntry) -> bool:
    """Whether a scan and an entry of the timeline say the same, so that only the earlier of them is told."""
    progressed = change.parcel_progressed
    if not change.HasField("parcel_progressed") or progressed.status != entry.tracking_status:
        return False
    if progressed.status in MOVING:
        return True
    apart = abs(entry.occurred_at.ToDatetime() - change.occurred_at.ToDatetime())
    return progressed.reason == entry.reason and apart < _SAME_SHIFT


def _as_entry(scan: parcel_pb2.TrackingScan) -> order_pb2.TimelineEntry:
    return order_pb2.TimelineEntry(tracking_status=scan.status, reason=scan.reason, occurred_at=scan.occurred_at)
