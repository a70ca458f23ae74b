"""What happens to an order's payment, to its parcels and to what is collected at the shop."""

from dataclasses import dataclass, field
from datetime import datetime

from orders.domain.parcel import PickupPoint
from orders.domain.tracking import DeliveryMode, ExceptionReason, TrackingStatus
from orders.domain.values import Expectation, LineQuantity
from orders.domain.vocabulary import PaymentState


@dataclass(frozen=True, slots=True)
class OrderCreated:
    """The order exists; what it holds is in the order itself."""


@dataclass(frozen=True, slots=True)
class PaymentChanged:
    """The payment moved."""

    payment_state: PaymentState
    reason: str = ""
    pay_url: str = ""


@dataclass(frozen=True, slots=True)
class LinesBackordered:
    """Lines are out of stock for now."""

    lines: tuple[LineQuantity, ...]
    expected: Expectation | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PackingStarted:
    """Packing or preparing began, and ends a back-order of these lines; no line is all that wait."""

    line_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParcelShipped:
    """A parcel was handed to a carrier, or its label was made; no line is every physical one that has not left yet."""

    parcel_id: str
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    lines: tuple[LineQuantity, ...] = ()
    expected: Expectation | None = None
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class ParcelCorrected:
    """What was said of a parcel was wrong; only what is set replaces what stands."""

    parcel_id: str
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class ParcelProgressed:
    """A carrier reported progress."""

    parcel_id: str
    status: TrackingStatus
    reason: ExceptionReason = ExceptionReason.UNSPECIFIED
    carrier_code: str = ""
    location: str = ""
    description: str = ""
    expected: Expectation | None = None
    delivery_mode: DeliveryMode = DeliveryMode.UNSPECIFIED
    received_by: str = field(default="", repr=False)
    pickup_point: PickupPoint | None = None
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReturnStarted:
    """The buyer sends something back."""

    lines: tuple[LineQuantity, ...]
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class ReturnReceived:
    """What was sent back arrived."""

    lines: tuple[LineQuantity, ...]


@dataclass(frozen=True, slots=True)
class ReadyForCollection:
    """Lines can be collected at the shop; no line is every one with ``pickup``."""

    pickup_point: PickupPoint
    line_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """Lines were collected at the shop; no line is every one that was ready."""

    line_ids: tuple[str, ...] = ()
