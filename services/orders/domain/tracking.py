"""The vocabulary of carriers: where a parcel is, why it waits and who must act, with the numbers of the protos."""

from enum import IntEnum


class TrackingStatus(IntEnum):
    """Where a parcel is."""

    UNSPECIFIED = 0
    LABEL_CREATED = 1
    INFO_RECEIVED = 2
    PICKED_UP = 3
    IN_TRANSIT = 4
    ON_HOLD = 5
    DELAYED = 6
    OUT_FOR_DELIVERY = 7
    AVAILABLE_FOR_PICKUP = 8
    ATTEMPT_FAILED = 9
    DELIVERED = 10
    EXCEPTION = 11
    RETURNING = 12
    RETURNED = 13
    CANCELLED = 14
    EXPIRED = 15
    UNKNOWN = 16


class DeliveryMode(IntEnum):
    """To whom, or where, a parcel was handed over."""

    UNSPECIFIED = 0
    PLAIN = 1
    SIGNED = 2
    NEIGHBOUR = 3
    PICKED_UP = 4
    LOCKER = 5


class ActingParty(IntEnum):
    """Who must act for things to go on."""

    UNSPECIFIED = 0
    CARRIER = 1
    MERCHANT = 2
    BUYER = 3
    CUSTOMS = 4
    NOBODY = 5


class ExceptionReason(IntEnum):
    """What went wrong on the way."""

    UNSPECIFIED = 0
    DAMAGED = 1
    LOST = 2
    ADDRESS_NOT_FOUND = 3
    REFUSED = 4
    NOT_HOME = 5
    BUSINESS_CLOSED = 6
    ACCESS_RESTRICTED = 7
    VERIFICATION_FAILED = 8
    DUTIES_UNPAID = 9
    DOCUMENTS_MISSING = 10
    PROHIBITED = 11
    INSPECTION = 12
    SORTING_ERROR = 13
    CAPACITY = 14
    RESEARCHED = 15
    WEATHER = 16
    FORCE_MAJEURE = 17
    NOT_COLLECTED = 18
    HOLIDAY = 19
    RESCHEDULED = 20
    OPERATIONAL = 21
    OTHER = 22


class ExpectationSource(IntEnum):
    """Where an expected time comes from, in falling order of trust."""

    UNSPECIFIED = 0
    CARRIER = 1
    HISTORY = 2
    MERCHANT = 3
