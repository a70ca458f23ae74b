"""A group of commands acting on orders in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from orders.domain.asking import asking
from orders.domain.changes.care import NoteToBuyer, ProblemResolved, QuestionAsked
from orders.domain.changes.shipping import ParcelProgressed, ParcelShipped
from orders.domain.errors import DomainError, UnknownProblem
from orders.domain.events import Change, Event
from orders.domain.order import Order, TrackingStatus
from orders.domain.vocabulary import Effect
from orders.use_cases.commands import Answer, Command, RecordDecided, RecordEvent
from orders.use_cases.errors import AlreadyExists, EtagMismatch, NotFound
from tests.fakes.orders_parts import MERCHANT, NOW, create, folded, mark, record
from wismo.events.v1.order_event_pb2 import OrderEvent


def test_commands_of_one_order_see_each_other() -> None:
    outcomes, changes = folded([create(), record("One.", "n1"), record("Two.", "n2")])
    assert [outcome.sequence for outcome in outcomes if isinstance(outcome, Answer)] == [1, 2, 3]
    assert [order.version for order in changes.created] == [3]
    assert changes.replaced == ()
    assert [row.sequence for row in changes.log] == [1, 2, 3]


def test_every_written_event_has_a_row_for_the_broker_with_the_order_after_it() -> None:
    _, changes = folded([create(), record("One.", "n1")])
    told = [OrderEvent.FromString(row.value) for row in changes.outbox]
    assert [event.sequence for event in told] == [1, 2]
    assert [event.order.sequence for event in told] == [1, 2]
    assert [event.id for event in told] == [row.event_id for row in changes.outbox]
    assert [event.type for event in told] == ["wismo.order.order_created.v1", "wismo.order.note_to_buyer.v1"]
    assert told[1].change.note_to_buyer.text == "One."
    assert told[1].request_id == "n1"
    assert told[1].subject == told[1].order.name == "merchants/lantern/orders/R-1"


def test_one_that_is_refused_takes_no_other_with_it() -> None:
    outcomes, changes = folded([record("x", "n0", "R-404"), create(), record("One.", "n1", etag='"9"')])
    assert isinstance(outcomes[0], NotFound)
    assert isinstance(outcomes[1], Answer)
    assert isinstance(outcomes[2], EtagMismatch)
    assert len(changes.outbox) == 1


def test_a_repeated_request_is_answered_again_and_writes_nothing() -> None:
    _, before = folded([create(), record("One.", "n1")])
    outcomes, changes = folded([record("One.", "n1"), create()], {before.created[0].key: before.created[0]})
    assert isinstance(outcomes[0], Answer)
    assert (outcomes[0].sequence, outcomes[0].effect, outcomes[0].etag) == (2, Effect.APPLIED, '"2"')
    assert isinstance(outcomes[1], Answer)
    assert outcomes[1].sequence == 1
    assert not changes


def test_the_same_request_twice_in_one_group_counts_once() -> None:
    outcomes, changes = folded([create(), record("One.", "n1"), record("One.", "n1")])
    assert outcomes[1] == outcomes[2]
    assert len(changes.outbox) == 2


def test_references_that_differ_in_capital_letters_only_are_one() -> None:
    outcomes, _ = folded([create("Ab-1"), create("aB-1"), record("x", "n1", "aB-1")])
    assert isinstance(outcomes[1], AlreadyExists)
    assert isinstance(outcomes[2], NotFound)


def test_a_domain_error_is_the_answer_of_its_command_alone() -> None:
    bad = create("R-2")
    twice = bad.draft.lines * 2
    broken = type(bad)(
        bad.key, bad.name, bad.merchant, bad.mark, type(bad.draft)(bad.name, "R-2", bad.draft.buyer, twice)
    )
    outcomes, changes = folded([broken, create("R-1")])
    assert isinstance(outcomes[0], DomainError)
    assert [order.order.reference for order in changes.created] == ["R-1"]


def ask(text: str, request_id: str, at: datetime = NOW) -> RecordDecided:
    """A question, whose identity follows from the order."""
    first = create()

    def decide(order: Order, now: datetime) -> Sequence[Event]:
        return asking(order, Event(QuestionAsked("q", text), at), now, lambda since: since + timedelta(days=1))

    return RecordDecided(first.key, first.name, MERCHANT, mark(request_id, text), decide)


def test_what_is_decided_together_is_written_together_with_a_row_for_each() -> None:
    outcomes, changes = folded([create(), ask("Where?", "a1"), ask("Hello?", "a2", NOW + timedelta(minutes=1))])
    assert [outcome.sequence for outcome in outcomes if isinstance(outcome, Answer)] == [1, 3, 5]
    told = [OrderEvent.FromString(row.value) for row in changes.outbox]
    assert [event.order.sequence for event in told] == [1, 2, 3, 4, 5]
    assert [event.request_id for event in told] == ["", "a1", "a1", "a2", "a2"]
    (row,) = changes.questions
    assert (row.key, row.question_id, row.due) == (f"{create().key}?q-1", "q-1", NOW + timedelta(days=1))


def test_what_is_decided_is_written_once_for_a_request() -> None:
    _, before = folded([create(), ask("Where?", "a1")])
    outcomes, changes = folded([ask("Where?", "a1")], {order.key: order for order in before.created})
    assert isinstance(outcomes[0], Answer)
    assert (outcomes[0].sequence, outcomes[0].effect) == (3, Effect.APPLIED)
    assert not changes


def test_of_what_is_decided_together_either_all_is_written_or_nothing() -> None:
    first = create()
    both = (Event(NoteToBuyer("One.")), Event(ProblemResolved("none", "All well.")))
    command = RecordDecided(first.key, first.name, MERCHANT, mark("d1"), lambda _order, _now: both)
    outcomes, changes = folded([first, command])
    assert isinstance(outcomes[1], UnknownProblem)
    assert [row.sequence for row in changes.log] == [1]


def test_only_a_question_that_moved_is_written_to_the_list() -> None:
    _, changes = folded([create(), record("One.", "n1")])
    assert changes.questions == ()


def event(change: Change, request_id: str, hours: float) -> RecordEvent:
    """Something that happened after so many hours."""
    first = create()
    return RecordEvent(
        first.key, first.name, MERCHANT, mark(request_id), Event(change, NOW - timedelta(hours=99 - hours))
    )


def test_a_delivery_is_observed_once_with_the_time_from_the_hand_over() -> None:
    delivered = ParcelProgressed("p1", TrackingStatus.DELIVERED)
    commands: list[Command] = [
        create(),
        event(ParcelShipped("p1", "DHL", handed_over=True), "e1", 0),
        event(delivered, "e2", 50),
        event(ParcelProgressed("p1", TrackingStatus.IN_TRANSIT), "e3", 20),
    ]
    _, changes = folded(commands)
    (row,) = changes.transits
    assert (row.key, row.quarter_days) == (f"{create().key}/p1", 8)
    assert (row.road.merchant, row.road.carrier, row.road.country) == (MERCHANT.name, "dhl", "")
    _, later = folded([event(delivered, "e4", 60)], {order.key: order for order in changes.created})
    assert later.transits == ()


def test_a_delivery_that_nobody_saw_leave_teaches_nothing() -> None:
    _, changes = folded(
        [
            create(),
            event(ParcelShipped("p1"), "e1", 0),
            event(ParcelProgressed("p1", TrackingStatus.DELIVERED), "e2", 50),
        ]
    )
    assert changes.transits == ()
