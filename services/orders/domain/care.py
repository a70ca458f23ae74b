"""What the merchant owns up to, gives back and answers."""

from dataclasses import dataclass, field
from datetime import datetime

from orders.domain.tracking import ActingParty, ExceptionReason
from orders.domain.values import Money, Part, quick
from orders.domain.vocabulary import QuestionChannel, QuestionState


@quick
@dataclass(frozen=True, slots=True)
class Problem(Part):
    """A problem or a delay, as the buyer was told. It is open until ``resolved_at``, and then promises no next word."""

    problem_id: str
    reported_at: datetime
    delay: bool = False
    line_ids: tuple[str, ...] = ()
    parcel_id: str = ""
    what_happened: str = ""
    what_we_do: str = ""
    reason: ExceptionReason = ExceptionReason.UNSPECIFIED
    acting_party: ActingParty = ActingParty.UNSPECIFIED
    next_update_at: datetime | None = None
    updated_at: datetime | None = None
    resolved_at: datetime | None = None
    resolution: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Refund(Part):
    """Money that went back to the buyer."""

    refund_id: str
    amount: Money
    refunded_at: datetime
    line_ids: tuple[str, ...] = ()
    reason: str = ""
    expected_by: datetime | None = None


@quick
@dataclass(frozen=True, slots=True)
class Credit(Part):
    """Goodwill: money, or what ``description`` says."""

    credit_id: str
    description: str
    given_at: datetime
    amount: Money | None = None
    reason: str = ""


@quick
@dataclass(frozen=True, slots=True)
class QuestionPost(Part):
    """One thing said in a question."""

    occurred_at: datetime
    text: str = field(repr=False)
    from_buyer: bool = False
    channel: QuestionChannel = QuestionChannel.UNSPECIFIED
    # Where the original is kept, as the status page calls it.
    evidence_id: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Question(Part):
    """What a buyer wants to know. The earliest promised ``reply_by`` stands; repeats do not move it.

    Only a promise that was missed, and told as missed, moves to a later time; the old one joins ``missed_reply_by``.
    """

    question_id: str
    asked_at: datetime
    state: QuestionState = QuestionState.OPEN
    posts: tuple[QuestionPost, ...] = ()
    reply_by: datetime | None = None
    acknowledged_at: datetime | None = None
    answered_at: datetime | None = None
    # Oldest first.
    missed_reply_by: tuple[datetime, ...] = ()
