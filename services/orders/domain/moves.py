"""The one table of legal moves: which change a line of which way may see in which state, and where a parcel's status
may go.

Merchant decisions outside the table are refused. Facts from outside (carrier scans, downloads taken, meter readings)
are never refused for coming late: what the table does not allow then joins the timeline and moves nothing.
"""

from collections.abc import Mapping
from enum import Enum

from orders.domain.line import Line
from orders.domain.tracking import TrackingStatus as T
from orders.domain.vocabulary import ChangeKind as C
from orders.domain.vocabulary import EventSource, LineKind, PaymentState
from orders.domain.vocabulary import LineState as S


class Way(Enum):
    """How a line reaches the buyer, with collection at the shop apart from shipping."""

    SHIPPED = "a physical line that is shipped"
    COLLECTED = "a physical line that is collected at the shop"
    DOWNLOAD = "a download line"
    ACCESS = "an access line"
    TRIAL = "a trial line"


_WAYS = {LineKind.DOWNLOAD: Way.DOWNLOAD, LineKind.ACCESS: Way.ACCESS, LineKind.TRIAL: Way.TRIAL}


def way_of(line: Line) -> Way:
    """The way of a line."""
    if line.kind is LineKind.PHYSICAL:
        return Way.COLLECTED if line.pickup else Way.SHIPPED
    return _WAYS[line.kind]


_ALL = frozenset(S) - {S.UNSPECIFIED}
_WAITING = frozenset({S.RECEIVED, S.BACKORDERED, S.PREPARING})
# Some of the quantity may still be at the merchant in each of these; the quantities decide.
_SOME_LEFT = _WAITING | {S.PARTLY_SHIPPED, S.HELD_UP, S.AVAILABLE_FOR_PICKUP, S.PARTLY_DELIVERED, S.RETURNING}
# Some of the quantity may be with the buyer in each of these.
_SOME_DELIVERED = frozenset({S.PARTLY_DELIVERED, S.DELIVERED, S.HELD_UP, S.AVAILABLE_FOR_PICKUP, S.OUT_FOR_DELIVERY})

# way → change → the states in which it is legal. A pair that is missing is illegal in every state: the line's kind is
# wrong.
LINE_MOVES: Mapping[Way, Mapping[C, frozenset[S]]] = {
    Way.SHIPPED: {
        C.LINES_BACKORDERED: _SOME_LEFT,
        C.PACKING_STARTED: _SOME_LEFT | {S.RETURNED},
        C.PARCEL_SHIPPED: _SOME_LEFT | {S.RETURNED},  # What came back undelivered may be sent again.
        C.RETURN_STARTED: _SOME_DELIVERED,
        C.RETURN_RECEIVED: _ALL - {S.CANCELLED, S.RETURNED},
        C.LINES_CANCELLED: _ALL - {S.CANCELLED, S.DELIVERED},
    },
    Way.COLLECTED: {
        C.LINES_BACKORDERED: _WAITING,
        C.PACKING_STARTED: _WAITING,
        C.READY_FOR_COLLECTION: _WAITING | {S.AVAILABLE_FOR_PICKUP},
        C.COLLECTED: frozenset({S.AVAILABLE_FOR_PICKUP}),
        C.RETURN_STARTED: frozenset({S.DELIVERED}),
        C.RETURN_RECEIVED: frozenset({S.DELIVERED, S.RETURNING}),
        C.LINES_CANCELLED: _WAITING | {S.AVAILABLE_FOR_PICKUP},
    },
    Way.DOWNLOAD: {
        C.PACKING_STARTED: frozenset({S.RECEIVED, S.PREPARING}),
        C.DOWNLOAD_READY: frozenset({S.RECEIVED, S.PREPARING, S.READY, S.REVOKED}),
        C.DOWNLOAD_RENEWED: frozenset({S.READY}),
        C.DOWNLOAD_REVOKED: frozenset({S.READY}),
        C.DOWNLOAD_TAKEN: frozenset({S.READY, S.REVOKED, S.CANCELLED}),
        C.LINES_CANCELLED: frozenset({S.RECEIVED, S.PREPARING, S.READY, S.REVOKED}),
    },
    Way.ACCESS: {
        C.PACKING_STARTED: frozenset({S.RECEIVED, S.PREPARING}),
        C.ACCESS_GRANTED: frozenset({S.RECEIVED, S.PREPARING, S.GRANTED, S.REVOKED}),
        C.ACCESS_REVOKED: frozenset({S.GRANTED}),
        C.ACCESS_USED: frozenset({S.GRANTED, S.REVOKED, S.CANCELLED}),
        C.LINES_CANCELLED: frozenset({S.RECEIVED, S.PREPARING, S.GRANTED, S.REVOKED}),
    },
    Way.TRIAL: {
        C.PACKING_STARTED: frozenset({S.RECEIVED, S.PREPARING}),
        C.TRIAL_STARTED: frozenset({S.RECEIVED, S.PREPARING, S.TRIAL_RUNNING}),
        C.ALLOWANCE_USED: frozenset({S.TRIAL_RUNNING, S.TRIAL_ENDED, S.SUBSCRIBED, S.CANCELLED}),
        C.CHARGE_COMING: frozenset({S.TRIAL_RUNNING, S.SUBSCRIBED}),
        C.CHARGE_MADE: frozenset({S.TRIAL_RUNNING, S.TRIAL_ENDED, S.SUBSCRIBED, S.CANCELLED}),
        C.TRIAL_CANCELLED: frozenset({S.TRIAL_RUNNING, S.SUBSCRIBED}),
        C.CHARGE_NOTICE_ACCEPTED: frozenset({S.TRIAL_RUNNING, S.TRIAL_ENDED, S.SUBSCRIBED, S.CANCELLED}),
        C.LINES_CANCELLED: frozenset({S.RECEIVED, S.PREPARING, S.TRIAL_RUNNING, S.SUBSCRIBED}),
    },
}
# The changes that name lines and move them; every other change may concern any line in any state.
LINE_CHANGES = frozenset(change for moves in LINE_MOVES.values() for change in moves)

