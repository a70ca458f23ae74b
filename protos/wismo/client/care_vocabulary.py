"""The words of wismo.care.v1 as Python enums, as those in `wismo.client.vocabulary`. They come from the server, so each
has a member for what a newer one may say.
"""

from enum import StrEnum

from google.protobuf.descriptor import EnumDescriptor

from wismo.care.v1 import care_service_pb2, message_pb2, obligation_pb2


class AttentionKind(StrEnum):
    """Why a human is needed."""

    UNSPECIFIED = "unspecified"
    DARK = "dark"
    QUESTION = "question"
    MESSAGE_FAILED = "message_failed"
    PROBLEM = "problem"
    PARCEL = "parcel"
    CHARGE = "charge"
    DATE = "date"


class ObligationKind(StrEnum):
    """What is owed to a buyer."""

    UNSPECIFIED = "unspecified"
    ACKNOWLEDGEMENT = "acknowledgement"
    ANSWER = "answer"
    NEXT_WORD = "next_word"
    CHARGE_NOTICE = "charge_notice"
    DATE = "date"
    SILENCE = "silence"
    SCAN = "scan"
    REMINDER = "reminder"
    FOLLOW_UP = "follow_up"


class ObligationState(StrEnum):
    """How an obligation stands."""

    UNSPECIFIED = "unspecified"
    OPEN = "open"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    BROKEN = "broken"
    SUPERSEDED = "superseded"
    VOID = "void"


class ObligationStep(StrEnum):
    """What is done on the way of an obligation."""

    UNSPECIFIED = "unspecified"
    REMIND = "remind"
    DUE = "due"
    ESCALATE = "escalate"
    APOLOGISE = "apologise"


class DeliveryState(StrEnum):
    """How a message stands."""

    UNSPECIFIED = "unspecified"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


CARE_ENUMS: dict[type[StrEnum], tuple[EnumDescriptor, str]] = {
    AttentionKind: (care_service_pb2.AttentionKind.DESCRIPTOR, "ATTENTION_KIND_"),
    DeliveryState: (message_pb2.DeliveryState.DESCRIPTOR, "DELIVERY_STATE_"),
    ObligationKind: (obligation_pb2.ObligationKind.DESCRIPTOR, "OBLIGATION_KIND_"),
    ObligationState: (obligation_pb2.ObligationState.DESCRIPTOR, "OBLIGATION_STATE_"),
    ObligationStep: (obligation_pb2.ObligationStep.DESCRIPTOR, "OBLIGATION_STEP_"),
}
