"""The kinds of message: one for each thing that a buyer may be told. Each is a folder below templates/."""

from dataclasses import dataclass
from enum import StrEnum, auto


class MessageKind(StrEnum):
    """What a message tells. The value names the folder of its templates and is stored in the ledger."""

    ORDER_RECEIVED = auto()
    PAYMENT_PROBLEM = auto()
    PAYMENT_PENDING = auto()
    PAYMENT_RECEIVED = auto()
    BACKORDERED = auto()
    SHIPPED = auto()
    TRACKING_CORRECTED = auto()
    IN_TRANSIT = auto()
    OUT_FOR_DELIVERY = auto()
    PICKUP_POINT = auto()
    ATTEMPT_FAILED = auto()
    HELD_UP = auto()
    DELIVERED = auto()
    PARCEL_RETURNED = auto()
    RETURN_STARTED = auto()
    RETURN_RECEIVED = auto()
    READY_FOR_COLLECTION = auto()
    DOWNLOAD_READY = auto()
    DOWNLOAD_RENEWED = auto()
    DOWNLOAD_REVOKED = auto()
    ACCESS_GRANTED = auto()
    ACCESS_REVOKED = auto()
    TRIAL_STARTED = auto()
    CHARGE_COMING = auto()
    CHARGE_MADE = auto()
    TRIAL_CANCELLED = auto()
    DELAY = auto()
    PROBLEM = auto()
    PROBLEM_UPDATED = auto()
    PROBLEM_RESOLVED = auto()
    NEW_DATE = auto()
    CANCELLED = auto()
    REFUNDED = auto()
    CREDIT_GIVEN = auto()
    NOTE = auto()
    QUESTION_RECEIVED = auto()
    QUESTION_ANSWERED = auto()
    LINK_REQUESTED = auto()
    CONTACT_UPDATED = auto()


URGENT = frozenset(
    {
        # care.md: a problem is owned up to at once, and whoever asked waits at this moment.
        MessageKind.PAYMENT_PROBLEM,
        MessageKind.ATTEMPT_FAILED,
        MessageKind.DELAY,
        MessageKind.PROBLEM,
        MessageKind.CHARGE_COMING,
        MessageKind.QUESTION_RECEIVED,
        MessageKind.QUESTION_ANSWERED,
        MessageKind.LINK_REQUESTED,
        MessageKind.CONTACT_UPDATED,
    }
)
"""Kinds that never wait for the merchant's message window."""

FACTS = frozenset(
    {
        MessageKind.REFUNDED,
        MessageKind.CREDIT_GIVEN,
        MessageKind.NOTE,
        MessageKind.CHARGE_MADE,
        MessageKind.QUESTION_ANSWERED,
        MessageKind.LINK_REQUESTED,
    }
)
"""Kinds that tell of a thing done rather than of a state, so that they stay true however late they come."""


@dataclass(frozen=True, slots=True)
class Tell:
    """The buyer is told, by a message of this kind."""

    kind: MessageKind


@dataclass(frozen=True, slots=True)
class NotTold:
    """The buyer gets no message, because … (a sentence's end, fixed per rule: it is a metric's label)."""

    because: str


Decision = Tell | NotTold
