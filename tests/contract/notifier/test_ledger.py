"""One suite for every ledger: in memory, and MongoDB on a real server. Its clock is its own, so leases are short."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from chassis.mongo import connect
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.planning.kinds import MessageKind
from notifier.planning.plan import PlannedMessage
from notifier.sending.ledger import Batch, Exchanged, Ledger, NewMessage
from notifier.sending.rows import Again, Claim, Doubtful, Ended, Sent, Settlement, Snapshot, State
from notifier.sending.turn import AFTER_DOUBT
from tests.fakes.in_memory_ledger import InMemoryLedger

LEASE = timedelta(seconds=60)
SHORT = timedelta(seconds=0.15)
EVENT_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The present, or what comes after it."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    """The ledger's, for the tests that ask for it; the others' goes by itself."""
    return Clock()


@pytest.fixture(params=["memory", "mongo"])
def ledger(request: pytest.FixtureRequest, unique: str) -> Iterator[Ledger]:
    given = request.getfixturevalue("clock") if "clock" in request.fixturenames else None
    if request.param == "memory":
        yield InMemoryLedger(given or Clock())
        return
    client = connect(request.getfixturevalue("mongo_url"), "test")
    try:
        found = MongoLedger(client, f"notifier-{unique}", now=given)
        found.prepare()
        found.prepare()
        yield found
    finally:
        client.drop_database(f"notifier-{unique}")
        client.close()


def new(order: str, sequence: int, window: float = 0, kind: MessageKind = MessageKind.SHIPPED) -> NewMessage:
    message = PlannedMessage(kind, order, sequence, "buyer", "email", timedelta(seconds=window))
    return NewMessage(message, f"change {order} {sequence}".encode(), EVENT_AT)


def enter(ledger: Ledger, *messages: NewMessage) -> int:
    return ledger.record(Batch(messages=messages)).new


def take(ledger: Ledger, want: int = 10, lease: timedelta = LEASE) -> list[Claim]:
    return list(ledger.exchange((), want, lease).claims)


def end(ledger: Ledger, claim: Claim, outcome: Sent | Again | Ended | Doubtful, want: int = 0) -> Exchanged:
    return ledger.exchange([Settlement(claim.row.id, claim.token, outcome)], want, LEASE)


def sequences(claims: list[Claim]) -> list[int]:
    return sorted(claim.row.sequence for claim in claims)


def test_a_message_that_is_entered_again_is_one_message(ledger: Ledger) -> None:
    assert enter(ledger, new("o", 1), new("o", 2)) == 2
    assert enter(ledger, new("o", 2), new("o", 3)) == 1
    assert ledger.backlog().open == 3


def test_a_message_that_was_sent_is_not_planned_again(ledger: Ledger) -> None:
    enter(ledger, new("o", 1))
    end(ledger, take(ledger)[0], Sent())
    assert enter(ledger, new("o", 1)) == 0
    assert take(ledger) == []


def test_a_row_comes_back_as_it_was_entered(ledger: Ledger) -> None:
    enter(ledger, new("o", 7, kind=MessageKind.PROBLEM))
    row = take(ledger)[0].row
    assert (row.order, row.sequence, row.kind, row.change) == ("o", 7, MessageKind.PROBLEM, b"change o 7")
    assert row.event_at == EVENT_AT


def test_messages_of_one_order_leave_one_after_the_other(ledger: Ledger) -> None:
    enter(ledger, new("a", 2), new("a", 1), new("b", 1))
    first = take(ledger)
    assert sorted((claim.row.order, claim.row.sequence) for claim in first) == [("a", 1), ("b", 1)]
    assert take(ledger) == []
    of_a = next(claim for claim in first if claim.row.order == "a")
    assert sequences(list(end(ledger, of_a, Sent(), want=10).claims)) == [2]


def test_a_message_waits_while_an_earlier_one_of_its_order_is_to_be_tried_again(ledger: Ledger) -> None:
    enter(ledger, new("o", 1), new("o", 2))
    end(ledger, take(ledger)[0], Again(0.3, "rcpt 450"))
    assert take(ledger) == []
    time.sleep(0.35)
    again = take(ledger)
    assert sequences(again) == [1]
    assert (again[0].row.attempts, again[0].row.reason) == (1, "rcpt 450")


def test_what_is_held_back_leaves_at_once_when_the_way_is_free(ledger: Ledger) -> None:
    enter(ledger, new("o", 1), new("o", 2), new("o", 3))
    first = take(ledger)[0]
    assert take(ledger) == []
    assert end(ledger, first, Ended(State.SKIPPED, "no longer true"), want=0).claims == ()
    assert sequences(take(ledger)) == [2]


def test_a_row_that_ended_says_how(ledger: Ledger) -> None:
    enter(ledger, new("o", 1))
    ended = end(ledger, take(ledger)[0], Ended(State.DEAD, "no contact block")).ended
    assert [(row.state, row.reason) for row in ended] == [(State.DEAD, "no contact block")]
    assert [row.reason for row in ledger.alarms()] == ["no contact block"]


def test_an_outcome_after_the_lease_has_gone_to_another_is_refused(ledger: Ledger) -> None:
    enter(ledger, new("o", 1))
    slow = take(ledger, lease=SHORT)[0]
    time.sleep(0.2)
    other = take(ledger)[0]
    assert end(ledger, slow, Ended(State.DEAD, "too late")).fenced == 1
    assert [row.state for row in end(ledger, other, Sent()).ended] == [State.SENT]


def test_a_lost_lease_puts_a_row_in_doubt_and_a_second_one_without_intent_does_not_end_it(ledger: Ledger) -> None:
    enter(ledger, new("o", 1))
    assert not take(ledger, lease=SHORT)[0].row.doubt
    time.sleep(0.2)
    assert take(ledger, lease=SHORT)[0].row.doubt
    time.sleep(0.2)
    assert len(take(ledger)) == 1


def test_a_row_in_doubt_that_is_lost_again_after_its_intent_ends_as_unknown(ledger: Ledger) -> None:
    enter(ledger, new("o", 1), new("o", 2))
    take(ledger, lease=SHORT)
    time.sleep(0.2)
    second = take(ledger, lease=SHORT)[0]
    assert ledger.mark_intent(second)
    time.sleep(0.2)
    turn = ledger.exchange((), 10, LEASE)
    assert [row.state for row in turn.ended] == [State.UNKNOWN]
    assert sequences(list(turn.claims)) == [2]


def test_a_lease_that_is_prolonged_goes_to_nobody_else(ledger: Ledger) -> None:
    enter(ledger, new("o", 1))
    claim = take(ledger, lease=SHORT)[0]
    turn = ledger.exchange((), 10, LEASE, held=[claim])
    assert turn.renewed == {claim.row.id}
    time.sleep(0.2)
    assert take(ledger) == []
    assert [row.state for row in end(ledger, claim, Sent()).ended] == [State.SENT]


def test_a_lease_that_was_lost_is_not_prolonged(ledger: Ledger) -> None:
    enter(ledger, new("o", 1))
    slow = take(ledger, lease=SHORT)[0]
    time.sleep(0.2)
    take(ledger)
    assert ledger.exchange((), 0, LEASE, held=[slow]).renewed == frozenset()


def test_intent_is_not_marked_for_somebody_who_lost_the_lease(ledger: Ledger) -> None:
    enter(ledger, new("o", 1))
    slow = take(ledger, lease=SHORT)[0]
    time.sleep(0.2)
    take(ledger)
    assert not ledger.mark_intent(slow)


def test_an_unknown_outcome_is_sent_once_more_after_a_while_and_no_more(ledger: Ledger, clock: Clock) -> None:
    enter(ledger, new("o", 1))
    end(ledger, take(ledger)[0], Doubtful("connection lost at end_of_data"))
    assert take(ledger) == []
    clock.ahead += AFTER_DOUBT
    again = take(ledger)[0]
    assert again.row.doubt
    ended = end(ledger, again, Doubtful("connection lost at end_of_data")).ended
    assert [row.state for row in ended] == [State.UNKNOWN]


def test_dead_and_unknown_rows_can_be_sent_again_and_others_not(ledger: Ledger) -> None:
    enter(ledger, new("o", 1), new("p", 1))
    for claim in take(ledger):
        end(ledger, claim, Ended(State.DEAD, "refused") if claim.row.order == "o" else Sent())
    assert [ledger.replay(row_id) for row_id in (new("o", 1).message.id, new("p", 1).message.id, "nobody")] == [
        True,
        False,
        False,
    ]
    assert [claim.row.order for claim in take(ledger)] == ["o"]
    assert ledger.alarms() == []


def test_a_burst_within_the_window_becomes_one_message(ledger: Ledger) -> None:
    enter(ledger, new("o", 1, window=0.25))
    enter(ledger, new("o", 2, window=0.25), new("o", 3, window=0.25))
    assert take(ledger) == []
    time.sleep(0.3)
    turn = ledger.exchange((), 10, LEASE)
    assert [(row.sequence, row.reason) for row in sorted(turn.ended, key=lambda row: row.sequence)] == [
        (2, "merged into an earlier message"),
        (3, "merged into an earlier message"),
    ]
    row = turn.claims[0].row
    assert (row.sequence, [part.sequence for part in row.parts]) == (1, [2, 3])
    assert [part.change for part in row.parts] == [b"change o 2", b"change o 3"]


def test_an_urgent_message_takes_what_waits_before_it_along(ledger: Ledger) -> None:
    enter(ledger, new("o", 1, window=60), new("o", 2, window=0))
    claims = take(ledger)
    assert [(claim.row.sequence, len(claim.row.parts)) for claim in claims] == [(1, 1)]


def test_a_snapshot_is_replaced_by_a_newer_one_only(ledger: Ledger) -> None:
    for sequence in (2, 5, 3):
        ledger.record(Batch(snapshots=[Snapshot("o", sequence, "merchants/m", f"body {sequence}".encode())]))
    assert ledger.snapshots(["o", "p"]) == {"o": Snapshot("o", 5, "merchants/m", b"body 5")}


def test_a_merchant_is_replaced_by_a_newer_revision_only(ledger: Ledger) -> None:
    for revision in (1, 3, 2):
        ledger.record(Batch(merchants=[("merchants/m", revision, f"revision {revision}".encode())]))
    assert ledger.merchants(["merchants/m"]) == {"merchants/m": b"revision 3"}


def test_an_erased_order_leaves_nothing_of_what_was_told(ledger: Ledger) -> None:
    enter(ledger, new("o", 1), new("o", 2))
    end(ledger, take(ledger)[0], Sent())
    ledger.record(Batch(erased=["o"]))
    assert take(ledger)[0].row.change == b""


def test_the_backlog_says_how_long_the_oldest_has_been_waiting(ledger: Ledger) -> None:
    assert ledger.backlog().open == 0
    enter(ledger, new("o", 1), new("p", 1, window=600))
    time.sleep(0.1)
    backlog = ledger.backlog()
    assert backlog.open == 2
    assert timedelta(seconds=0.05) < backlog.oldest_wait < timedelta(seconds=30)


def test_new_messages_are_lent_at_once_where_nothing_is_to_be_waited_for(ledger: Ledger) -> None:
    enter(ledger, new("busy", 1))
    ledger.record(Batch(snapshots=[Snapshot("ahead", 9, "merchants/m", b"")]))
    messages = [new("a", 2), new("a", 1), new("b", 1), new("busy", 2), new("late", 1, window=5), new("ahead", 3)]
    snapshots = [Snapshot(one.message.order, one.message.sequence, "merchants/m", b"") for one in messages]
    recorded = ledger.record(Batch(messages=messages, snapshots=snapshots), want=10, lease=LEASE)
    assert recorded.new == 6
    assert sorted((claim.row.order, claim.row.sequence) for claim in recorded.claims) == [("a", 1), ("b", 1)]
    assert sorted((claim.row.order, claim.row.sequence) for claim in take(ledger)) == [("ahead", 3), ("busy", 1)]
    assert sequences(list(end(ledger, recorded.claims[0], Sent(), want=10).claims)) in ([2], [])


def test_no_more_is_lent_at_once_than_was_wanted(ledger: Ledger) -> None:
    messages = [new(f"o{number}", 1) for number in range(5)]
    snapshots = [Snapshot(one.message.order, 1, "merchants/m", b"") for one in messages]
    recorded = ledger.record(Batch(messages=messages, snapshots=snapshots), want=2, lease=LEASE)
    assert len(recorded.claims) == 2
    assert len(take(ledger)) == 3


def test_a_redelivered_message_is_not_lent_again(ledger: Ledger) -> None:
    batch = Batch(messages=[new("o", 1)], snapshots=[Snapshot("o", 1, "merchants/m", b"")])
    assert len(ledger.record(batch, want=5, lease=LEASE).claims) == 1
    again = ledger.record(batch, want=5, lease=LEASE)
    assert (again.new, again.claims) == (0, ())


def test_many_askers_never_get_the_same_row(ledger: Ledger) -> None:
    enter(ledger, *(new(f"o{number}", 1) for number in range(60)))
    with ThreadPoolExecutor(4) as pool:
        taken = [claim.row.id for claims in pool.map(lambda _: take(ledger, want=10), range(12)) for claim in claims]
    assert len(taken) == len(set(taken))
    assert len(taken) + len(take(ledger, want=100)) == 60
