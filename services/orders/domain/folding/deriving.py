"""Line states from quantities, parcels and rights; the order's state from its lines and payment."""

from collections.abc import Iterable

from orders.domain.entitlement import Trial
from orders.domain.folding.work import Work, quantity_of
from orders.domain.line import Line
from orders.domain.moves import Way, way_of
from orders.domain.parcel import Parcel
from orders.domain.tracking import ExceptionReason
from orders.domain.tracking import TrackingStatus as T
from orders.domain.vocabulary import ChangeKind, OrderState, PaymentState
from orders.domain.vocabulary import LineState as S

_HELD = frozenset({T.ON_HOLD, T.DELAYED, T.ATTEMPT_FAILED, T.EXCEPTION, T.EXPIRED})
_ANNOUNCED = frozenset({T.LABEL_CREATED, T.INFO_RECEIVED})
_LOST = frozenset({ExceptionReason.LOST, ExceptionReason.DAMAGED})


class Units:
    """How many of one physical line are where."""

    __slots__ = (
        *("announced", "back", "coming_back", "delivered", "delivered_ever", "held"),
        *("left", "out", "replaceable", "under_way", "waiting"),
    )

    def __init__(self, work: Work, line: Line) -> None:
        self.announced = self.left = self.under_way = self.held = self.out = self.waiting = self.delivered = 0
        self.replaceable = self.back = self.coming_back = 0
        for parcel in work.parcels:
            number = quantity_of(parcel.lines, line.line_id)
            if number:
                self._add(parcel, number)
        if line.pickup and any(line.line_id in item.line_ids for item in work.collections if item.collected_at):
            self.delivered += line.quantity - line.cancelled_quantity
        self.delivered_ever = self.delivered
        if not work.returns:
            return
        # What the buyer sent, or is sending, back was delivered before, in contrast to what a carrier took back.
        sent = sum(quantity_of(item.lines, line.line_id) for item in work.returns)
        arrived = sum(quantity_of(item.received, line.line_id) for item in work.returns)
        self.delivered = max(0, self.delivered - sent)
        self.back += arrived
        self.coming_back += sent - arrived

    def _add(self, parcel: Parcel, number: int) -> None:
        status = parcel.status
        if status is T.CANCELLED:
            return
        if status in _ANNOUNCED:
            self.announced += number
            return
        self.left += number
        if status is T.DELIVERED:
            self.delivered += number
        elif status is T.RETURNED:
            self.back += number
            self.replaceable += number
        elif status is T.RETURNING:
            self.coming_back += number
        else:
            self.under_way += number
            self.held += number if status in _HELD else 0
            self.out += number if status is T.OUT_FOR_DELIVERY else 0
            self.waiting += number if status is T.AVAILABLE_FOR_PICKUP else 0
            self.replaceable += number if status is T.EXCEPTION and parcel.reason in _LOST else 0


def unsent(units: Units, line: Line) -> int:
    """How many of the line are in no parcel yet."""
    return max(0, line.quantity - line.cancelled_quantity - units.left - units.announced)


def sendable(units: Units, line: Line) -> int:
    """How many may go into a parcel: what is in none yet, and what was lost, damaged or came back undelivered."""
    return max(0, line.quantity - line.cancelled_quantity - units.left - units.announced + units.replaceable)


def line_derived(work: Work, line: Line) -> Line:
    """The line with its state and quantities as they follow from all else; the same object if nothing changed."""
    way = way_of(line)
    if way is Way.SHIPPED or way is Way.COLLECTED:
        units = Units(work, line)
        active = line.quantity - line.cancelled_quantity
        backordered = min(line.backordered_quantity, unsent(units, line)) if units.delivered < active else 0
        state = _physical_state(work, line, units, backordered)
        shipped, delivered = min(units.left, line.quantity), min(units.delivered_ever, line.quantity)
        return _with(line, state, (shipped, delivered, units.back, backordered, units.coming_back))
    return _with(line, _virtual_state(work, line, way), (0, 0, 0, 0, 0))


def _with(line: Line, state: S, numbers: tuple[int, int, int, int, int]) -> Line:
    shipped, delivered, returned, backordered, returning = numbers
    if (
        state is line.state
        and shipped == line.shipped_quantity
        and delivered == line.delivered_quantity
        and returned == line.returned_quantity
        and backordered == line.backordered_quantity
        and returning == line.returning_quantity
    ):
        return line
    return Line(
        line.line_id,
        line.kind,
        line.title,
        line.sku,
        line.quantity,
        line.price,
        line.expected,
        line.pickup,
        state,
        shipped,
        delivered,
        line.cancelled_quantity,
        returned,
        backordered,
        returning,
        line.expected_slips,
        line.first_expected,
        line.preparing,
    )


