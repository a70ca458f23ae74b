"""Which promised dates stand in a version of an order: the outsider's reading."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.simulation.oracle import moment
from wismo.orders.v1 import line_pb2, order_pb2
from wismo.orders.v1 import tracking_pb2 as tracking

_ARRIVED = frozenset(
    {
        line_pb2.LINE_STATE_AVAILABLE_FOR_PICKUP,
        line_pb2.LINE_STATE_DELIVERED,
        line_pb2.LINE_STATE_RETURNING,
        line_pb2.LINE_STATE_RETURNED,
        line_pb2.LINE_STATE_CANCELLED,
        line_pb2.LINE_STATE_READY,
        line_pb2.LINE_STATE_GRANTED,
        line_pb2.LINE_STATE_REVOKED,
    }
)
_BACK = frozenset(
    {tracking.TRACKING_STATUS_RETURNING, tracking.TRACKING_STATUS_RETURNED, tracking.TRACKING_STATUS_CANCELLED}
)


def standing_dates(order: order_pb2.Order) -> Iterator[datetime]:
    """Of parcels that have not arrived, and of lines of which no parcel has a date."""
    in_dated = {item.line_id for parcel in order.parcels if parcel.HasField("expected") for item in parcel.lines}
    for parcel in order.parcels:
        if parcel.HasField("expected") and not parcel.HasField("delivered_at") and parcel.status not in _BACK:
            yield due(order, moment(parcel.expected.latest))
    for line in order.lines:
        if line.HasField("expected") and line.state not in _ARRIVED and line.line_id not in in_dated:
            yield due(order, moment(line.expected.latest))


def due(order: order_pb2.Order, latest: datetime) -> datetime:
    """A moment is itself; midnight stands for the day, which ends by the buyer's clock."""
    zone = ZoneInfo(order.buyer.time_zone)
    day = None
    if (latest.hour, latest.minute, latest.second) == (0, 0, 0):
        day = latest.date()
    local = latest.astimezone(zone)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        day = local.date()
    if day is None:
        return latest
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(latest.tzinfo)
