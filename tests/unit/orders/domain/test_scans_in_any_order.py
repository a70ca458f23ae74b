"""Carrier scans arrive late, twice and out of order, and it must not matter."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from orders.domain.changes.shipping import ParcelProgressed
from orders.domain.moves import TRACKING_RANK
from orders.domain.order import Effect, Expectation, ExpectationSource, LineQuantity, Order, TrackingStatus
from tests.unit.orders.life_strategies import scans, times
from tests.unit.orders.order_lives import DAY, HOUR, START, after, new_order, scan, shipped, tell

Scans = list[tuple[ParcelProgressed, datetime]]
NOW = START + 60 * DAY


def _shipped_order() -> Order:
    one, two = LineQuantity("book", 2), LineQuantity("book", 1)
    return after(new_order(), shipped("p1", one), shipped("p2", two, handed_over=True))


def _told(order: Order, story: Scans) -> Order:
    for change, at in story:
        order = tell(order, change, at, NOW).order
    return order


def _what_buyer_sees(order: Order) -> object:
    """Everything but the numbers of events, which say in which order they came."""
    parcels = [replace(p, scans=tuple(replace(s, sequence=0) for s in p.scans)) for p in order.parcels]
    timeline = sorted(
        (e.occurred_at, e.kind, e.parcel_id, e.tracking_status, e.reason, e.note, str(e.expected))
        for e in order.timeline
    )
    return parcels, order.lines, order.state, timeline


# Two scans that a carrier means as one (same parcel, time, status, reason and place) are a repeat, tested apart.
stories = st.lists(
    st.tuples(scans(st.sampled_from(["p1", "p2"])), times),
    max_size=12,
    unique_by=lambda told: (told[0].parcel_id, told[1], told[0].status, told[0].reason, told[0].location),
)


@given(stories.flatmap(lambda story: st.tuples(st.just(story), st.permutations(story))))
def test_any_order_of_arrival_gives_the_same_parcels_lines_and_order(told: tuple[Scans, Scans]) -> None:
    in_one_order, in_another = told
    order = _shipped_order()
    assert _what_buyer_sees(_told(order, in_one_order)) == _what_buyer_sees(_told(order, in_another))


@given(stories)
def test_no_scan_takes_a_parcel_down_its_ladder(story: Scans) -> None:
    order = _shipped_order()
    for change, at in story:
        before, order = order, tell(order, change, at, NOW).order
        for was, is_now in zip(before.parcels, order.parcels, strict=True):
            assert TRACKING_RANK[is_now.status] >= TRACKING_RANK[was.status]


@given(stories)
def test_a_scan_that_is_only_noted_moves_no_state(story: Scans) -> None:
    order = _shipped_order()
    for change, at in story:
        recorded = tell(order, change, at, NOW)
        if recorded.effect is Effect.NOTED:
            assert [p.status for p in recorded.order.parcels] == [p.status for p in order.parcels]
            assert recorded.order.lines == order.lines
            assert recorded.order.state is order.state
        order = recorded.order


@given(stories.flatmap(lambda story: st.tuples(st.just(story), st.permutations(story))))
def test_scans_told_again_change_nothing_and_name_the_event_that_said_them_first(told: tuple[Scans, Scans]) -> None:
    story, again = told
    order = _told(_shipped_order(), story)
    for change, at in again:
        recorded = tell(order, change, at, NOW)
        assert recorded.effect is Effect.REPEATED
        assert recorded.order is order
        first = next(entry for entry in order.timeline if entry.sequence == recorded.sequence)
        assert (first.occurred_at, first.tracking_status) == (at, change.status)


def test_a_scan_joins_the_timeline_at_the_time_at_which_it_happened() -> None:
    order = after(new_order(), shipped())
    order = tell(order, scan(TrackingStatus.DELIVERED), START + 3 * DAY).order
    late = tell(order, scan(TrackingStatus.IN_TRANSIT, location="Leipzig"), START + 2 * DAY)
    assert late.effect is Effect.NOTED
    assert [entry.note for entry in late.order.timeline][-2:] == ["Leipzig", ""]
    assert [entry.sequence for entry in late.order.timeline][-2:] == [4, 3]


def test_a_second_delivery_scan_that_happened_earlier_corrects_the_time_and_tells_nobody() -> None:
    order = after(new_order(), shipped())
    order = tell(order, scan(TrackingStatus.DELIVERED), START + 3 * DAY).order
    late = tell(order, scan(TrackingStatus.DELIVERED), START + 2 * DAY)
    assert late.effect is Effect.NOTED
    assert late.order.parcels[0].delivered_at == START + 2 * DAY


def test_the_same_scan_with_something_more_to_tell_is_no_repeat() -> None:
    order = after(new_order(), shipped())
    order = tell(order, scan(TrackingStatus.IN_TRANSIT), START + DAY).order
    expected = Expectation(START + 4 * DAY, None, ExpectationSource.CARRIER)
    again = tell(order, replace(scan(TrackingStatus.IN_TRANSIT), expected=expected), START + DAY)
    assert again.effect is Effect.APPLIED
    assert again.order.parcels[0].expected == expected


def test_a_carriers_estimate_beats_the_merchants_promise_and_each_later_one_is_a_slip() -> None:
    order = tell(new_order(), replace(shipped(), expected=Expectation(START + 2 * DAY))).order
    for number, days in enumerate((3, 2, 5), 1):
        expected = Expectation(START + days * DAY, None, ExpectationSource.CARRIER)
        order = tell(order, replace(scan(TrackingStatus.IN_TRANSIT), expected=expected), START + number * HOUR).order
    assert order.parcels[0].expected == Expectation(START + 5 * DAY, None, ExpectationSource.CARRIER)
    assert order.parcels[0].expected_slips == 2
    assert [e.expected.latest for e in order.timeline if e.expected] == [START + days * DAY for days in (2, 3, 2, 5)]
