"""Parcels and what carriers say of them, collection at the shop, and ways back."""

from dataclasses import dataclass, field
from datetime import datetime

from orders.domain.buyer import PostalAddress
from orders.domain.tracking import DeliveryMode, ExceptionReason, TrackingStatus
from orders.domain.values import Expectation, LineQuantity, Part, Sealed, quick


@quick
@dataclass(frozen=True, slots=True)
class PickupPoint(Part):
    """Where a parcel, or what is collected at the shop, waits for its buyer."""

    display_name: str
    address: PostalAddress | None = None
    opening_hours: str = ""
    keep_until: datetime | None = None
    code: Sealed | None = None


@quick
@dataclass(frozen=True, slots=True)
class Scan(Part):
    """One thing that a carrier reported of a parcel, with everything that the parcel's own state is folded from."""

    occurred_at: datetime
    status: TrackingStatus
    reason: ExceptionReason = ExceptionReason.UNSPECIFIED
    location: str = ""
    description: str = ""
    delivery_mode: DeliveryMode = DeliveryMode.UNSPECIFIED
    received_by: str = field(default="", repr=False)
    pickup_point: PickupPoint | None = None
    next_attempt_at: datetime | None = None
    carrier_code: str = ""
    # Number of the event that reported it.
    sequence: int = 0


@quick
@dataclass(frozen=True, slots=True)
class Parcel(Part):
    """A parcel with its contents. From ``status`` to ``next_attempt_at`` it is folded from the scans, whatever order
    they came in.
    """

    parcel_id: str
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    lines: tuple[LineQuantity, ...] = ()
    status: TrackingStatus = TrackingStatus.LABEL_CREATED
    reason: ExceptionReason = ExceptionReason.UNSPECIFIED
    expected: Expectation | None = None
    expected_slips: int = 0
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    delivery_mode: DeliveryMode = DeliveryMode.UNSPECIFIED
    received_by: str = field(default="", repr=False)
    pickup_point: PickupPoint | None = None
    next_attempt_at: datetime | None = None
    # In order of `occurred_at`, at most MAX_SCANS.
    scans: tuple[Scan, ...] = ()
    # When the merchant said that the carrier has it; none while only the label was made.
    handed_over_at: datetime | None = None


@quick
@dataclass(frozen=True, slots=True)
class Collection(Part):
    """Lines that can be collected at the shop."""

    line_ids: tuple[str, ...]
    pickup_point: PickupPoint
    ready_at: datetime
    collected_at: datetime | None = None


@quick
@dataclass(frozen=True, slots=True)
class Return(Part):
    """What the buyer sends back. ``received_at`` is set once all of it arrived."""

    lines: tuple[LineQuantity, ...]
    started_at: datetime
    tracking_url: str = ""
    received_at: datetime | None = None
    # What of it has arrived so far.
    received: tuple[LineQuantity, ...] = ()
