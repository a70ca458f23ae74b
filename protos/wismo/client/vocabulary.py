"""The words of the contract as Python enums: every member is also the plain string, so either may be passed.

A test holds each of them against its proto enum, member by member.
"""

import difflib
from enum import StrEnum
from typing import Any, TypeVar

from google.protobuf.descriptor import EnumDescriptor

from wismo.client.care_vocabulary import CARE_ENUMS
from wismo.client.errors import InvalidInput
from wismo.orders.v1 import (
    entitlement_pb2,
    fulfilment_event_pb2,
    line_pb2,
    merchant_pb2,
    order_pb2,
    payment_pb2,
    question_pb2,
    questions_service_pb2,
    tracking_pb2,
)


class TrackingStatus(StrEnum):
    """Where a parcel is."""

    LABEL_CREATED = "label_created"
    INFO_RECEIVED = "info_received"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    ON_HOLD = "on_hold"
    DELAYED = "delayed"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    ATTEMPT_FAILED = "attempt_failed"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class ExceptionReason(StrEnum):
    """What went wrong on the way."""

    DAMAGED = "damaged"
    LOST = "lost"
    ADDRESS_NOT_FOUND = "address_not_found"
    REFUSED = "refused"
    NOT_HOME = "not_home"
    BUSINESS_CLOSED = "business_closed"
    ACCESS_RESTRICTED = "access_restricted"
    VERIFICATION_FAILED = "verification_failed"
    DUTIES_UNPAID = "duties_unpaid"
    DOCUMENTS_MISSING = "documents_missing"
    PROHIBITED = "prohibited"
    INSPECTION = "inspection"
    SORTING_ERROR = "sorting_error"
    CAPACITY = "capacity"
    RESEARCHED = "researched"
    WEATHER = "weather"
    FORCE_MAJEURE = "force_majeure"
    NOT_COLLECTED = "not_collected"
    HOLIDAY = "holiday"
    RESCHEDULED = "rescheduled"
    OPERATIONAL = "operational"
    OTHER = "other"


class DeliveryMode(StrEnum):
    """To whom, or where, a parcel was handed over."""

    PLAIN = "plain"
    SIGNED = "signed"
    NEIGHBOUR = "neighbour"
    PICKED_UP = "picked_up"
    LOCKER = "locker"


class ActingParty(StrEnum):
    """Who must act for things to go on."""

    CARRIER = "carrier"
    MERCHANT = "merchant"
    BUYER = "buyer"
    CUSTOMS = "customs"
    NOBODY = "nobody"


class ExpectationSource(StrEnum):
    """Where an expected date comes from."""

    CARRIER = "carrier"
    HISTORY = "history"
    MERCHANT = "merchant"