# kind → the states that a line of it can be in.
STATES: Mapping[LineKind, frozenset[S]] = {
    LineKind.PHYSICAL: _ALL - {S.READY, S.GRANTED, S.TRIAL_RUNNING, S.TRIAL_ENDED, S.SUBSCRIBED, S.REVOKED},
    LineKind.DOWNLOAD: frozenset({S.RECEIVED, S.PREPARING, S.READY, S.REVOKED, S.CANCELLED}),
    LineKind.ACCESS: frozenset({S.RECEIVED, S.PREPARING, S.GRANTED, S.REVOKED, S.CANCELLED}),
    LineKind.TRIAL: frozenset({S.RECEIVED, S.PREPARING, S.TRIAL_RUNNING, S.TRIAL_ENDED, S.SUBSCRIBED, S.CANCELLED}),
}

# What to send instead, for the pairs that the table leaves out.
RIGHT_FOR_WAY: Mapping[Way, str] = {
    Way.SHIPPED: "a physical line takes parcel_shipped, parcel_progressed and return_started",
    Way.COLLECTED: "a line with pickup takes ready_for_collection and collected",
    Way.DOWNLOAD: "a download line takes download_ready, download_renewed and download_revoked",
    Way.ACCESS: "an access line takes access_granted, access_used and access_revoked",
    Way.TRIAL: "a trial line takes trial_started, charge_coming, charge_made and trial_cancelled",
}