# Read downwards: the first that fits is the state.
def _physical_state(work: Work, line: Line, units: Units, backordered: int) -> S:  # noqa: PLR0911
    active = line.quantity - line.cancelled_quantity
    rest = active - units.back - units.coming_back
    if active <= 0:
        return S.CANCELLED
    if rest <= 0:
        return S.RETURNING if units.coming_back else S.RETURNED
    if units.delivered >= rest:
        return S.DELIVERED
    if units.held:
        return S.HELD_UP
    if units.waiting or _is_ready(work, line):
        return S.AVAILABLE_FOR_PICKUP
    if units.out and units.out + units.delivered >= rest:
        return S.OUT_FOR_DELIVERY
    if units.delivered:
        return S.PARTLY_DELIVERED
    if units.under_way:
        return S.SHIPPED if units.under_way >= rest else S.PARTLY_SHIPPED
    if backordered:
        return S.BACKORDERED
    return S.PREPARING if units.announced or line.preparing else S.RECEIVED


def _is_ready(work: Work, line: Line) -> bool:
    return line.pickup and any(line.line_id in item.line_ids for item in work.collections if not item.collected_at)


def _virtual_state(work: Work, line: Line, way: Way) -> S:
    if line.quantity - line.cancelled_quantity <= 0:
        return S.CANCELLED
    waiting = S.PREPARING if line.preparing else S.RECEIVED
    if way is Way.DOWNLOAD:
        return next(
            (S.REVOKED if d.revoked_at else S.READY for d in work.downloads if d.line_id == line.line_id), waiting
        )
    if way is Way.ACCESS:
        return next(
            (S.REVOKED if a.revoked_at else S.GRANTED for a in work.accesses if a.line_id == line.line_id), waiting
        )
    return next((_trial_state(trial) for trial in work.trials if trial.line_id == line.line_id), waiting)


def _trial_state(trial: Trial) -> S:
    """A charge does not bring a cancelled trial back, whenever it was made and whenever word of it comes: the buyer was
    told that it has ended.
    """
    if trial.cancelled_at:
        return S.TRIAL_ENDED
    return S.SUBSCRIBED if trial.charged_at else S.TRIAL_RUNNING


_REACHED = frozenset({
    S.DELIVERED, S.RETURNING, S.RETURNED, S.GRANTED, S.TRIAL_RUNNING, S.TRIAL_ENDED, S.SUBSCRIBED, S.REVOKED,
})  # fmt: skip
_ON_ITS_WAY = frozenset({S.SHIPPED, S.OUT_FOR_DELIVERY, S.READY})
_PARTLY = frozenset({S.PARTLY_SHIPPED, S.PARTLY_DELIVERED, S.HELD_UP, S.AVAILABLE_FOR_PICKUP})
_UNPAID = frozenset({PaymentState.PENDING, PaymentState.FAILED})


def order_state(work: Work, lines: Iterable[Line]) -> OrderState:
    """Where the order as a whole is."""
    live = [line for line in lines if line.state is not S.CANCELLED]
    if not live:
        return OrderState.CANCELLED
    reached = going = partly = returned = 0
    for line in live:
        if _has_reached(work, line):
            reached += 1
            returned += line.state is S.RETURNED
        elif _is_on_its_way(line):
            going += 1
        elif line.state in _PARTLY:
            partly += 1
    if returned == len(live):
        return OrderState.RETURNED
    if reached == len(live):
        return OrderState.COMPLETE
    if going + reached == len(live):
        return OrderState.ON_ITS_WAY
    if going + reached + partly:
        return OrderState.PARTLY_ON_ITS_WAY
    return _state_before_anything_left(work, live)


def _state_before_anything_left(work: Work, live: list[Line]) -> OrderState:
    if any(line.state is S.PREPARING for line in live):
        return OrderState.IN_PREPARATION
    return OrderState.AWAITING_PAYMENT if work.payment_state in _UNPAID else OrderState.CONFIRMED


def _has_reached(work: Work, line: Line) -> bool:
    """A download has reached its buyer once one was started, of whichever issue; the rest says it by its state."""
    if line.state is not S.READY:
        return line.state in _REACHED
    for item in work.downloads:
        if item.line_id == line.line_id and (item.first_taken_at or item.issue == 1):
            return item.first_taken_at is not None
    return any(e.kind is ChangeKind.DOWNLOAD_TAKEN and line.line_id in e.line_ids for e in work.timeline)


def _is_on_its_way(line: Line) -> bool:
    """All of it is on its way: a line of which some is held up, waits or was delivered counts once the rest has left
    too.
    """
    if line.state in _PARTLY:
        return line.pickup or line.shipped_quantity >= line.quantity - line.cancelled_quantity
    return line.state in _ON_ITS_WAY
