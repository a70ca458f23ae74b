"""What a parcel is, folded from its announcement and its scans. Pure, and the same for any order in which the scans
came.
"""

from dataclasses import replace
from datetime import datetime

from orders.domain.moves import MOVING, TRACKING_MOVES, TRACKING_RANK
from orders.domain.parcel import Parcel, PickupPoint, Scan
from orders.domain.tracking import DeliveryMode, ExceptionReason, TrackingStatus
from orders.domain.values import Expectation

_LEFT = TRACKING_RANK[TrackingStatus.PICKED_UP]


def folded(
    parcel: Parcel, scans: tuple[Scan, ...], expected: Expectation | None, slips: int
) -> tuple[Parcel, Scan | None]:
    """The parcel with these scans, which are sorted by `scan_key`, and the scan that its status comes from, if one
    does.
    """
    status = TrackingStatus.PICKED_UP if parcel.handed_over_at else TrackingStatus.LABEL_CREATED
    shipped_at, delivered_at = parcel.handed_over_at, None
    telling: Scan | None = None
    for scan in scans:
        if scan.status in TRACKING_MOVES[status]:
            status, telling = scan.status, scan
            if shipped_at is None and TRACKING_RANK[status] >= _LEFT:
                shipped_at = scan.occurred_at
            if status is TrackingStatus.DELIVERED:
                delivered_at = scan.occurred_at
    mode, received_by = _handed_to(scans) if delivered_at else (DeliveryMode.UNSPECIFIED, "")
    waits = status is TrackingStatus.AVAILABLE_FOR_PICKUP
    again = telling.next_attempt_at if telling and status is TrackingStatus.ATTEMPT_FAILED else None
    after = Parcel(
        parcel.parcel_id,
        parcel.carrier,
        parcel.tracking_number,
        parcel.tracking_url,
        parcel.lines,
        status,
        telling.reason if telling else ExceptionReason.UNSPECIFIED,
        expected,
        slips,
        shipped_at,
        delivered_at,
        mode,
        received_by,
        _last_point(scans) if waits else None,
        again,
        scans,
        parcel.handed_over_at,
    )
    return after, telling


def scan_key(scan: Scan) -> tuple[datetime, int, TrackingStatus, ExceptionReason, str]:
    """By time; at the same moment by how far along the status is, then by what makes two scans different."""
    return scan.occurred_at, TRACKING_RANK[scan.status], scan.status, scan.reason, scan.location


def same_scan(known: Scan, new: Scan) -> bool:
    """Whether the new one says nothing that the known one does not.

    A carrier's own words are not compared, for carriers reword; nor is a sealed code, which never looks the same twice.
    """
    if scan_key(known) != scan_key(new):
        return False
    point = new.pickup_point
    return (
        new.delivery_mode in {DeliveryMode.UNSPECIFIED, known.delivery_mode}
        and new.received_by in {"", known.received_by}
        and new.next_attempt_at in {None, known.next_attempt_at}
        and (point is None or _open(new) == _open(known))
    )


def is_moving(parcel: Parcel) -> bool:
    """On its way to the buyer, as far as anybody can read what the carrier says."""
    return parcel.status in MOVING or parcel.status is TrackingStatus.UNKNOWN


def _handed_to(scans: tuple[Scan, ...]) -> tuple[DeliveryMode, str]:
    delivered = [scan for scan in scans if scan.status is TrackingStatus.DELIVERED]
    modes = [scan.delivery_mode for scan in delivered if scan.delivery_mode]
    names = [scan.received_by for scan in delivered if scan.received_by]
    return (modes[-1] if modes else DeliveryMode.UNSPECIFIED), (names[-1] if names else "")


def _last_point(scans: tuple[Scan, ...]) -> PickupPoint | None:
    for scan in reversed(scans):
        if scan.status is TrackingStatus.AVAILABLE_FOR_PICKUP and scan.pickup_point is not None:
            return scan.pickup_point
    return None


def _open(scan: Scan) -> PickupPoint | None:
    return replace(scan.pickup_point, code=None) if scan.pickup_point else None