class PaymentState(StrEnum):
    """Where the money is."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    PAID = "paid"
    FAILED = "failed"


class Platform(StrEnum):
    """The system a file is for."""

    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    ANDROID = "android"
    IOS = "ios"


class LineKind(StrEnum):
    """How a line reaches the buyer."""

    PHYSICAL = "physical"
    DOWNLOAD = "download"
    ACCESS = "access"
    TRIAL = "trial"


class LineState(StrEnum):
    """Where a line is."""

    UNSPECIFIED = "unspecified"  # From a server newer than this client.
    RECEIVED = "received"
    BACKORDERED = "backordered"
    PREPARING = "preparing"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    HELD_UP = "held_up"
    PARTLY_DELIVERED = "partly_delivered"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    READY = "ready"
    GRANTED = "granted"
    TRIAL_RUNNING = "trial_running"
    TRIAL_ENDED = "trial_ended"
    SUBSCRIBED = "subscribed"
    REVOKED = "revoked"
    CANCELLED = "cancelled"


class ChargeObstacle(StrEnum):
    """Why a charge must not be made now."""

    UNSPECIFIED = "unspecified"  # None, or one of a server newer than this client.
    CANCELLED = "cancelled"
    TRIAL_RUNNING = "trial_running"
    NO_NOTICE = "no_notice"
    ALLOWANCE_LEFT = "allowance_left"
    AMOUNT_DIFFERS = "amount_differs"
    NO_TRIAL = "no_trial"


class QuestionChannel(StrEnum):
    """By which way a question came."""

    PAGE = "page"
    EMAIL = "email"
    PHONE = "phone"


class QuestionState(StrEnum):
    """Where a question is."""

    OPEN = "open"
    ANSWERED = "answered"


class EventSource(StrEnum):
    """Who says what an event says. The others are set by Wismo."""

    MERCHANT = "merchant"
    CARRIER = "carrier"
    BUYER = "buyer"
    CARE = "care"
    SYSTEM = "system"


class Effect(StrEnum):
    """What an event did to its order."""

    UNSPECIFIED = "unspecified"  # From a server newer than this client.
    APPLIED = "applied"
    NOTED = "noted"
    REPEATED = "repeated"


class OrderState(StrEnum):
    """Where an order as a whole is."""

    UNSPECIFIED = "unspecified"  # From a server newer than this client.
    AWAITING_PAYMENT = "awaiting_payment"
    CONFIRMED = "confirmed"
    IN_PREPARATION = "in_preparation"
    PARTLY_ON_ITS_WAY = "partly_on_its_way"
    ON_ITS_WAY = "on_its_way"
    COMPLETE = "complete"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class ApiKeyScope(StrEnum):
    """What a key may do."""

    WRITE = "write"
    READ = "read"
    CARE_READER = "care_reader"
    CARE_AGENT = "care_agent"
    CARE_ADMIN = "care_admin"


class CarrierMilestone(StrEnum):
    """Carrier progress that a merchant wants told by message."""

    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    ATTEMPT_FAILED = "attempt_failed"
    EXCEPTION = "exception"
    DELIVERED = "delivered"


PROTO_ENUMS: dict[type[StrEnum], tuple[EnumDescriptor, str]] = {
    ActingParty: (tracking_pb2.ActingParty.DESCRIPTOR, "ACTING_PARTY_"),
    ApiKeyScope: (merchant_pb2.ApiKeyScope.DESCRIPTOR, "API_KEY_SCOPE_"),
    ChargeObstacle: (questions_service_pb2.ChargeObstacle.DESCRIPTOR, "CHARGE_OBSTACLE_"),
    CarrierMilestone: (merchant_pb2.CarrierMilestone.DESCRIPTOR, "CARRIER_MILESTONE_"),
    DeliveryMode: (tracking_pb2.DeliveryMode.DESCRIPTOR, "DELIVERY_MODE_"),
    Effect: (fulfilment_event_pb2.Effect.DESCRIPTOR, "EFFECT_"),
    EventSource: (fulfilment_event_pb2.EventSource.DESCRIPTOR, "EVENT_SOURCE_"),
    ExceptionReason: (tracking_pb2.ExceptionReason.DESCRIPTOR, "EXCEPTION_REASON_"),
    ExpectationSource: (tracking_pb2.ExpectationSource.DESCRIPTOR, "EXPECTATION_SOURCE_"),
    LineKind: (line_pb2.LineKind.DESCRIPTOR, "LINE_KIND_"),
    LineState: (line_pb2.LineState.DESCRIPTOR, "LINE_STATE_"),
    OrderState: (order_pb2.OrderState.DESCRIPTOR, "ORDER_STATE_"),
    PaymentState: (payment_pb2.PaymentState.DESCRIPTOR, "PAYMENT_STATE_"),
    Platform: (entitlement_pb2.Platform.DESCRIPTOR, "PLATFORM_"),
    QuestionChannel: (question_pb2.QuestionChannel.DESCRIPTOR, "QUESTION_CHANNEL_"),
    QuestionState: (question_pb2.QuestionState.DESCRIPTOR, "QUESTION_STATE_"),
    TrackingStatus: (tracking_pb2.TrackingStatus.DESCRIPTOR, "TRACKING_STATUS_"),
    **CARE_ENUMS,
}

Word = TypeVar("Word", bound=StrEnum)


def number(kind: type[Word], word: Word | str | None, field: str) -> Any:
    """The proto number of ``word``; 0 for None. Raises InvalidInput that names ``field`` and the nearest known words.

    Any, because each generated enum has an integer type of its own, and which one it is depends on ``kind``.
    """
    if word is None:
        return 0
    descriptor, prefix = PROTO_ENUMS[kind]
    try:
        return descriptor.values_by_name[prefix + kind(str(word).lower().replace("-", "_")).name].number
    except ValueError:
        raise InvalidInput.of(field, f"{word!r} is not one of them; {suggestion(str(word), kind)}") from None


def word(kind: type[Word], value: int) -> Word:
    """The word for a number from the wire; UNSPECIFIED where this client does not know it."""
    descriptor, prefix = PROTO_ENUMS[kind]
    known = descriptor.values_by_number.get(value)
    return kind[known.name.removeprefix(prefix) if known is not None else "UNSPECIFIED"]


def suggestion(typed: str, known: type[StrEnum] | list[str]) -> str:
    """What was probably meant, else everything that is known."""
    words = known if isinstance(known, list) else [member.value for member in known if member.name != "UNSPECIFIED"]
    near = difflib.get_close_matches(typed.lower().replace("-", "_"), words, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(words)}"