MOVING = frozenset(
    {
        T.PICKED_UP,
        T.IN_TRANSIT,
        T.ON_HOLD,
        T.DELAYED,
        T.OUT_FOR_DELIVERY,
        T.AVAILABLE_FOR_PICKUP,
        T.ATTEMPT_FAILED,
        T.EXCEPTION,
        T.EXPIRED,
    }
)
# While a parcel moves, the newest scan says where it is. Everything else goes up this ladder only, and may leave steps
# out. Because the ladder has one top, the fold over scans sorted by time gives the same status whatever order they came
# in, and one scan more never takes it down.
_LADDER: tuple[frozenset[T], ...] = (
    frozenset({T.LABEL_CREATED}),
    frozenset({T.INFO_RECEIVED}),
    frozenset({T.UNKNOWN}),
    frozenset({T.CANCELLED}),  # A carrier may cancel a label and have the parcel all the same: its next scan wins.
    MOVING,
    frozenset({T.DELIVERED}),
    frozenset({T.RETURNING}),
    frozenset({T.RETURNED}),
)
TRACKING_RANK: Mapping[T, int] = {status: rank for rank, step in enumerate(_LADDER) for status in step}
# status → the statuses that a scan may move it to.
TRACKING_MOVES: Mapping[T, frozenset[T]] = {
    status: frozenset(
        after
        for after, rank in TRACKING_RANK.items()
        if rank > TRACKING_RANK[status] or (after in MOVING and status in MOVING)
    )
    for status in TRACKING_RANK
}

PAYMENT_MOVES: Mapping[PaymentState, frozenset[PaymentState]] = {
    PaymentState.PENDING: frozenset({PaymentState.AUTHORISED, PaymentState.PAID, PaymentState.FAILED}),
    PaymentState.AUTHORISED: frozenset({PaymentState.PAID, PaymentState.FAILED}),
    PaymentState.PAID: frozenset({PaymentState.FAILED}),  # A direct debit that comes back.
    PaymentState.FAILED: frozenset({PaymentState.PENDING, PaymentState.AUTHORISED, PaymentState.PAID}),
}

_US = frozenset({EventSource.CARE, EventSource.SYSTEM})
_SHOP = _US | {EventSource.MERCHANT}
_BUYER = _US | {EventSource.BUYER}
_OTHER_SOURCES: Mapping[C, frozenset[EventSource]] = {
    C.ORDER_CREATED: frozenset(),
    C.PARCEL_PROGRESSED: _SHOP | {EventSource.CARRIER},
    C.RETURN_RECEIVED: _SHOP | {EventSource.CARRIER},
    C.RETURN_STARTED: _SHOP | {EventSource.BUYER},
    C.DOWNLOAD_RENEWED: _SHOP | {EventSource.BUYER},
    C.TRIAL_CANCELLED: _SHOP | {EventSource.BUYER},
    C.LINES_CANCELLED: _SHOP | {EventSource.BUYER},
    C.ACCESS_USED: _SHOP | {EventSource.BUYER},
    C.DOWNLOAD_TAKEN: _BUYER,
    C.QUESTION_ASKED: _BUYER,
    C.LINK_REQUESTED: _BUYER,
    C.CONTACT_UPDATED: _BUYER,
    C.BUYER_ERASED: _BUYER,
    C.PREFERENCES_UPDATED: _BUYER,
    C.RESEND_REQUESTED: frozenset({EventSource.CARE}),
    C.MESSAGE_BOUNCED: frozenset({EventSource.SYSTEM}),
    C.CHARGE_NOTICE_ACCEPTED: frozenset({EventSource.SYSTEM}),
    C.STILL_WITH_YOU: frozenset({EventSource.SYSTEM}),
    C.QUESTION_DELAYED: frozenset({EventSource.SYSTEM}),
}
# change → who may report it.
SOURCES: Mapping[C, frozenset[EventSource]] = {
    kind: _OTHER_SOURCES.get(kind, _SHOP) for kind in C if kind is not C.UNSPECIFIED
}
RIGHT_CALL: Mapping[C, str] = {
    C.ORDER_CREATED: "call CreateOrder",
    C.DOWNLOAD_TAKEN: "only the status page reports it",
    C.QUESTION_ASKED: "call AskQuestion",
    C.LINK_REQUESTED: "only the status page reports it",
    C.CONTACT_UPDATED: "call UpdateBuyerContact",
    C.BUYER_ERASED: "call EraseBuyer",
    C.PREFERENCES_UPDATED: "only the status page reports it",
    C.RESEND_REQUESTED: "only the care desk asks for it",
    C.MESSAGE_BOUNCED: "only the status page reports it",
    C.CHARGE_NOTICE_ACCEPTED: "only the notifier reports it",
    C.STILL_WITH_YOU: "only the notifier reports it",
    C.QUESTION_DELAYED: "only the notifier reports it",
}
