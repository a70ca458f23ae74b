"""What can happen to an order, one frozen value per change; `KINDS` and `CHANGES` tie each to its number in protos."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from orders.domain.changes.care import (
    CreditGiven,
    DelayAnnounced,
    ExpectationRevised,
    LinesCancelled,
    NoteToBuyer,
    ProblemReported,
    ProblemResolved,
    ProblemUpdated,
    QuestionAcknowledged,
    QuestionAnswered,
    QuestionAsked,
    QuestionDelayed,
    Refunded,
    StillWithYou,
)
from orders.domain.changes.contact import (
    BuyerErased,
    ContactUpdated,
    LinkRequested,
    MessageBounced,
    PreferencesUpdated,
    ResendRequested,
)
from orders.domain.changes.entitlement import (
    AccessGranted,
    AccessRevoked,
    AccessUsed,
    AllowanceUsed,
    ChargeComing,
    ChargeMade,
    ChargeNoticeAccepted,
    DownloadReady,
    DownloadRenewed,
    DownloadRevoked,
    DownloadTaken,
    TrialCancelled,
    TrialStarted,
)
from orders.domain.changes.shipping import (
    Collected,
    LinesBackordered,
    OrderCreated,
    PackingStarted,
    ParcelCorrected,
    ParcelProgressed,
    ParcelShipped,
    PaymentChanged,
    ReadyForCollection,
    ReturnReceived,
    ReturnStarted,
)
from orders.domain.vocabulary import ChangeKind, EventSource

Change = (
    OrderCreated
    | PaymentChanged
    | LinesBackordered
    | PackingStarted
    | ParcelShipped
    | ParcelCorrected
    | ParcelProgressed
    | ReturnStarted
    | ReturnReceived
    | ReadyForCollection
    | Collected
    | DownloadReady
    | DownloadRenewed
    | DownloadRevoked
    | DownloadTaken
    | AccessGranted
    | AccessRevoked
    | AccessUsed
    | TrialStarted
    | AllowanceUsed
    | ChargeComing
    | ChargeMade
    | TrialCancelled
    | ChargeNoticeAccepted
    | DelayAnnounced
    | ProblemReported
    | ProblemUpdated
    | ProblemResolved
    | ExpectationRevised
    | LinesCancelled
    | Refunded
    | CreditGiven
    | NoteToBuyer
    | StillWithYou
    | QuestionAsked
    | QuestionAcknowledged
    | QuestionAnswered
    | QuestionDelayed
    | LinkRequested
    | ContactUpdated
    | BuyerErased
    | MessageBounced
    | ResendRequested
    | PreferencesUpdated
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``occurred_at`` none is the time of the call; an UNSPECIFIED source is the merchant."""

    change: Change
    occurred_at: datetime | None = None
    source: EventSource = EventSource.UNSPECIFIED

    @property
    def kind(self) -> ChangeKind:
        """Which kind of change it is, by its number in the protos."""
        return KINDS[type(self.change)]


CHANGES: Mapping[ChangeKind, type[Change]] = MappingProxyType(
    {
        ChangeKind.ORDER_CREATED: OrderCreated,
        ChangeKind.PAYMENT_CHANGED: PaymentChanged,
        ChangeKind.LINES_BACKORDERED: LinesBackordered,
        ChangeKind.PACKING_STARTED: PackingStarted,
        ChangeKind.PARCEL_SHIPPED: ParcelShipped,
        ChangeKind.PARCEL_CORRECTED: ParcelCorrected,
        ChangeKind.PARCEL_PROGRESSED: ParcelProgressed,
        ChangeKind.RETURN_STARTED: ReturnStarted,
        ChangeKind.RETURN_RECEIVED: ReturnReceived,
        ChangeKind.READY_FOR_COLLECTION: ReadyForCollection,
        ChangeKind.COLLECTED: Collected,
        ChangeKind.DOWNLOAD_READY: DownloadReady,
        ChangeKind.DOWNLOAD_RENEWED: DownloadRenewed,
        ChangeKind.DOWNLOAD_REVOKED: DownloadRevoked,
        ChangeKind.DOWNLOAD_TAKEN: DownloadTaken,
        ChangeKind.ACCESS_GRANTED: AccessGranted,
        ChangeKind.ACCESS_REVOKED: AccessRevoked,
        ChangeKind.ACCESS_USED: AccessUsed,
        ChangeKind.TRIAL_STARTED: TrialStarted,
        ChangeKind.ALLOWANCE_USED: AllowanceUsed,
        ChangeKind.CHARGE_COMING: ChargeComing,
        ChangeKind.CHARGE_MADE: ChargeMade,
        ChangeKind.TRIAL_CANCELLED: TrialCancelled,
        ChangeKind.CHARGE_NOTICE_ACCEPTED: ChargeNoticeAccepted,
        ChangeKind.DELAY_ANNOUNCED: DelayAnnounced,
        ChangeKind.PROBLEM_REPORTED: ProblemReported,
        ChangeKind.PROBLEM_UPDATED: ProblemUpdated,
        ChangeKind.PROBLEM_RESOLVED: ProblemResolved,
        ChangeKind.EXPECTATION_REVISED: ExpectationRevised,
        ChangeKind.LINES_CANCELLED: LinesCancelled,
        ChangeKind.REFUNDED: Refunded,
        ChangeKind.CREDIT_GIVEN: CreditGiven,
        ChangeKind.NOTE_TO_BUYER: NoteToBuyer,
        ChangeKind.STILL_WITH_YOU: StillWithYou,
        ChangeKind.QUESTION_ASKED: QuestionAsked,
        ChangeKind.QUESTION_ACKNOWLEDGED: QuestionAcknowledged,
        ChangeKind.QUESTION_ANSWERED: QuestionAnswered,
        ChangeKind.QUESTION_DELAYED: QuestionDelayed,
        ChangeKind.LINK_REQUESTED: LinkRequested,
        ChangeKind.CONTACT_UPDATED: ContactUpdated,
        ChangeKind.BUYER_ERASED: BuyerErased,
        ChangeKind.MESSAGE_BOUNCED: MessageBounced,
        ChangeKind.RESEND_REQUESTED: ResendRequested,
        ChangeKind.PREFERENCES_UPDATED: PreferencesUpdated,
    }
)
KINDS: Mapping[type[Change], ChangeKind] = MappingProxyType({change: kind for kind, change in CHANGES.items()})
