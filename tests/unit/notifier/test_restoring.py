"""The lost time lived once more: nobody is told twice what was said in it, and nobody misses what comes after it."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from chassis.kafka import Record
from notifier.care.watch import AttentionKind
from notifier.measures import Measures
from notifier.planning.planner import Planner
from notifier.restoring.past import TOLD, Clock, Past, Relived, Reported, reported
from notifier.sending.rows import Ended, Row, Sent, Settlement, State
from notifier.sending.turn import replayed
from notifier.sending.worth import refused, tellings_of
from notifier.watching.watchdog import Watchdog
from tests.fakes.in_memory_ledger import InMemoryLedger
from tests.samples import mixed
from tests.samples.story import START, Story
from tests.samples.trial import trial_order
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1.merchant_pb2 import Merchant
from wismo.orders.v1.order_pb2 import Order
from wismo.orders.v1.orders_service_pb2 import RecordEventRequest

STEP = timedelta(minutes=2)
DOUBT = timedelta(minutes=5)
HOUR = timedelta(hours=1)


class World:
    """A notifier on a clock of its own. ``mailed`` is what its mail server took: when, and which message."""

    def __init__(self) -> None:
        self.clock = Clock(START - STEP)
        self.ledger = InMemoryLedger(now=self.clock)
        measures = Measures(CollectorRegistry())
        self.planner = Planner(self.ledger, measures)
        self.watchdog = Watchdog(self.ledger.watches, measures, "tests")
        self.mailed: list[tuple[datetime, str]] = []

    def live(self, records: Sequence[Record], until: datetime) -> None:
        """From now to then: what comes in is planned, what is due is mailed."""
        waiting = [one for one in records if one.timestamp and self.clock.at < one.timestamp <= until]
        while self.clock.at < until:
            self.clock.at = min(self.clock.at + STEP, until)
            now = [one for one in waiting if one.timestamp and one.timestamp <= self.clock.at]
            waiting = waiting[len(now) :]
            if now:
                assert self.planner.handle(now) == []
            self._mail()
            while self.watchdog.tick():
                pass
            self._mail()

    def dies_and_is_restored(self, records: Sequence[Record], failure: datetime) -> Relived:
        """It knows what it knew at its clock, the backup. The lost time is lived again, as the command does it."""
        since = self.clock.at
        lost = [one for one in records if one.timestamp and since - HOUR <= one.timestamp <= failure]
        proven = reported(records, failure - DOUBT)
        past = Past(
            self.ledger,
            self.planner,
            self.watchdog,
            self.clock,
            certain=failure - DOUBT,
            failure=failure,
            plan_again=self.plan_again,
            proven=proven,
        )
        for at in past.live(lost):
            assert since <= at <= failure
        return past.relived

    def plan_again(self, reason: str) -> None:
        rows = self.ledger.rows
        skipped = [row for row in rows.values() if row.state is State.SKIPPED and row.reason == reason]
        rows.update({row.id: replayed(row, self.clock.at) for row in skipped})

    def mails(self, first: datetime, last: datetime) -> Counter[str]:
        """What was mailed after the first moment, up to the last. A silence is named after the last word's time, which
        may differ by a step.
        """
        return Counter(
            re.sub(r"heard@[0-9T:Z-]+", "heard", message) for at, message in self.mailed if first < at <= last
        )

    def _mail(self) -> None:
        settlements: list[Settlement] = []
        while claims := self.ledger.exchange(settlements, 100, timedelta(minutes=30)).claims:
            settlements = [Settlement(one.row.id, one.token, self._mailed(one.row)) for one in claims]

    def _mailed(self, row: Row) -> Sent | Ended:
        snapshot = self.ledger.snapshots([row.order])[row.order]
        order = Order.FromString(snapshot.body)
        merchant = Merchant.FromString(self.ledger.merchants([snapshot.merchant])[snapshot.merchant])
        ended = refused(row, *tellings_of(row, order, merchant), order, merchant)
        if ended is None:
            self.mailed.append((self.clock.at, row.id))
        return ended or Sent()


def story() -> list[Record]:
    """A mixed order of which nobody hears anything for days after its last event."""
    told = mixed.mixed_order().told
    return [record(event) for event in told]


def record(event: OrderEvent) -> Record:
    at = event.time.ToDatetime(tzinfo=UTC)
    return Record("wismo.order-events.v1", event.subject.encode(), event.SerializeToString(), timestamp=at)


END = timedelta(days=5)


@pytest.mark.parametrize(
    ("backup_hours", "lost_hours"), [(0.5, 0.5), (0.5, 3), (2.2, 1), (2.2, 26), (7, 40), (30, 3), (60, 26)]
)
def test_what_is_said_after_a_restore_is_what_would_have_been_said_without_it(
    backup_hours: float, lost_hours: float
) -> None:
    records = story()
    backup = START + timedelta(hours=backup_hours)
    failure = backup + timedelta(hours=lost_hours)
    undisturbed, restored = World(), World()
    undisturbed.live(records, START + END)
    restored.live(records, backup)
    relived = restored.dies_and_is_restored(records, failure)
    restored.live(records, START + END)
    end = START + END
    assert restored.mails(failure, end) - Counter(relived.in_doubt) == undisturbed.mails(failure, end)
    assert Counter(relived.in_doubt) <= undisturbed.mails(failure - DOUBT, failure)
    assert not relived.unproven
    assert len(undisturbed.mails(START - STEP, end)) > 8
    relived_rows = [row for row in restored.ledger.rows.values() if row.reason == TOLD]
    assert len(relived_rows) == relived.told
    assert all(row.state is State.SENT for row in relived_rows)


def test_what_was_due_just_before_the_failure_goes_out_and_is_named() -> None:
    records = story()
    failure = START + 2 * HOUR + STEP / 2
    restored = World()
    restored.live(records, START + HOUR)
    relived = restored.dies_and_is_restored(records, failure)
    (doubtful,) = relived.in_doubt
    assert doubtful == "merchants/lantern/orders/R-10042#00000003/buyer/email"
    assert restored.ledger.rows[doubtful].state is State.PLANNED
    restored.live(records, failure + 2 * STEP)
    assert restored.mails(failure, failure + 2 * STEP) == Counter({doubtful: 1})


def test_living_it_again_changes_nothing_also_when_it_ended_in_the_middle() -> None:
    records = story()
    backup, failure, end = START + HOUR, START + 5 * HOUR, START + END
    once, twice = World(), World()
    for world in (once, twice):
        world.live(records, backup)
    once.dies_and_is_restored(records, failure)
    killed = Past(
        twice.ledger,
        twice.planner,
        twice.watchdog,
        twice.clock,
        certain=failure - DOUBT,
        failure=failure,
        plan_again=twice.plan_again,
    ).live(records)
    while next(killed) < START + 3 * HOUR:
        pass
    for _ in range(2):
        twice.clock.at = backup
        twice.dies_and_is_restored(records, failure)
    assert set(twice.ledger.rows) == set(once.ledger.rows)
    for world in (once, twice):
        world.live(records, end)
    assert twice.mails(failure, end) == once.mails(failure, end)


def trial(accepted: bool) -> tuple[list[Record], datetime]:
    """A trial that is about to end, with or without word that its notice was accepted; when the notice was due."""
    told = trial_order()
    world = World()
    world.live([record(event) for event in told.told], START + timedelta(days=12))
    at, notice = next((at, one) for at, one in world.mailed if "CHARGE_NOTICE" in one)
    if accepted:
        (letter,) = [one for one in world.ledger.letters if notice in one.body.decode("latin-1")]
        request = RecordEventRequest.FromString(letter.body)
        told.tell(request.event, later=at + timedelta(seconds=2) - told_at(told))
        told.told[-1].request_id = letter.id
    return [record(event) for event in told.told], at


def told_at(story: Story) -> datetime:
    return story.told[-1].time.ToDatetime(tzinfo=UTC)


def test_a_notice_of_a_charge_counts_as_told_only_when_the_order_knows_of_it() -> None:
    for accepted in (True, False):
        records, due = trial(accepted)
        restored = World()
        restored.live(records, due - HOUR)
        failure = due + HOUR
        relived = restored.dies_and_is_restored(records, failure)
        assert len(relived.unproven) == (0 if accepted else 1)
        restored.live(records, failure + 2 * STEP)
        again = restored.mails(failure, failure + 2 * STEP)
        assert {one for one in again if "CHARGE_NOTICE" in one and "/buyer/" in one} == relived.unproven
        assert not [row for row in restored.ledger.rows.values() if "!SILENCE/message!" in row.id]
        assert not [kind for _, kind, _ in restored.ledger.watches.attention if kind == AttentionKind.MESSAGE_FAILED]


def test_what_the_orders_were_told_is_read_from_the_records() -> None:
    records, _ = trial(accepted=True)
    known = reported(records, START)
    assert len(known.messages) == len(known.requests) == 1
    assert known.broken_silences == frozenset()
    assert reported([Record("wismo.order-events.v1", b"k", b"\xff\xff")], START) == Reported()
