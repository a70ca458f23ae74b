"""Parcels, back-orders, ways back and collection, told as stories."""

from dataclasses import replace

import pytest

from orders.domain.changes.care import LinesCancelled
from orders.domain.changes.shipping import (
    Collected,
    LinesBackordered,
    PackingStarted,
    ParcelCorrected,
    ParcelProgressed,
    ParcelShipped,
    PaymentChanged,
    ReadyForCollection,
    ReturnReceived,
    ReturnStarted,
)
from orders.domain.errors import BadField, DuplicateId, QuantityTooLarge, UnknownLine, UnknownParcel, WrongLineKind
from orders.domain.order import (
    DeliveryMode,
    DraftLine,
    Effect,
    ExceptionReason,
    Expectation,
    Line,
    LineKind,
    LineQuantity,
    LineState,
    Order,
    OrderState,
    PaymentState,
    TrackingStatus,
)
from tests.unit.orders.order_lives import DAY, POINT, START, after, new_order, scan, shipped, tell

BOOK = DraftLine("book", LineKind.PHYSICAL, "Book", quantity=3, expected=Expectation(START + 5 * DAY))
PEN = DraftLine("pen", LineKind.PHYSICAL, "Pen")
SHELF = DraftLine("shelf", LineKind.PHYSICAL, "Shelf", pickup=True)
APP = DraftLine("app", LineKind.DOWNLOAD, "Software")


def _book(order: Order) -> Line:
    return order.lines[0]


def test_a_partial_shipment_leaves_the_rest_to_send() -> None:
    order = after(new_order(BOOK), shipped("p1", LineQuantity("book", 1), handed_over=True))
    assert (_book(order).state, _book(order).shipped_quantity) == (LineState.PARTLY_SHIPPED, 1)
    order = after(order, shipped("p2", handed_over=True))
    assert order.parcels[1].lines == (LineQuantity("book", 2),)
    assert (_book(order).state, order.state) == (LineState.SHIPPED, OrderState.ON_ITS_WAY)


def test_a_label_alone_is_preparation_and_no_shipment() -> None:
    order = after(new_order(BOOK), shipped())
    assert (_book(order).state, order.state, order.parcels[0].shipped_at) == (
        LineState.PREPARING,
        OrderState.IN_PREPARATION,
        None,
    )
    order = after(order, replace(shipped(), handed_over=True))
    assert (_book(order).state, len(order.parcels)) == (LineState.SHIPPED, 1)
    assert order.parcels[0].shipped_at == order.update_time


def test_parcels_that_split_a_line_are_delivered_one_by_one() -> None:
    order = after(new_order(BOOK), shipped("p1", LineQuantity("book", 2)), shipped("p2"))
    order = after(order, scan(TrackingStatus.DELIVERED, "p1"))
    assert (_book(order).state, _book(order).delivered_quantity) == (LineState.PARTLY_DELIVERED, 2)
    order = after(order, scan(TrackingStatus.OUT_FOR_DELIVERY, "p2"))
    assert _book(order).state is LineState.OUT_FOR_DELIVERY
    order = after(order, scan(TrackingStatus.DELIVERED, "p2"))
    assert (_book(order).state, order.state) == (LineState.DELIVERED, OrderState.COMPLETE)


def test_a_back_order_ends_when_packing_begins_or_the_rest_is_sent() -> None:
    waiting = after(new_order(BOOK), LinesBackordered((LineQuantity("book", 2),), Expectation(START + 20 * DAY)))
    assert (_book(waiting).state, _book(waiting).backordered_quantity) == (LineState.BACKORDERED, 2)
    assert (_book(waiting).expected, _book(waiting).expected_slips) == (Expectation(START + 20 * DAY), 1)
    assert _book(waiting).first_expected == Expectation(START + 5 * DAY)
    packed = after(waiting, PackingStarted())
    assert (_book(packed).state, _book(packed).backordered_quantity) == (LineState.PREPARING, 0)
    sent = after(waiting, shipped("p1", LineQuantity("book", 2), handed_over=True))
    assert (_book(sent).state, _book(sent).backordered_quantity) == (LineState.PARTLY_SHIPPED, 1)


