"""The dispatcher and its sender threads over a ledger in memory."""

import threading
import time
from collections.abc import Callable
from typing import Any, Self

from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.kafka import Record
from notifier.channels.compose import Content
from notifier.channels.outcome import Rejected, Retry
from notifier.measures import Measures
from notifier.planning.planner import Planner
from notifier.rendering.addressing import Addressing
from notifier.rendering.letters import Rendered
from notifier.sending.deliver import Deliverer
from notifier.sending.dispatcher import Dispatcher, Pace
from notifier.sending.rows import State
from notifier.sending.webhooks import Webhooks
from tests.fakes.in_memory_ledger import InMemoryLedger
from tests.fakes.recording_channel import RecordingChannel, RecordingPoster
from tests.samples import keys, mixed
from wismo.events.v1.order_event_pb2 import OrderEvent

QUICK = Pace(senders=2, ahead=2, poll=0.02, linger=0.001, backlog=0.0)


class WordlessRenderer:
    """Renders nothing: only what happens to messages matters here."""

    def render(self, *_args: object) -> Rendered:
        return Rendered(Content("subject", "text", "html"), "en")


class Running:
    """A dispatcher that runs, and everything around it."""

    def __init__(self, channel: RecordingChannel, pace: Pace = QUICK) -> None:
        self.ledger = InMemoryLedger()
        self.registry = CollectorRegistry()
        measures = Measures(self.registry)
        self.beats = 0
        self.dispatcher = Dispatcher(
            self.ledger, lambda: self._deliverer(channel), measures, pace=pace, heartbeat=self._beat
        )
        self.planner = Planner(self.ledger, measures, senders=self.dispatcher)

    def __enter__(self) -> Self:
        self.dispatcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.dispatcher.stop(5)

    def plan(self, *told: OrderEvent) -> None:
        self.planner.handle([Record("wismo.order-events.v1", e.subject.encode(), e.SerializeToString()) for e in told])

    def count(self, **labels: str) -> float:
        found = self.registry.collect()
        samples = [
            sample for metric in found for sample in metric.samples if sample.name == "wismo_notifier_messages_total"
        ]
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())

    def _deliverer(self, channel: RecordingChannel) -> Deliverer:
        renderer: Any = WordlessRenderer()
        addressing = Addressing("test.invalid")
        webhooks = Webhooks(RecordingPoster(), keys.sealer())
        return Deliverer(renderer, channel, self.ledger, SystemClock(), addressing, keys.sealer(), webhooks)

    def _beat(self) -> None:
        self.beats += 1


def eventually(what: Callable[[], bool], seconds: float = 5.0) -> None:
    give_up = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.005)


def test_what_is_planned_is_sent_and_counted() -> None:
    channel = RecordingChannel()
    with Running(channel) as running:
        running.plan(*mixed.mixed_order().told[:4])
        eventually(lambda: len(channel.letters) == 4)
        eventually(lambda: running.count(outcome="sent") == 4)
        assert running.count(kind="shipped", channel="email", outcome="sent", reason="") == 1


def test_many_orders_are_sent_each_once() -> None:
    channel = RecordingChannel()
    with Running(channel) as running:
        running.plan(*(mixed.mixed_order(reference=f"R-{number}").told[0] for number in range(40)))
        eventually(lambda: running.count(outcome="sent") == 40)
    assert len(channel.letters) == 40
    assert running.ledger.backlog().open == 0


def test_what_is_refused_is_dead_and_says_why() -> None:
    with Running(RecordingChannel(Rejected("rcpt 550"))) as running:
        running.plan(mixed.mixed_order().told[0])
        eventually(lambda: running.count(outcome="dead", reason="refused: rcpt 550") == 1)
    assert [row.state for row in running.ledger.alarms()] == [State.DEAD]


def test_a_blocked_way_is_probed_and_then_everything_goes_out() -> None:
    channel = RecordingChannel(*(Retry("connection lost at connect", ours=True) for _ in range(5)))
    with Running(channel) as running:
        running.plan(*(mixed.mixed_order(reference=f"R-{number}").told[0] for number in range(10)))
        eventually(lambda: running.count(outcome="sent") == 10, seconds=20)
        labels = {"channel": "email", "outcome": "retry", "reason": "connection lost at connect"}
        assert running.registry.get_sample_value("wismo_notifier_attempts_total", labels) == 5
        assert running.registry.get_sample_value("wismo_notifier_way_blocked") == 0.0


def test_it_outlives_a_database_that_is_away() -> None:
    channel, failures = RecordingChannel(), iter(range(3))
    running = Running(channel)
    exchange = running.ledger.exchange

    def sometimes(*arguments: object) -> object:
        if next(failures, None) is not None:
            raise ConnectionError
        return exchange(*arguments)  # type: ignore[arg-type]  # Handed on as they came.

    running.ledger.exchange = sometimes  # type: ignore[method-assign,assignment]  # A fake that fails.
    with running:
        running.plan(mixed.mixed_order().told[0])
        eventually(lambda: running.count(outcome="sent") == 1)


def test_stopping_lets_what_is_under_way_end_and_settles_it() -> None:
    gate, channel = threading.Event(), RecordingChannel()
    send = channel.send

    def slow(*arguments: object) -> object:
        gate.wait(5)
        return send(*arguments)  # type: ignore[arg-type]  # Handed on as they came.

    channel.send = slow  # type: ignore[method-assign,assignment]  # A fake that waits.
    running = Running(channel)
    running.dispatcher.start()
    running.plan(mixed.mixed_order().told[0])
    eventually(lambda: any(row.state == State.CLAIMED for row in running.ledger.rows.values()))
    threading.Timer(0.1, gate.set).start()
    running.dispatcher.stop(5)
    assert [row.state for row in running.ledger.rows.values()] == [State.SENT]
    assert channel.closed


def test_it_shows_that_it_lives() -> None:
    with Running(RecordingChannel()) as running:
        before = running.beats
        eventually(lambda: running.beats > before + 2)
