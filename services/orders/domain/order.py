"""The order as a whole. Everything that it is made of can be imported from here."""

from dataclasses import dataclass, field
from datetime import datetime

from orders.domain.buyer import Buyer, PostalAddress
from orders.domain.care import Credit, Problem, Question, QuestionPost, Refund
from orders.domain.entitlement import Access, ChargeNotice, Download, DownloadFile, Trial
from orders.domain.line import DraftLine, Line
from orders.domain.parcel import Collection, Parcel, PickupPoint, Return, Scan
from orders.domain.tracking import ActingParty, DeliveryMode, ExceptionReason, ExpectationSource, TrackingStatus
from orders.domain.values import Expectation, LineQuantity, Money, Part, Sealed, quick
from orders.domain.vocabulary import (
    ChangeKind,
    Effect,
    EventSource,
    LineKind,
    LineState,
    OrderState,
    PaymentState,
    Platform,
    QuestionChannel,
    QuestionState,
    WatchCause,
)


@quick
@dataclass(frozen=True, slots=True)
class TimelineEntry(Part):
    """One event as the timeline shows it. Never holds a secret, and nothing that the buyer wrote."""

    sequence: int
    occurred_at: datetime
    recorded_at: datetime
    kind: ChangeKind
    effect: Effect = Effect.APPLIED
    line_ids: tuple[str, ...] = ()
    parcel_id: str = ""
    tracking_status: TrackingStatus = TrackingStatus.UNSPECIFIED
    reason: ExceptionReason = ExceptionReason.UNSPECIFIED
    note: str = ""
    # The expected time that it named, if it named one.
    expected: Expectation | None = None
    # Which problem, refund, credit, question or file it concerns, if one.
    subject_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as a backend sends it. No ``placed_at`` is the time of the call; UNSPECIFIED payment is read as paid."""

    name: str
    reference: str
    buyer: Buyer
    lines: tuple[DraftLine, ...]
    placed_at: datetime | None = None
    total: Money | None = None
    payment_state: PaymentState = PaymentState.UNSPECIFIED


@quick
@dataclass(frozen=True, slots=True)
class Order(Part):
    """An order as it is after the event with its ``sequence``. Times are aware UTC, to the microsecond."""

    name: str
    reference: str
    buyer: Buyer = field(repr=False)
    lines: tuple[Line, ...]
    placed_at: datetime
    create_time: datetime
    update_time: datetime
    total: Money | None = None
    payment_state: PaymentState = PaymentState.PAID
    state: OrderState = OrderState.CONFIRMED
    sequence: int = 1
    parcels: tuple[Parcel, ...] = ()
    downloads: tuple[Download, ...] = ()
    accesses: tuple[Access, ...] = ()
    trials: tuple[Trial, ...] = ()
    problems: tuple[Problem, ...] = ()
    refunds: tuple[Refund, ...] = ()
    credits: tuple[Credit, ...] = ()
    questions: tuple[Question, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    next_update_at: datetime | None = None
    link_version: int = 1
    erase_time: datetime | None = None
    collections: tuple[Collection, ...] = ()
    returns: tuple[Return, ...] = ()
    # Where the buyer can pay again, after a payment that failed.
    pay_url: str = ""
    # When the newest note to the buyer promised the next word, if it did.
    note_promise_at: datetime | None = None
    # When the watchdog promised the next word, while that promise is open.
    watch_promise_at: datetime | None = None
    # The buyer wants no optional messages.
    no_optional_messages: bool = False

    @property
    def etag(self) -> str:
        """For compare-and-set: changes with every event (AIP-154: quoted)."""
        return f'"{self.sequence}"'


__all__ = [
    "Access",
    "ActingParty",
    "Buyer",
    "ChangeKind",
    "ChargeNotice",
    "Collection",
    "Credit",
    "DeliveryMode",
    "Download",
    "DownloadFile",
    "Draft",
    "DraftLine",
    "Effect",
    "EventSource",
    "ExceptionReason",
    "Expectation",
    "ExpectationSource",
    "Line",
    "LineKind",
    "LineQuantity",
    "LineState",
    "Money",
    "Order",
    "OrderState",
    "Parcel",
    "PaymentState",
    "PickupPoint",
    "Platform",
    "PostalAddress",
    "Problem",
    "Question",
    "QuestionChannel",
    "QuestionPost",
    "QuestionState",
    "Refund",
    "Return",
    "Scan",
    "Sealed",
    "TimelineEntry",
    "TrackingStatus",
    "Trial",
    "WatchCause",
]
