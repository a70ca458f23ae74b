"""What orders have in common: the carrier of a parcel under way, a product, the day on which they were placed.

Only open orders have facets, so that the index holds what can still be affected and nothing else.
"""

from datetime import UTC, date
from typing import Literal
from zoneinfo import ZoneInfo

from status_page.lookup.keys import folded
from wismo.orders.v1 import line_pb2, merchant_pb2, order_pb2, tracking_pb2

By = Literal["carrier", "sku", "title", "day"]

_OVER = frozenset({order_pb2.ORDER_STATE_COMPLETE, order_pb2.ORDER_STATE_RETURNED, order_pb2.ORDER_STATE_CANCELLED})
_ARRIVED = frozenset(
    {
        tracking_pb2.TRACKING_STATUS_DELIVERED,
        tracking_pb2.TRACKING_STATUS_RETURNED,
        tracking_pb2.TRACKING_STATUS_CANCELLED,
    }
)
_GONE = frozenset({line_pb2.LINE_STATE_CANCELLED, line_pb2.LINE_STATE_RETURNED})


def facet(merchant: str, by: By, value: str) -> str:
    """One facet of a merchant's orders as the index holds it. Capitals and spaces around do not matter."""
    return f"{merchant}|{by}|{folded(value)[:120]}"


def facets_of(order: order_pb2.Order, merchant: merchant_pb2.Merchant) -> tuple[str, ...]:
    """All facets of an order, sorted; none when it is over and nothing about it is open."""
    open_problem = any(not problem.HasField("resolved_at") for problem in order.problems)
    if order.HasField("erase_time") or (order.state in _OVER and not open_problem):
        return ()
    found: set[str] = set()
    for parcel in order.parcels:
        if parcel.carrier and parcel.status not in _ARRIVED:
            found.add(facet(merchant.name, "carrier", parcel.carrier))
    for line in order.lines:
        if line.state not in _GONE:
            found.add(facet(merchant.name, "title", line.title))
            if line.sku:
                found.add(facet(merchant.name, "sku", line.sku))
    if order.HasField("placed_at"):
        found.add(facet(merchant.name, "day", placed_day(order, merchant.time_zone).isoformat()))
    return tuple(sorted(found))


def placed_day(order: order_pb2.Order, zone: str) -> date:
    """The day in the merchant's own zone; by UTC where the zone is none."""
    at = order.placed_at.ToDatetime(UTC)
    try:
        return at.astimezone(ZoneInfo(zone or "UTC")).date()
    except (KeyError, ValueError, OSError):  # Unknown, malformed, or the name of a folder of zones.
        return at.date()
