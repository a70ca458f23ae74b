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
    # What the watchdog has said, to a buyer …
    STILL_WITH_YOU = auto()
    PROMISE_MISSED = auto()
    DATE_AT_RISK = auto()
    DATE_MISSED = auto()
    NO_SCAN = auto()
    ANSWER_LATE = auto()
    DOWNLOAD_UNUSED = auto()
    DOWNLOAD_EXPIRING = auto()
    ACCESS_UNUSED = auto()
    ACCESS_EXPIRING = auto()
    TRIAL_ENDING = auto()
    FOLLOW_UP = auto()
    # … and to a merchant's team.
    ALERT = auto()
    QUESTION_FORWARDED = auto()


TO_TEAM = frozenset({MessageKind.ALERT, MessageKind.QUESTION_FORWARDED})
"""Kinds that go to a merchant's people, never to a buyer."""

NOTICES = (
    frozenset(
        {
            MessageKind.STILL_WITH_YOU,
            MessageKind.PROMISE_MISSED,
            MessageKind.DATE_AT_RISK,
            MessageKind.DATE_MISSED,
            MessageKind.NO_SCAN,
            MessageKind.ANSWER_LATE,
            MessageKind.DOWNLOAD_UNUSED,
            MessageKind.DOWNLOAD_EXPIRING,
            MessageKind.ACCESS_UNUSED,
            MessageKind.ACCESS_EXPIRING,
            MessageKind.TRIAL_ENDING,
            MessageKind.FOLLOW_UP,
        }
    )
    | TO_TEAM
)
"""Kinds that only the watchdog plans. It may plan CHARGE_COMING too, when no backend has announced the charge."""

OPTIONAL = frozenset({MessageKind.FOLLOW_UP})
"""Kinds that a buyer can opt out of; no other ever is optional (RFC 8058's one click is offered on these only)."""

WITHOUT_NEW_FACT = frozenset(
    {MessageKind.STILL_WITH_YOU, MessageKind.NO_SCAN, MessageKind.PROMISE_MISSED, MessageKind.ANSWER_LATE}
)
"""Kinds that tell nothing new about the order. They name the next word, so that they are worth hearing all the same."""

NOT_WORTH_HEARING = frozenset({MessageKind.LINK_REQUESTED, MessageKind.CONTACT_UPDATED}) | TO_TEAM
"""Kinds that break no silence (care.md: heard_at)."""

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


@dataclass(frozen=True, slots=True)
class Again:
    """A message that was planned before is sent once more, under an id of its own."""

    message_id: str


Decision = Tell | NotTold | Again
