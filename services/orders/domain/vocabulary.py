"""The vocabulary of orders and their events, with the numbers of the protos, so that a mapping is by number."""

from enum import IntEnum


class LineKind(IntEnum):
    """How a line reaches the buyer."""

    UNSPECIFIED = 0
    PHYSICAL = 1
    DOWNLOAD = 2
    ACCESS = 3
    TRIAL = 4


class LineState(IntEnum):
    """Where a line is on its way; derived, never set from outside."""

    UNSPECIFIED = 0
    RECEIVED = 1
    BACKORDERED = 2
    PREPARING = 3
    PARTLY_SHIPPED = 4
    SHIPPED = 5
    OUT_FOR_DELIVERY = 6
    AVAILABLE_FOR_PICKUP = 7
    HELD_UP = 8
    PARTLY_DELIVERED = 9
    DELIVERED = 10
    RETURNING = 11
    RETURNED = 12
    READY = 13
    GRANTED = 14
    TRIAL_RUNNING = 15
    TRIAL_ENDED = 16
    SUBSCRIBED = 17
    REVOKED = 18
    CANCELLED = 19


class OrderState(IntEnum):
    """Where an order as a whole is; derived, never set from outside."""

    UNSPECIFIED = 0
    AWAITING_PAYMENT = 1
    CONFIRMED = 2
    IN_PREPARATION = 3
    PARTLY_ON_ITS_WAY = 4
    ON_ITS_WAY = 5
    COMPLETE = 6
    RETURNED = 7
    CANCELLED = 8


class PaymentState(IntEnum):
    """Where the money is."""

    UNSPECIFIED = 0
    PENDING = 1
    AUTHORISED = 2
    PAID = 3
    FAILED = 4


class QuestionState(IntEnum):
    """Where a question is."""

    UNSPECIFIED = 0
    OPEN = 1
    ANSWERED = 2


class QuestionChannel(IntEnum):
    """By which way a question came."""

    UNSPECIFIED = 0
    PAGE = 1
    EMAIL = 2
    PHONE = 3


class Platform(IntEnum):
    """The system that a file is for."""

    UNSPECIFIED = 0
    WINDOWS = 1
    MACOS = 2
    LINUX = 3
    ANDROID = 4
    IOS = 5


class EventSource(IntEnum):
    """Who says so."""

    UNSPECIFIED = 0
    MERCHANT = 1
    CARRIER = 2
    BUYER = 3
    CARE = 4
    SYSTEM = 5


class Effect(IntEnum):
    """What an event did to the order."""

    UNSPECIFIED = 0
    APPLIED = 1
    NOTED = 2
    REPEATED = 3


class WatchCause(IntEnum):
    """Why the watchdog spoke."""

    UNSPECIFIED = 0
    SILENCE = 1
    NEXT_WORD_MISSED = 2
    DATE_MISSED = 3
    NO_FIRST_SCAN = 4
    NO_SCAN = 5


class ChangeKind(IntEnum):
    """The kinds of change, numbered as the fields of FulfilmentEvent.change."""

    UNSPECIFIED = 0
    ORDER_CREATED = 10
    PAYMENT_CHANGED = 11
    LINES_BACKORDERED = 12
    PACKING_STARTED = 13
    PARCEL_SHIPPED = 14
    PARCEL_CORRECTED = 15
    PARCEL_PROGRESSED = 16
    RETURN_STARTED = 17
    RETURN_RECEIVED = 18
    READY_FOR_COLLECTION = 19
    COLLECTED = 20
    DOWNLOAD_READY = 30
    DOWNLOAD_RENEWED = 31
    DOWNLOAD_REVOKED = 32
    DOWNLOAD_TAKEN = 33
    ACCESS_GRANTED = 34
    ACCESS_REVOKED = 35
    ACCESS_USED = 36
    TRIAL_STARTED = 40
    ALLOWANCE_USED = 41
    CHARGE_COMING = 42
    CHARGE_MADE = 43
    TRIAL_CANCELLED = 44
    CHARGE_NOTICE_ACCEPTED = 45
    DELAY_ANNOUNCED = 50
    PROBLEM_REPORTED = 51
    PROBLEM_UPDATED = 52
    PROBLEM_RESOLVED = 53
    EXPECTATION_REVISED = 54
    LINES_CANCELLED = 60
    REFUNDED = 61
    CREDIT_GIVEN = 62
    NOTE_TO_BUYER = 63
    STILL_WITH_YOU = 64
    QUESTION_ASKED = 70
    QUESTION_ACKNOWLEDGED = 71
    QUESTION_ANSWERED = 72
    QUESTION_DELAYED = 73
    LINK_REQUESTED = 80
    CONTACT_UPDATED = 81
    BUYER_ERASED = 82
    MESSAGE_BOUNCED = 83
    RESEND_REQUESTED = 84
    PREFERENCES_UPDATED = 85
