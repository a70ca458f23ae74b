"""The order that a draft becomes."""

from datetime import datetime

from orders.domain.errors import BadField, BadQuantity, TooManyLines
from orders.domain.folding.expectations import normal
from orders.domain.line import DraftLine, Line
from orders.domain.order import Draft, Order, TimelineEntry
from orders.domain.vocabulary import ChangeKind, LineKind, LineState, OrderState, PaymentState

MAX_LINES = 200
_UNPAID = frozenset({PaymentState.PENDING, PaymentState.FAILED})


def created(draft: Draft, at: datetime, now: datetime) -> Order:
    """With every line received and nothing else known. Fields in errors are paths in the Order."""
    if not draft.lines:
        raise BadField("lines", "the order has no line", "send at least one line")
    if len(draft.lines) > MAX_LINES:
        raise TooManyLines(
            "lines",
            f"{len(draft.lines)} lines are more than {MAX_LINES}",
            "split the order into several",
            draft.reference,
            MAX_LINES,
        )
    if not (draft.buyer.email or draft.buyer.phone):
        raise BadField(
            "buyer.email", "nobody could be told anything", "send the buyer's e-mail address or telephone number"
        )
    seen: set[str] = set()
    lines = tuple(_line(line, index, seen) for index, line in enumerate(draft.lines))
    payment = draft.payment_state or PaymentState.PAID
    return Order(
        draft.name,
        draft.reference,
        draft.buyer,
        lines,
        draft.placed_at or at,
        now,
        now,
        draft.total,
        payment,
        OrderState.AWAITING_PAYMENT if payment in _UNPAID else OrderState.CONFIRMED,
        timeline=(TimelineEntry(1, at, now, ChangeKind.ORDER_CREATED),),
    )


def _line(line: DraftLine, index: int, seen: set[str]) -> Line:
    at = f"lines[{index}]"
    if line.line_id in seen:
        raise BadField(
            f"{at}.line_id", f"{line.line_id!r} is used twice", "give each line an identity of its own", line.line_id
        )
    seen.add(line.line_id)
    if line.quantity < 0:
        raise BadQuantity(f"{at}.quantity", "it is negative", "send 1 or more, or 0 for 1", line.line_id)
    if line.kind is LineKind.UNSPECIFIED:
        raise BadField(
            f"{at}.kind", "it is not set", "say how the line reaches the buyer: PHYSICAL, DOWNLOAD, ACCESS or TRIAL"
        )
    if line.pickup and line.kind is not LineKind.PHYSICAL:
        raise BadField(f"{at}.pickup", "only a physical line can be collected", "leave it false", line.line_id)
    expected = normal(line.expected)
    return Line(
        line.line_id,
        line.kind,
        line.title,
        line.sku,
        line.quantity or 1,
        line.price,
        expected,
        line.pickup,
        LineState.RECEIVED,
        first_expected=expected,
    )
