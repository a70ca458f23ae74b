"""What holds for every life of an order, whatever is told in whatever order."""

from contextlib import suppress
from dataclasses import asdict

from hypothesis import given

from orders.domain.changes.care import NoteToBuyer
from orders.domain.errors import BuyerIsErased
from orders.domain.events import Change, Event
from orders.domain.fold import record
from orders.domain.order import Effect, Order
from orders.domain.policy import Policy
from orders.domain.transits import Transit
from tests.unit.orders.life_strategies import live, lives
from tests.unit.orders.order_lives import DAY, START, new_order

Life = tuple[list[Change], list[Event]]


@given(lives)
def test_sequences_are_gapless_and_the_timeline_holds_each_once_in_order_of_time(life: Life) -> None:
    story = live(life)
    written = [told for told in story if told.effect is not Effect.REPEATED]
    assert [told.sequence for told in written] == list(range(2, len(written) + 2))
    if story:
        timeline = story[-1].order.timeline
        assert sorted(entry.sequence for entry in timeline) == list(range(1, len(written) + 2))
        assert [entry.occurred_at for entry in timeline] == sorted(entry.occurred_at for entry in timeline)


@given(lives)
def test_a_repeat_writes_nothing_and_names_an_event_of_the_past(life: Life) -> None:
    order: Order | None = None
    for told in live(life):
        if told.effect is Effect.REPEATED:
            # The first of a life is told of an order that only `live` has in its hands.
            assert order is None or told.order is order
            assert 1 <= told.sequence <= told.order.sequence
        order = told.order


@given(lives)
def test_folding_the_log_again_gives_the_same_order(life: Life) -> None:
    """The log keeps each event as it was recorded, with its numbers resolved; from it everything can be rebuilt."""
    story = [told for told in live(life) if told.effect is not Effect.REPEATED]
    order = new_order()
    for told in story:
        again = record(order, told.event, told.order.update_time)
        assert again == told
        order = again.order


@given(lives)
def test_what_is_only_noted_moves_no_line_and_no_order(life: Life) -> None:
    order = new_order()
    for told in live(life):
        if told.effect is Effect.NOTED:
            assert [line.state for line in told.order.lines] == [line.state for line in order.lines]
            assert told.order.state is order.state
        order = told.order


@given(lives)
def test_quantities_never_exceed_what_was_ordered(life: Life) -> None:
    for told in live(life):
        for line in told.order.lines:
            assert 0 <= line.cancelled_quantity <= line.quantity
            assert 0 <= line.shipped_quantity <= line.quantity
            assert 0 <= line.delivered_quantity <= line.quantity
            assert 0 <= line.backordered_quantity <= line.quantity - line.cancelled_quantity


@given(lives)
def test_the_next_word_is_the_earliest_that_is_still_promised(life: Life) -> None:
    for told in live(life):
        order: Order = told.order
        promised = [problem.next_update_at for problem in order.problems if problem.resolved_at is None]
        promises = [at for at in (*promised, order.note_promise_at, order.watch_promise_at) if at is not None]
        assert order.next_update_at == min(promises, default=None)


@given(lives)
def test_the_order_given_is_never_changed(life: Life) -> None:
    orders = [new_order(), *(told.order for told in live(life))]
    before = [asdict(order) for order in orders[:3]]
    for order in orders[:3]:
        live(life)
        with suppress(BuyerIsErased):
            record(order, Event(NoteToBuyer("so"), START), START)
    assert [asdict(order) for order in orders[:3]] == before


@given(lives)
def test_what_was_learnt_becomes_part_of_the_event_and_is_the_same_when_the_log_is_folded_again(life: Life) -> None:
    story = [told for told in live(life, Policy(transit=_three_days)) if told.effect is not Effect.REPEATED]
    order = new_order()
    for told in story:
        again = record(order, told.event, told.order.update_time, Policy(transit=_three_days))
        assert again == told
        order = again.order


def _three_days(_carrier: str, _country: str) -> Transit | None:
    return Transit(2 * DAY, 3 * DAY)
