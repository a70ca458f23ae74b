"""A parcel as the page shows it."""

from dataclasses import dataclass

from markupsafe import Markup

from status_page.pages.moments import Moment, day, moment
from status_page.pages.secrets import SealedSecrets
from status_page.web.shops import web_address
from wismo.orders.v1 import order_pb2, parcel_pb2, tracking_pb2
from wording import Reader, amounts, carriers, expected

_TROUBLE = frozenset(
    {
        tracking_pb2.TRACKING_STATUS_ON_HOLD,
        tracking_pb2.TRACKING_STATUS_DELAYED,
        tracking_pb2.TRACKING_STATUS_ATTEMPT_FAILED,
        tracking_pb2.TRACKING_STATUS_EXCEPTION,
        tracking_pb2.TRACKING_STATUS_RETURNING,
    }
)
_OVER = frozenset(
    {
        tracking_pb2.TRACKING_STATUS_DELIVERED,
        tracking_pb2.TRACKING_STATUS_RETURNED,
        tracking_pb2.TRACKING_STATUS_CANCELLED,
        tracking_pb2.TRACKING_STATUS_EXPIRED,
    }
)


@dataclass(frozen=True, slots=True)
class Scan:
    """One thing that the carrier reported."""

    at: Moment
    status: str
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Pickup:
    """Where something waits for the buyer."""

    name: str
    address: tuple[str, ...]
    hours: str
    keep_until: Moment | None
    code: Markup | None
    """Empty when none is needed; None when it cannot be shown now."""


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel."""

    id: str
    number: int
    carrier: str
    tracking_number: str
    tracking_url: str
    contents: tuple[str, ...]
    status: str
    tone: str
    reason: str
    expected: str
    slips: int
    delivered: str
    delivered_at: Moment | None
    next_attempt: Moment | None
    pickup: Pickup | None
    scans: tuple[Scan, ...]


def parcel_view(
    parcel: parcel_pb2.Parcel, number: int, order: order_pb2.Order, reader: Reader, secrets: SealedSecrets
) -> ParcelView:
    """The view of one parcel; ``number`` counts from 1."""
    titles = {line.line_id: line.title for line in order.lines}
    over = parcel.status in _OVER
    delivered = parcel.status == tracking_pb2.TRACKING_STATUS_DELIVERED
    waits = parcel.status == tracking_pb2.TRACKING_STATUS_AVAILABLE_FOR_PICKUP
    return ParcelView(
        id=parcel.parcel_id,
        number=number,
        carrier=carriers.carrier_name(parcel.carrier),
        tracking_number=parcel.tracking_number,
        tracking_url=web_address(parcel.tracking_url),
        contents=tuple(
            amounts.times(one.quantity, titles[one.line_id], reader) for one in parcel.lines if one.line_id in titles
        ),
        status=carriers.tracking_status(parcel.status, reader),
        tone=_tone(parcel),
        reason=str(carriers.exception_reason(parcel.reason, reader)) if parcel.status in _TROUBLE else "",
        expected="" if over or waits else expected.expected_by(parcel.expected, reader),
        slips=0 if over else parcel.expected_slips,
        delivered=carriers.delivered_to(parcel.delivery_mode, parcel.received_by, reader) if delivered else "",
        delivered_at=moment(parcel.delivered_at, reader) if delivered and parcel.HasField("delivered_at") else None,
        next_attempt=day(parcel.next_attempt_at, reader)
        if parcel.status == tracking_pb2.TRACKING_STATUS_ATTEMPT_FAILED and parcel.HasField("next_attempt_at")
        else None,
        pickup=pickup_view(parcel.pickup_point, reader, secrets) if waits and parcel.HasField("pickup_point") else None,
        scans=tuple(_scan(scan, reader) for scan in reversed(parcel.scans)),
    )


def pickup_view(point: parcel_pb2.PickupPoint, reader: Reader, secrets: SealedSecrets) -> Pickup:
    """Where it waits, until when, and what opens it."""
    address = point.address
    town = " ".join(part for part in (address.postcode, address.city) if part)
    return Pickup(
        name=point.display_name,
        address=tuple(part for part in (*address.lines, town) if part),
        hours=point.opening_hours,
        keep_until=moment(point.keep_until, reader) if point.HasField("keep_until") else None,
        code=secrets.show(point.code)[0],
    )


def _tone(parcel: parcel_pb2.Parcel) -> str:
    if parcel.status == tracking_pb2.TRACKING_STATUS_DELIVERED:
        return "done"
    if parcel.status in _TROUBLE:
        return "care"
    return "wait" if parcel.status in {tracking_pb2.TRACKING_STATUS_LABEL_CREATED, *_OVER} else "go"


def _scan(scan: parcel_pb2.TrackingScan, reader: Reader) -> Scan:
    return Scan(
        at=moment(scan.occurred_at, reader),
        status=carriers.tracking_status(scan.status, reader),
        place=scan.location,
        words=scan.description,
    )
