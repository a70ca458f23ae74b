"""A restored database learns from the topic what it does not know, whenever the backup was taken."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.kafka import Record
from orders.adapters.redaction import redacted
from orders.adapters.told_events import read_event
from orders.domain.changes.contact import BuyerErased
from orders.domain.changes.shipping import ParcelProgressed, ParcelShipped
from orders.domain.events import Change, Event
from orders.domain.tracking import TrackingStatus
from orders.domain.vocabulary import EventSource
from orders.use_cases.commands import Command, RecordEvent
from orders.use_cases.folding import fold_group, is_expected
from orders.use_cases.orders import forget_in_log
from orders.use_cases.ports import MerchantRecord
from orders.use_cases.reconciling import Reconciled, Reconciliation, Told
from orders.use_cases.stored import Changes, LogRow, OutboxRow
from tests.fakes.orders_parts import ENCODING, MERCHANT, NOW, create, mark, record
from tests.fakes.orders_stores import InMemoryDatabase, InMemoryMerchants, InMemoryOrders, InMemoryOutbox
from tests.unit.orders.life_strategies import live, lives
from tests.unit.orders.order_lives import BUYER, DAY, MIXED, START
from tests.unit.orders.test_folding import ask, event
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent

# After everything in a life has happened.
LATER = START + 365 * DAY


def written(commands: list[Command], database: InMemoryDatabase | None = None) -> list[InMemoryDatabase]:
    """The database before the first of these commands and after each, one commit each."""
    stages = [database or InMemoryDatabase()]
    for number, command in enumerate(commands):
        after = copied(stages[-1])
        present = {command.key: after.orders.get(command.key)}
        (outcome,), changes = fold_group([command], present, LATER + timedelta(minutes=number), ENCODING)
        assert not isinstance(outcome, Exception) or is_expected(outcome), outcome
        put(after, changes)
        stages.append(after)
    return stages


def copied(database: InMemoryDatabase) -> InMemoryDatabase:
    """A database of its own with the same contents, which are immutable."""
    return InMemoryDatabase(
        dict(database.orders),
        dict(database.log),
        dict(database.outbox),
        dict(database.questions),
        dict(database.transits),
    )


def put(database: InMemoryDatabase, changes: Changes) -> None:
    database.orders |= {order.key: order for order in (*changes.created, *changes.replaced)}
    database.log |= {(row.key, row.sequence): row for row in changes.log}
    database.questions |= {row.key: row for row in changes.questions}
    database.transits |= {row.key: row for row in changes.transits}
    database.outbox |= {row.id: row for row in changes.outbox}


def told(row: OutboxRow) -> Told:
    """A row as the topic gives it back."""
    return read_event(Record(row.topic, row.key.encode(), row.value))


def of(database: InMemoryDatabase, *, accept_gaps: bool = False) -> Reconciliation:
    return Reconciliation(
        InMemoryOrders(database),
        InMemoryMerchants(database),
        InMemoryOutbox(database),
        redacted,
        Reconciled(gaps_accepted=accept_gaps),
    )


def commands_of(life: tuple[list[Change], list[Event]]) -> list[Command]:
    first = create()
    first = replace(first, draft=replace(first.draft, buyer=BUYER, lines=MIXED, placed_at=START))
    story: list[Command] = [
        RecordEvent(first.key, first.name, MERCHANT, mark(f"e{number}"), one.event)
        for number, one in enumerate(live(life), 1)
    ]
    return [first, ask("Where?", "a1"), *story, create("R-2"), record("One.", "n1", "R-2")]


@given(lives, st.data())
async def test_whenever_the_backup_was_taken_the_database_becomes_what_it_was(
    life: tuple[list[Change], list[Event]], data: st.DataObject
) -> None:
    stages = written(commands_of(life))
    lost = stages[-1]
    taken = data.draw(st.integers(0, len(stages) - 1), label="backup after so many commands")
    topic = [told(row) for row in sorted(lost.outbox.values(), key=lambda row: (row.key, int(row.id[-8:])))]
    read_from = data.draw(st.integers(0, 2), label="records that are read again")
    restored = copied(stages[taken])
    known = {key: order.version for key, order in restored.orders.items()}
    span = [one for one in topic if one.sequence > known.get(one.key, 0) - read_from]
    size = data.draw(st.integers(1, 7), label="records at a time")
    reconciliation = of(restored)
    for start in range(0, len(span), size):
        await reconciliation.take(span[start : start + size])
    for key, order in lost.orders.items():
        if order.order.erase_time is not None:
            database = InMemoryOrders(lost)
            await forget_in_log(database, redacted, key)
    assert {key: (one.order, one.requests) for key, one in restored.orders.items()} == {
        key: (one.order, one.requests) for key, one in lost.orders.items()
    }
    assert {place: unread(row) for place, row in restored.log.items()} == {
        place: unread(row) for place, row in lost.log.items()
    }
    assert restored.questions == lost.questions
    assert restored.transits == lost.transits
    assert not reconciliation.done.gaps
    assert not reconciliation.done.diverged
    before = copied(restored)
    again = of(restored)
    await again.take(span)
    assert (restored.orders, restored.log, again.done.events) == (before.orders, before.log, 0)


def unread(row: LogRow) -> LogRow:
    """A row of the log by what its change says: the same message may be written in more than one way."""
    return replace(row, change=FulfilmentEvent.FromString(row.change).SerializeToString(deterministic=True))


async def test_nothing_goes_out_again_and_what_waited_and_went_out_is_gone() -> None:
    stages = written([create(), record("One.", "n1"), record("Two.", "n2")])
    restored, lost = stages[2], stages[3]
    reconciliation = of(restored)
    await reconciliation.take([told(row) for row in lost.outbox.values()])
    assert restored.outbox == {}
    assert (reconciliation.done.known, reconciliation.done.events, reconciliation.done.waiting) == (2, 1, 2)


async def test_a_delivery_of_the_lost_time_teaches_again() -> None:
    shipped = event(ParcelShipped("p1", "DHL", handed_over=True), "e1", 0)
    stages = written([create(), shipped, event(ParcelProgressed("p1", TrackingStatus.DELIVERED), "e2", 50)])
    restored = stages[2]
    await of(restored).take([told(row) for row in stages[-1].outbox.values()])
    assert restored.transits == stages[-1].transits != {}


async def test_what_the_topic_never_got_still_waits() -> None:
    stages = written([create(), record("One.", "n1")])
    restored = stages[2]
    first, second = sorted(restored.outbox)
    await of(restored).take([told(restored.outbox[first])])
    assert list(restored.outbox) == [second]


async def test_a_request_of_the_lost_time_is_answered_again_and_another_body_is_refused() -> None:
    stages = written([create(), record("One.", "n1")])
    restored = stages[0]
    await of(restored).take([told(row) for row in stages[-1].outbox.values()])
    outcomes, changes = fold_group(
        [record("One.", "n1"), create(), record("Other.", "n1")], restored.orders, NOW, ENCODING
    )
    assert [getattr(outcome, "sequence", None) for outcome in outcomes] == [2, 1, None]
    assert not changes


async def test_a_request_that_an_older_version_published_is_known_by_its_id() -> None:
    stages = written([create(request_id="c1"), record("One.", "n1")])
    restored = stages[0]
    topic = [told(row) for row in stages[-1].outbox.values()]
    await of(restored).take([replace(one, mark=replace(one.mark, digests=())) for one in topic])
    outcomes, changes = fold_group(
        [create(request_id="c1", body="anything"), record("Other.", "n1")], restored.orders, NOW, ENCODING
    )
    assert [getattr(outcome, "sequence", None) for outcome in outcomes] == [1, 2]
    assert not changes


async def test_an_order_of_which_events_are_missing_is_named_and_left_or_taken_as_it_is() -> None:
    stages = written([create(), record("One.", "n1"), record("Two.", "n2"), record("Three.", "n3")])
    restored = stages[1]
    topic = [told(row) for row in stages[-1].outbox.values()][2:]
    careful = of(restored)
    await careful.take(topic)
    key = create().key
    assert careful.done.gaps == {key: (1, 3)}
    assert restored.orders[key].version == 1
    bold = of(restored, accept_gaps=True)
    await bold.take(topic)
    assert restored.orders[key].version == 4
    assert sorted(sequence for _, sequence in restored.log) == [1, 3, 4]
    assert bold.done.gaps == {key: (1, 3)}


async def test_what_was_written_between_restore_and_reconcile_is_named() -> None:
    stages = written([create(), record("One.", "n1")])
    restored = written([record("Somebody was faster.", "n9")], stages[1])[-1]
    reconciliation = of(restored)
    await reconciliation.take([told(row) for row in stages[-1].outbox.values()])
    assert reconciliation.done.diverged == {create().key: 2}
    assert reconciliation.done.events == 0


async def test_a_buyer_erased_in_the_lost_time_is_forgotten_in_the_log_too() -> None:
    first = create()
    erase = RecordEvent(first.key, first.name, MERCHANT, mark("x1"), Event(BuyerErased(), source=EventSource.SYSTEM))
    stages = written([first, record("Your secret word is fern.", "n1"), erase])
    restored = stages[2]
    await of(restored).take([told(row) for row in stages[-1].outbox.values()])
    assert restored.orders[first.key].order.erase_time is not None
    assert not any(b"fern" in row.change for row in restored.log.values())


async def test_of_merchants_the_newest_stays() -> None:
    restored = InMemoryDatabase()
    reconciliation = of(restored)
    known = reconciliation.merchants
    older, newer = MerchantRecord(MERCHANT.name, 2, b"two"), MerchantRecord(MERCHANT.name, 3, b"three")
    await reconciliation.take_merchants([newer, older])
    await reconciliation.take_merchants([older])
    assert await known.find(MERCHANT.name) == newer
    assert reconciliation.done.merchants == 1
