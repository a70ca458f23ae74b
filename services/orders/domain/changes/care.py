"""What the merchant owns up to, takes back, gives and answers."""

from dataclasses import dataclass, field
from datetime import datetime

from orders.domain.tracking import ActingParty, ExceptionReason
from orders.domain.values import Expectation, LineQuantity, Money
from orders.domain.vocabulary import QuestionChannel, WatchCause


@dataclass(frozen=True, slots=True)
class DelayAnnounced:
    """It takes longer than was said."""

    problem_id: str
    what_happened: str
    next_update_at: datetime
    line_ids: tuple[str, ...] = ()
    parcel_id: str = ""
    what_we_do: str = ""
    expected: Expectation | None = None
    reason: ExceptionReason = ExceptionReason.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class ProblemReported:
    """Something went wrong."""

    problem_id: str
    what_happened: str
    what_we_do: str
    next_update_at: datetime
    line_ids: tuple[str, ...] = ()
    parcel_id: str = ""
    reason: ExceptionReason = ExceptionReason.UNSPECIFIED
    acting_party: ActingParty = ActingParty.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class ProblemUpdated:
    """There is news of a problem or delay; an empty ``what_we_do`` is "as before"."""

    problem_id: str
    what_happened: str
    next_update_at: datetime
    what_we_do: str = ""
    expected: Expectation | None = None


@dataclass(frozen=True, slots=True)
class ProblemResolved:
    """A problem or delay is over."""

    problem_id: str
    resolution: str


@dataclass(frozen=True, slots=True)
class ExpectationRevised:
    """An expected time moved, with nothing else to tell; no line and no parcel is the whole order."""

    expected: Expectation
    line_ids: tuple[str, ...] = ()
    parcel_id: str = ""


@dataclass(frozen=True, slots=True)
class LinesCancelled:
    """Lines were cancelled; none named is everything that has not reached the buyer."""

    lines: tuple[LineQuantity, ...] = ()
    reason: str = ""
    by_buyer: bool = False


@dataclass(frozen=True, slots=True)
class Refunded:
    """Money went back."""

    refund_id: str
    amount: Money
    line_ids: tuple[str, ...] = ()
    reason: str = ""
    expected_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class CreditGiven:
    """Goodwill was given."""

    credit_id: str
    description: str
    amount: Money | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NoteToBuyer:
    """The merchant has something to say."""

    text: str
    next_update_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StillWithYou:
    """The watchdog broke a silence: the buyer was told what is known, and by when the next word comes. Only the
    notifier says so.
    """

    cause: WatchCause
    next_update_at: datetime
    message_id: str
    line_ids: tuple[str, ...] = ()
    parcel_id: str = ""
    missed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """The buyer asked."""

    question_id: str
    text: str = field(repr=False)
    channel: QuestionChannel = QuestionChannel.UNSPECIFIED
    # Where the original is kept, as the status page calls it.
    evidence_id: str = ""


@dataclass(frozen=True, slots=True)
class QuestionAcknowledged:
    """The buyer was told that the question arrived."""

    question_id: str
    reply_by: datetime


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """The question was answered."""

    question_id: str
    text: str


@dataclass(frozen=True, slots=True)
class QuestionDelayed:
    """The answer is late, and the buyer was told so and by when it comes now. Only the notifier says so."""

    question_id: str
    missed_at: datetime
    reply_by: datetime
    message_id: str
