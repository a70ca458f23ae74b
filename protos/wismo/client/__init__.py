"""The typed client of Wismo.

    from wismo.client import WismoClient, drafts, events

    with WismoClient("orders.example:50051", api_key, tls=True) as wismo:
        ada = drafts.buyer("ada@shop.example", display_name="Ada Lovelace", locale="en")
        wismo.create_order(drafts.new_order("R-1", ada, [drafts.physical("book", "A printed book")]))
        wismo.record("R-1", events.parcel_shipped("P-1", carrier="dhl", tracking_number="00340434161094021501"))

`drafts` makes orders and merchants, `events` every fulfilment event; `carriers` maps what aggregators say of parcels.
`CareClient` asks the notifier who was told what, and what is owed to whom.
"""

from wismo.client import carriers, drafts, events
from wismo.client.asynchronous import AsyncWismoClient
from wismo.client.asynchronous_care import AsyncCareClient
from wismo.client.blocking import WismoClient
from wismo.client.blocking_care import CareClient
from wismo.client.care_vocabulary import (
    AttentionKind,
    DeliveryState,
    ObligationKind,
    ObligationState,
    ObligationStep,
)
from wismo.client.channel import VERSION, Tls
from wismo.client.errors import (
    AlreadyExists,
    Conflict,
    InvalidField,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotPossible,
    NotSupported,
    ServerFault,
    TooBusy,
    Unavailable,
    WismoError,
)
from wismo.client.events.envelope import Expected
from wismo.client.results import Change, Emission, KeyIdentity, NewApiKey, Outcome, Page, Recorded
from wismo.client.retry import NO_RETRY, RetryPolicy
from wismo.client.values import Money
from wismo.client.vocabulary import (
    ActingParty,
    ApiKeyScope,
    CarrierMilestone,
    ChargeObstacle,
    DeliveryMode,
    Effect,
    EventSource,
    ExceptionReason,
    ExpectationSource,
    LineKind,
    LineState,
    OrderState,
    PaymentState,
    Platform,
    QuestionChannel,
    QuestionState,
    TrackingStatus,
)

__all__ = [
    "NO_RETRY",
    "VERSION",
    "ActingParty",
    "AlreadyExists",
    "ApiKeyScope",
    "AsyncCareClient",
    "AsyncWismoClient",
    "AttentionKind",
    "CareClient",
    "CarrierMilestone",
    "Change",
    "ChargeObstacle",
    "Conflict",
    "DeliveryMode",
    "DeliveryState",
    "Effect",
    "Emission",
    "EventSource",
    "ExceptionReason",
    "ExpectationSource",
    "Expected",
    "InvalidField",
    "InvalidInput",
    "KeyIdentity",
    "LineKind",
    "LineState",
    "Money",
    "NewApiKey",
    "NotAllowed",
    "NotFound",
    "NotPossible",
    "NotSupported",
    "ObligationKind",
    "ObligationState",
    "ObligationStep",
    "OrderState",
    "Outcome",
    "Page",
    "PaymentState",
    "Platform",
    "QuestionChannel",
    "QuestionState",
    "Recorded",
    "RetryPolicy",
    "ServerFault",
    "Tls",
    "TooBusy",
    "TrackingStatus",
    "Unavailable",
    "WismoClient",
    "WismoError",
    "carriers",
    "drafts",
    "events",
]
