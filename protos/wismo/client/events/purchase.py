"""Payment, stock, packing, collection at the shop, cancellation, refund."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from wismo.client.events.envelope import Expected, event, expectation, ids
from wismo.client.values import Lines, Money, moment, money, quantities
from wismo.client.vocabulary import EventSource, number
from wismo.client.vocabulary import PaymentState as State
from wismo.orders.v1.fulfilment_event_pb2 import (
    Collected,
    FulfilmentEvent,
    LinesBackordered,
    LinesCancelled,
    PackingStarted,
    PaymentChanged,
    ReadyForCollection,
    Refunded,
)
from wismo.orders.v1.parcel_pb2 import PickupPoint


def payment_changed(
    state: State | str,
    *,
    reason: str = "",
    pay_url: str = "",
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """The payment moved to ``state``.

    ``reason``: why it failed or waits, in the buyer's language. ``pay_url``: where to pay again (https).
    """
    body = PaymentChanged(reason=reason, pay_url=pay_url)
    body.payment_state = number(State, state, "payment_state")
    return event("payment_changed", body, occurred_at, source)


def lines_backordered(
    lines: Lines,
    *,
    expected: Expected | datetime | None = None,
    reason: str = "",
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """``lines`` are out of stock for now; ``expected``: when they come; ``reason`` in the buyer's language."""
    body = LinesBackordered(lines=quantities(lines), expected=expectation(expected), reason=reason)
    return event("lines_backordered", body, occurred_at, source)


def packing_started(
    line_ids: Iterable[str] | None = None,
    *,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """Packing or preparing began: of ``line_ids``, or of all lines that wait. Ends their back-order."""
    return event("packing_started", PackingStarted(line_ids=ids(line_ids, "line_ids")), occurred_at, source)


def ready_for_collection(
    pickup_point: PickupPoint,
    *,
    line_ids: Iterable[str] | None = None,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """Lines with ``pickup`` can be collected at the shop; make the point with ``events.pickup_point``. No ids: all of
    them.
    """
    body = ReadyForCollection(line_ids=ids(line_ids, "line_ids"), pickup_point=pickup_point)
    return event("ready_for_collection", body, occurred_at, source)


def collected(
    line_ids: Iterable[str] | None = None,
    *,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """Lines were collected at the shop. No ids: every line that was ready."""
    return event("collected", Collected(line_ids=ids(line_ids, "line_ids")), occurred_at, source)


def lines_cancelled(
    lines: Lines | None = None,
    *,
    reason: str = "",
    by_buyer: bool = False,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """``lines`` were cancelled; none named: everything that has not reached the buyer. ``reason`` in the buyer's
    language.
    """
    body = LinesCancelled(lines=quantities(lines), reason=reason, by_buyer=by_buyer)
    return event("lines_cancelled", body, occurred_at, source)


def refunded(
    refund_id: str,
    amount: Money | tuple[Decimal | int | str, str],
    *,
    line_ids: Iterable[str] | None = None,
    reason: str = "",
    expected_by: datetime | None = None,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """Money went back. ``refund_id`` is yours, unique in the order; ``expected_by``: when the buyer sees it on their
    account.
    """
    body = Refunded(
        refund_id=refund_id,
        amount=money(amount, "amount"),
        line_ids=ids(line_ids, "line_ids"),
        reason=reason,
        expected_by=moment(expected_by, "expected_by"),
    )
    return event("refunded", body, occurred_at, source)
