"""Why an order refuses an event. Each error says which field, why, and what would be right.

Two branches, so that the caller need not guess: `BadInput` would be wrong whenever it was sent (google.rpc.BadRequest),
`Refused` is right in form but not for the order as it is (google.rpc.PreconditionFailure). ``field`` is a path in the
FulfilmentEvent (`parcel_shipped.lines[0].quantity`), or in the Order while one is created (`lines[2].line_id`).
"""

from orders.domain.tracking import TrackingStatus
from orders.domain.vocabulary import ChangeKind, EventSource, LineKind, LineState


class DomainError(Exception):
    """Base of all. ``reason`` is stable, for google.rpc.ErrorInfo; ``subject`` names what it is about, for example a
    line id.
    """

    reason = "REFUSED"

    def __init__(self, field: str, why: str, right: str, subject: str = "") -> None:
        super().__init__(f"{field}: {why}; {right}")
        self.field = field
        self.why = why
        self.right = right
        self.subject = subject


class BadInput(DomainError):
    """Wrong in itself: mend the request."""

    reason = "BAD_INPUT"


class Refused(DomainError):
    """Right in form, but not for the order as it is now."""


class UnknownLine(BadInput):
    """A line that the order does not have."""

    reason = "UNKNOWN_LINE"


class UnknownParcel(Refused):
    """A parcel that was not announced yet: it may be, so that sending the event again later can succeed."""

    reason = "UNKNOWN_PARCEL"


class UnknownProblem(Refused):
    """A problem or delay that was never reported."""

    reason = "UNKNOWN_PROBLEM"


class UnknownQuestion(Refused):
    """A question that was never asked."""

    reason = "UNKNOWN_QUESTION"


class UnknownFile(BadInput):
    """A file that the line's download does not have."""

    reason = "UNKNOWN_FILE"


class WrongLineKind(BadInput):
    """A change that lines of this kind never see, for example a virtual line in a parcel."""

    reason = "WRONG_LINE_KIND"

    def __init__(self, field: str, why: str, right: str, subject: str, kind: LineKind) -> None:
        super().__init__(field, why, right, subject)
        self.kind = kind


class BadQuantity(BadInput):
    """A line that is named twice, or a number below zero."""

    reason = "BAD_QUANTITY"


class BadField(BadInput):
    """A field that does not go with the others, or with the order."""

    reason = "BAD_FIELD"


class DuplicateId(Refused):
    """An identity that the order knows with other content."""

    reason = "DUPLICATE_ID"


class QuantityTooLarge(Refused):
    """More than is left of a line."""

    reason = "QUANTITY_TOO_LARGE"

    def __init__(self, field: str, why: str, right: str, subject: str, asked: int, left: int) -> None:
        super().__init__(field, why, right, subject)
        self.asked = asked
        self.left = left


class IllegalMove(Refused):
    """A decision that the present state forbids, for example packing a cancelled line."""

    reason = "ILLEGAL_MOVE"

    def __init__(
        self,
        field: str,
        why: str,
        right: str,
        subject: str,
        state: LineState | TrackingStatus | str,
        change: ChangeKind,
    ) -> None:
        super().__init__(field, why, right, subject)
        self.state = state
        self.change = change


class RenewalsUsedUp(Refused):
    """The buyer has renewed the download as often as the merchant allows."""

    reason = "RENEWALS_USED_UP"


class NotAllowedFromThisSource(Refused):
    """A change that this source may not report."""

    reason = "NOT_ALLOWED_FROM_THIS_SOURCE"

    def __init__(self, field: str, why: str, right: str, change: ChangeKind, source: EventSource) -> None:
        super().__init__(field, why, right, change.name.lower())
        self.change = change
        self.source = source


class OccurredInFuture(BadInput):
    """Further ahead of our clock than clocks that go ahead explain."""

    reason = "OCCURRED_IN_FUTURE"


class BuyerIsErased(Refused):
    """The event needs the buyer, whose data was erased."""

    reason = "BUYER_ERASED"


class BoundReached(Refused):
    """One of the bounds of an order. ``limit`` is the largest number allowed."""

    reason = "BOUND_REACHED"

    def __init__(self, field: str, why: str, right: str, subject: str, limit: int) -> None:
        super().__init__(field, why, right, subject)
        self.limit = limit


class TooManyEvents(BoundReached):
    """The order has as many events as it can hold."""

    reason = "TOO_MANY_EVENTS"


class TooManyScans(BoundReached):
    """The parcel has as many scans as it can hold."""

    reason = "TOO_MANY_SCANS"


class TooManyParcels(BoundReached):
    """The order has as many parcels as it can hold."""

    reason = "TOO_MANY_PARCELS"


class TooManyLines(BoundReached):
    """The order has more lines than it can hold."""

    reason = "TOO_MANY_LINES"
