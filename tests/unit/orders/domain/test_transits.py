"""How long parcels take: what counts teach, and how an order is told of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain.changes.care import ExpectationRevised
from orders.domain.changes.contact import BuyerErased
from orders.domain.changes.shipping import ParcelProgressed, ParcelShipped
from orders.domain.events import Change, Event
from orders.domain.fold import Recorded, create, record
from orders.domain.order import (
    Buyer,
    Draft,
    DraftLine,
    Effect,
    Expectation,
    ExpectationSource,
    LineKind,
    Order,
    PostalAddress,
    TrackingStatus,
)
from orders.domain.policy import Policy
from orders.domain.transits import LEAST, LONGEST, MOST, QUARTER_DAY, Transit, counted, learnt, quarter_days, road_of
from tests.unit.orders.order_lives import DAY, HOUR, START, source_for

BOOK = DraftLine("book", LineKind.PHYSICAL, "Book", expected=Expectation(START + 9 * DAY))
IN_FRANCE = Buyer("ada@example.com", shipping_address=PostalAddress(country="FR"))
TAKES = Transit(2 * DAY, 3 * DAY)


# ------------------------------------------------------------------------------------------------------------- counts
def test_a_road_says_nothing_before_it_has_seen_20_parcels() -> None:
    few = counted({}, [8] * (LEAST - 1))
    assert learnt(few) is None
    assert learnt(counted(few, [8])) == Transit(8 * QUARTER_DAY, 9 * QUARTER_DAY)


def test_the_median_and_the_ninth_decile_follow_from_the_counts() -> None:
    counts = counted({}, [4] * 12 + [8] * 6 + [40] * 2)
    assert learnt(counts) == Transit(4 * QUARTER_DAY, 9 * QUARTER_DAY)
    assert learnt(counted(counts, [40])) == Transit(4 * QUARTER_DAY, 41 * QUARTER_DAY)


@given(st.lists(st.integers(0, LONGEST), min_size=LEAST, max_size=MOST), st.integers(1, 50))
def test_one_at_a_time_or_together_the_counts_are_the_same_and_the_range_holds_what_it_says(
    days: list[int], size: int
) -> None:
    one_by_one: dict[int, int] = {}
    for start in range(0, len(days), size):
        one_by_one = counted(one_by_one, days[start : start + size])
    assert one_by_one == counted({}, days)
    transit = learnt(one_by_one)
    assert transit is not None
    by_median = sum(number * QUARTER_DAY <= transit.median for number in days)
    by_late = sum(number * QUARTER_DAY < transit.late for number in days)
    assert by_median * 2 >= len(days)
    assert by_late * 10 >= len(days) * 9
    assert transit.median < transit.late


def test_what_a_carrier_does_now_outweighs_what_it_did_long_ago() -> None:
    counts = counted({}, [8] * MOST)
    for _ in range(3 * MOST):
        counts = counted(counts, [20])
    assert sum(counts.values()) <= MOST
    transit = learnt(counts)
    assert transit is not None
    assert transit.median == 20 * QUARTER_DAY


def test_a_time_on_the_way_is_counted_in_whole_quarter_days_up_to_sixty_days() -> None:
    assert [quarter_days(span) for span in (HOUR, 6 * HOUR, 2 * DAY, 900 * DAY)] == [0, 1, 8, LONGEST]


def test_a_carrier_is_the_same_however_it_is_written() -> None:
    assert road_of("m", " Royal  Mail", "GB") == road_of("m", "royal mail", "GB")


# -------------------------------------------------------------------------------------------------------------- orders
def the_order(buyer: Buyer = IN_FRANCE) -> Order:
    return create(Draft("merchants/shop/orders/R-1", "R-1", buyer, (BOOK,), START), None, START).order


def tell(order: Order, change: Change, days: float = 1) -> Recorded:
    """Told to a merchant whose parcels to France take so long with DHL."""
    policy = Policy(transit=lambda carrier, country: TAKES if (carrier, country) == ("dhl", "FR") else None)
    at = START + days * DAY
    return record(order, Event(change, at, source_for(change)), max(at, order.update_time), policy)


def from_history(days: float) -> Expectation:
    return Expectation(START + (days + 3) * DAY, START + (days + 2) * DAY, ExpectationSource.HISTORY)


HANDED_OVER = ParcelShipped("p1", "dhl", handed_over=True)
LABEL = ParcelShipped("p1", "dhl")
PICKED_UP = ParcelProgressed("p1", TrackingStatus.PICKED_UP)


def test_a_parcel_that_is_handed_over_is_expected_as_history_teaches() -> None:
    told = tell(the_order(), HANDED_OVER)
    assert told.order.parcels[0].expected == from_history(1)
    assert told.order.timeline[-1].expected == from_history(1)
    assert isinstance(told.event.change, ParcelShipped)
    assert told.event.change.expected == from_history(1)
    assert tell(told.order, HANDED_OVER, 2).effect is Effect.REPEATED
    assert told.order.lines[0].expected == Expectation(START + 9 * DAY)


@pytest.mark.parametrize("leaves", [PICKED_UP, HANDED_OVER], ids=["by its first scan", "by the merchant's word"])
def test_a_label_is_expected_from_when_the_parcel_leaves(leaves: Change) -> None:
    order = tell(the_order(), LABEL).order
    assert order.parcels[0].expected is None
    left = tell(order, leaves, 2)
    assert (left.effect, left.order.parcels[0].expected) == (Effect.APPLIED, from_history(2))
    later = tell(left.order, ParcelProgressed("p1", TrackingStatus.IN_TRANSIT), 3).order
    assert later.parcels[0].expected == from_history(2)
    assert sum(entry.expected is not None for entry in later.timeline) == 1


@pytest.mark.parametrize("source", [ExpectationSource.CARRIER, ExpectationSource.MERCHANT])
def test_a_time_that_was_named_for_this_parcel_stands(source: ExpectationSource) -> None:
    named = Expectation(START + 8 * DAY, None, source)
    assert (
        tell(the_order(), ParcelShipped("p1", "dhl", expected=named, handed_over=True)).order.parcels[0].expected
        == named
    )
    order = tell(the_order(), LABEL).order
    order = tell(order, ExpectationRevised(named, parcel_id="p1"), 1.5).order
    assert tell(order, PICKED_UP, 2).order.parcels[0].expected == named
    told_by_scan = ParcelProgressed("p1", TrackingStatus.PICKED_UP, expected=named)
    assert tell(tell(the_order(), LABEL).order, told_by_scan, 2).order.parcels[0].expected == named


def test_the_carriers_estimate_replaces_history_and_a_slip_counts() -> None:
    order = tell(the_order(), HANDED_OVER).order
    estimate = Expectation(START + 7 * DAY, None, ExpectationSource.CARRIER)
    order = tell(order, ParcelProgressed("p1", TrackingStatus.IN_TRANSIT, expected=estimate), 2).order
    assert (order.parcels[0].expected, order.parcels[0].expected_slips) == (estimate, 1)
    assert [entry.expected for entry in order.timeline if entry.expected] == [from_history(1), estimate]


@pytest.mark.parametrize("buyer", [Buyer("ada@example.com"), Buyer("a@b.c", shipping_address=PostalAddress())])
def test_a_road_that_nobody_knows_teaches_nothing(buyer: Buyer) -> None:
    assert tell(the_order(buyer), HANDED_OVER).order.parcels[0].expected is None
    erased = tell(the_order(), BuyerErased()).order
    assert tell(erased, HANDED_OVER).order.parcels[0].expected is None


def test_a_parcel_whose_first_scan_is_its_delivery_is_expected_no_more() -> None:
    order = tell(the_order(), LABEL).order
    assert tell(order, ParcelProgressed("p1", TrackingStatus.DELIVERED), 2).order.parcels[0].expected is None