def test_more_than_is_left_cannot_be_sent() -> None:
    order = after(new_order(BOOK), shipped("p1", LineQuantity("book", 2)))
    with pytest.raises(QuantityTooLarge) as refused:
        tell(order, shipped("p2", LineQuantity("book", 2)))
    assert (refused.value.asked, refused.value.left) == (2, 1)
    assert str(refused.value) == (
        "parcel_shipped.lines[0].quantity: 2 of line 'book' is more than the 1 that are left to be sent; "
        "send at most 1, or 0 for all that are left"
    )


def test_what_was_lost_or_came_back_undelivered_may_be_sent_again() -> None:
    lost = after(new_order(BOOK), shipped(), scan(TrackingStatus.EXCEPTION, reason=ExceptionReason.LOST))
    assert _book(lost).state is LineState.HELD_UP
    assert after(lost, shipped("p2", LineQuantity("book"))).parcels[1].lines == (LineQuantity("book", 3),)
    back = after(new_order(BOOK), shipped(), scan(TrackingStatus.RETURNED))
    assert (_book(back).state, _book(back).returned_quantity) == (LineState.RETURNED, 3)
    assert after(back, shipped("p2", LineQuantity("book"))).parcels[1].lines == (LineQuantity("book", 3),)


def test_a_parcel_that_is_cancelled_before_it_moved_gives_its_lines_back() -> None:
    order = after(new_order(BOOK), PackingStarted(), shipped(), scan(TrackingStatus.CANCELLED))
    assert _book(order).state is LineState.PREPARING
    assert _book(after(order, shipped("p2", handed_over=True))).state is LineState.SHIPPED


def test_the_same_parcel_again_is_a_repeat_and_other_content_is_refused() -> None:
    order = after(new_order(BOOK, PEN), shipped("p1", LineQuantity("book")))
    again = tell(order, shipped("p1", LineQuantity("book", 3)))
    assert (again.effect, again.sequence) == (Effect.REPEATED, 2)
    with pytest.raises(DuplicateId, match="parcel_corrected"):
        tell(order, replace(shipped("p1", LineQuantity("book")), tracking_number="other"))
    with pytest.raises(DuplicateId):
        tell(order, shipped("p1", LineQuantity("pen")))


def test_a_corrected_number_takes_the_address_made_for_the_wrong_one_away() -> None:
    order = after(new_order(BOOK), ParcelShipped("p1", "dhl", "1", "https://dhl.example/1"))
    order = after(order, ParcelCorrected("p1", tracking_number="2"))
    assert (order.parcels[0].tracking_number, order.parcels[0].tracking_url) == ("2", "")
    assert tell(order, ParcelCorrected("p1", tracking_number="2")).effect is Effect.REPEATED
    with pytest.raises(BadField, match="nothing is corrected"):
        tell(order, ParcelCorrected("p1"))


def test_a_scan_before_its_parcel_says_what_to_do() -> None:
    with pytest.raises(UnknownParcel) as refused:
        tell(new_order(BOOK), scan(TrackingStatus.DELIVERED, "p9"))
    assert refused.value.subject == "p9"
    assert refused.value.right == "send parcel_shipped for it first, or send this event again later"


def test_fields_of_another_status_are_refused() -> None:
    order = after(new_order(BOOK), shipped())
    with pytest.raises(BadField, match="delivery_mode: it goes with DELIVERED only"):
        tell(order, ParcelProgressed("p1", TrackingStatus.IN_TRANSIT, delivery_mode=DeliveryMode.SIGNED))


def test_where_a_parcel_waits_is_known_only_while_it_waits() -> None:
    order = after(new_order(BOOK), shipped(), replace(scan(TrackingStatus.AVAILABLE_FOR_PICKUP), pickup_point=POINT))
    assert (order.parcels[0].pickup_point, _book(order).state) == (POINT, LineState.AVAILABLE_FOR_PICKUP)
    got = replace(scan(TrackingStatus.DELIVERED), delivery_mode=DeliveryMode.PICKED_UP, received_by="Ada")
    order = after(order, got)
    parcel = order.parcels[0]
    assert (parcel.pickup_point, parcel.delivery_mode, parcel.received_by) == (None, DeliveryMode.PICKED_UP, "Ada")


