"""Parcels: shipped, corrected, on their way, sent back."""

from datetime import datetime

from wismo.client.events.envelope import Expected, event, expectation
from wismo.client.values import Lines, moment, quantities, secret
from wismo.client.vocabulary import DeliveryMode, EventSource, ExceptionReason, TrackingStatus, number
from wismo.orders.v1.buyer_pb2 import PostalAddress
from wismo.orders.v1.fulfilment_event_pb2 import (
    FulfilmentEvent,
    ParcelCorrected,
    ParcelProgressed,
    ParcelShipped,
    ReturnReceived,
    ReturnStarted,
)
from wismo.orders.v1.parcel_pb2 import PickupPoint


def pickup_point(
    display_name: str,
    *,
    address: PostalAddress | None = None,
    opening_hours: str = "",
    keep_until: datetime | None = None,
    code: str | None = None,
) -> PickupPoint:
    """Where a parcel or a line waits. ``opening_hours`` in the point's own words; ``code`` opens the locker and is
    sealed.
    """
    return PickupPoint(
        display_name=display_name,
        address=address,
        opening_hours=opening_hours,
        keep_until=moment(keep_until, "keep_until"),
        code=secret(code),
    )


def parcel_shipped(
    parcel_id: str,
    *,
    carrier: str = "",
    tracking_number: str = "",
    tracking_url: str = "",
    lines: Lines | None = None,
    expected: Expected | datetime | None = None,
    handed_over: bool = True,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """A parcel left. ``parcel_id`` is yours, unique in the order.

    ``carrier``: its key (`dhl`, `ups`, `royal-mail`, …) or its name; ``tracking_url`` beats the carrier's own pattern.
    ``lines``: what is in it, physical lines only; none named: every physical line that has not left yet.
    ``handed_over=False``: only the label was made, the carrier has not seen it.
    """
    body = ParcelShipped(
        parcel_id=parcel_id,
        carrier=carrier,
        tracking_number=tracking_number,
        tracking_url=tracking_url,
        lines=quantities(lines),
        expected=expectation(expected),
        handed_over=handed_over,
    )
    return event("parcel_shipped", body, occurred_at, source)


def parcel_corrected(
    parcel_id: str,
    *,
    carrier: str = "",
    tracking_number: str = "",
    tracking_url: str = "",
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """What was said of a parcel was wrong; only what is given replaces what stands."""
    body = ParcelCorrected(
        parcel_id=parcel_id, carrier=carrier, tracking_number=tracking_number, tracking_url=tracking_url
    )
    return event("parcel_corrected", body, occurred_at, source)


def parcel_progressed(
    parcel_id: str,
    status: TrackingStatus | str,
    *,
    reason: ExceptionReason | str | None = None,
    carrier_code: str = "",
    location: str = "",
    description: str = "",
    expected: Expected | datetime | None = None,
    delivery_mode: DeliveryMode | str | None = None,
    received_by: str = "",
    pickup_point: PickupPoint | None = None,
    next_attempt_at: datetime | None = None,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = EventSource.CARRIER,
) -> FulfilmentEvent:
    """The carrier reported progress; order and repeats do not matter, so hand on what comes.

    ``reason``: why, for holds, delays, failed attempts, exceptions and returns. ``carrier_code``: the carrier's own
    word, kept as it came (`wismo.client.carriers` maps those of AfterShip, EasyPost, Karrio and Shopify).
    ``location``: `Leipzig, DE`. ``description``: the carrier's own words. With `delivered` only: ``delivery_mode``,
    ``received_by``; with `available_for_pickup` only: ``pickup_point``; with `attempt_failed` only:
    ``next_attempt_at``.
    """
    body = ParcelProgressed(
        parcel_id=parcel_id,
        carrier_code=carrier_code,
        location=location,
        description=description,
        expected=expectation(expected),
        received_by=received_by,
        pickup_point=pickup_point,
        next_attempt_at=moment(next_attempt_at, "next_attempt_at"),
    )
    body.status = number(TrackingStatus, status, "status")
    body.reason = number(ExceptionReason, reason, "reason")
    body.delivery_mode = number(DeliveryMode, delivery_mode, "delivery_mode")
    return event("parcel_progressed", body, occurred_at, source)


def return_started(
    lines: Lines,
    *,
    tracking_url: str = "",
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """The buyer sends ``lines`` back; ``tracking_url``: where to follow the way back."""
    body = ReturnStarted(lines=quantities(lines), tracking_url=tracking_url)
    return event("return_started", body, occurred_at, source)


def return_received(
    lines: Lines, *, occurred_at: datetime | None = None, source: EventSource | str | None = None
) -> FulfilmentEvent:
    """What was sent back arrived."""
    return event("return_received", ReturnReceived(lines=quantities(lines)), occurred_at, source)