def test_a_return_goes_from_the_buyer_back_to_the_merchant() -> None:
    order = after(new_order(BOOK), shipped(), scan(TrackingStatus.DELIVERED))
    order = after(order, ReturnStarted((LineQuantity("book", 1),), "https://dhl.example/back"))
    assert (_book(order).state, _book(order).returning_quantity) == (LineState.DELIVERED, 1)
    order = after(order, ReturnStarted((LineQuantity("book"),)))
    assert (_book(order).state, _book(order).returning_quantity) == (LineState.RETURNING, 3)
    order = after(order, ReturnReceived((LineQuantity("book", 2),)))
    assert (_book(order).returned_quantity, _book(order).returning_quantity) == (2, 1)
    assert [item.received_at is not None for item in order.returns] == [True, False]
    order = after(order, ReturnReceived((LineQuantity("book"),)))
    assert (_book(order).state, order.state) == (LineState.RETURNED, OrderState.RETURNED)
    with pytest.raises(QuantityTooLarge):
        tell(
            after(new_order(BOOK), shipped(), scan(TrackingStatus.DELIVERED)), ReturnStarted((LineQuantity("book", 4),))
        )


def test_what_comes_back_unannounced_counts_as_sent_and_arrived() -> None:
    order = after(
        new_order(BOOK), shipped(), scan(TrackingStatus.DELIVERED), ReturnReceived((LineQuantity("book", 1),))
    )
    assert (_book(order).state, _book(order).returned_quantity, _book(order).delivered_quantity) == (
        LineState.DELIVERED,
        1,
        3,
    )


def test_a_line_that_is_collected_is_never_in_a_parcel() -> None:
    order = new_order(SHELF, PEN)
    with pytest.raises(WrongLineKind, match="ready_for_collection and collected"):
        tell(order, shipped("p1", LineQuantity("shelf")))
    assert after(order, shipped()).parcels[0].lines == (LineQuantity("pen", 1),)
    order = after(order, ReadyForCollection(POINT))
    assert (order.lines[0].state, order.collections[0].line_ids) == (LineState.AVAILABLE_FOR_PICKUP, ("shelf",))
    order = after(order, Collected())
    assert (order.lines[0].state, order.lines[0].delivered_quantity) == (LineState.DELIVERED, 1)
    assert tell(order, Collected(("shelf",))).effect is Effect.REPEATED


def test_cancelling_part_of_a_line_leaves_the_rest() -> None:
    order = after(new_order(BOOK), LinesCancelled((LineQuantity("book", 1),)), shipped("p1", handed_over=True))
    assert order.parcels[0].lines == (LineQuantity("book", 2),)
    assert (_book(order).state, _book(order).cancelled_quantity) == (LineState.SHIPPED, 1)


def test_cancelling_everything_takes_what_has_not_reached_the_buyer() -> None:
    order = after(new_order(BOOK, PEN), shipped("p1", LineQuantity("pen")), scan(TrackingStatus.DELIVERED))
    cancelled = tell(order, LinesCancelled())
    assert cancelled.event.change == LinesCancelled((LineQuantity("book", 3),))
    assert [line.state for line in cancelled.order.lines] == [LineState.CANCELLED, LineState.DELIVERED]
    assert after(new_order(BOOK, APP), LinesCancelled()).state is OrderState.CANCELLED


def test_a_line_that_the_order_does_not_have_is_named_in_the_error() -> None:
    with pytest.raises(UnknownLine, match=r"packing_started.line_ids\[1\]: the order has no line 'nope'; name one of"):
        tell(new_order(BOOK), PackingStarted(("book", "nope")))


def test_a_payment_never_goes_back_to_pending_and_a_late_word_of_it_is_noted() -> None:
    order = new_order(BOOK, payment=PaymentState.PENDING)
    assert order.state is OrderState.AWAITING_PAYMENT
    failed = after(order, PaymentChanged(PaymentState.FAILED, "card refused", "https://shop.example/pay"))
    assert (failed.state, failed.pay_url) == (OrderState.AWAITING_PAYMENT, "https://shop.example/pay")
    paid = after(failed, PaymentChanged(PaymentState.PAID))
    assert (paid.state, paid.pay_url) == (OrderState.CONFIRMED, "")
    late = tell(paid, PaymentChanged(PaymentState.AUTHORISED), START)
    assert (late.effect, late.order.payment_state) == (Effect.NOTED, PaymentState.PAID)
    assert tell(paid, PaymentChanged(PaymentState.PAID)).effect is Effect.REPEATED
