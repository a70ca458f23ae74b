"""Whatever order events arrive in, however often, wherever a sender is lost: told once, never backwards (I3, I5)."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from prometheus_client import CollectorRegistry

from chassis.kafka import Record
from notifier.channels.compose import Content, message_id
from notifier.channels.outcome import Outcome, Retry, Sent, Unknown
from notifier.measures import Measures
from notifier.planning.planner import Planner
from notifier.rendering.addressing import Addressing
from notifier.rendering.letters import Rendered
from notifier.sending.deliver import Deliverer, Result, Work
from notifier.sending.rows import Claim, Settlement, State
from notifier.sending.rows import Sent as Delivered
from notifier.sending.webhooks import Webhooks
from tests.fakes.in_memory_ledger import InMemoryLedger
from tests.fakes.recording_channel import RecordingChannel, RecordingPoster
from tests.samples import keys, merchants, mixed
from tests.samples.story import Story, stamp
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2
from wismo.orders.v1 import tracking_pb2 as tracking

LEASE = timedelta(seconds=60)
REASONS = [
    tracking.EXCEPTION_REASON_UNSPECIFIED,
    tracking.EXCEPTION_REASON_DAMAGED,
    tracking.EXCEPTION_REASON_NOT_HOME,
]
STATUSES = st.sampled_from([value for value in tracking.TrackingStatus.values() if value])


class WordlessRenderer:
    """Renders nothing: only what is told, and when, matters here."""

    def render(self, *_args: object) -> Rendered:
        return Rendered(Content("subject", "text", "html"), "en")


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()


class TellingAnOrder(RuleBasedStateMachine):
    """A world that happens in order, a broker that does not keep it, and senders that get lost."""

    @initialize()
    def begin(self) -> None:
        self.clock = Clock()
        self.ledger = InMemoryLedger(self.clock.now, self.clock.monotonic)
        self.planner = Planner(self.ledger, Measures(CollectorRegistry()))
        self.channel = RecordingChannel()
        self.deliverer = Deliverer(
            WordlessRenderer(),  # type: ignore[arg-type]  # Only its one method is used.
            self.channel,
            self.ledger,
            self.clock,
            Addressing("test.invalid"),
            keys.sealer(),
            Webhooks(RecordingPoster(), keys.sealer()),
            monotonic=self.clock.monotonic,
        )
        self.lost: list[tuple[Claim, bool]] = []
        self.doubts: Counter[str] = Counter()
        self.story = Story(merchants.lantern(), mixed.new_order(merchants.lantern(), "R-1", "robin@buyers.test"))
        self.story.tell(events.FulfilmentEvent(order_created=events.OrderCreated()))
        mixed.ship_book(self.story)

    @rule(status=STATUSES, hours=st.sampled_from([1, 5, 13, 30]), reason=st.sampled_from(REASONS))
    def the_carrier_scans(
        self, status: tracking.TrackingStatus.ValueType, hours: int, reason: tracking.ExceptionReason.ValueType
    ) -> None:
        mixed.scan(self.story, status, "York, GB", hours=hours)
        event = self.story.told[-1]
        event.change.parcel_progressed.reason = reason
        for changed in (event.order, self.story.order):
            changed.timeline[-1].reason = reason
            changed.parcels[0].scans[-1].reason = reason

    @rule(change=st.sampled_from(["download_ready", "download_revoked", "download_renewed"]))
    def the_download_changes(self, change: str) -> None:
        event = events.FulfilmentEvent()
        getattr(event, change).line_id = "atlas"
        self.story.tell(event)

    @rule(what=st.sampled_from(["problem_reported", "problem_updated", "problem_resolved"]))
    def a_problem_moves(self, what: str) -> None:
        known = [one for one in self.story.order.problems if not one.HasField("resolved_at")]
        if (what == "problem_reported") != (not known):
            return
        problem_id = known[0].problem_id if known else f"p{len(self.story.order.problems)}"
        change = events.FulfilmentEvent()
        getattr(change, what).problem_id = problem_id
        if what == "problem_reported":
            self.story.order.problems.add(problem_id=problem_id)
        if what == "problem_resolved":
            known[0].resolved_at.CopyFrom(stamp(self.clock.time))
        event = self.story.tell(change)
        for changed in (event.order, self.story.order):
            changed.timeline[-1].subject_id = problem_id

    @rule(data=st.data())
    def the_broker_brings_some_events(self, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(range(len(self.story.told))), min_size=1, max_size=4))
        told = [self.story.told[index] for index in chosen]
        records = [Record("wismo.order-events.v1", e.subject.encode(), e.SerializeToString()) for e in told]
        assert self.planner.handle(records) == []

    @rule(answer=st.sampled_from([Sent(), Retry("rcpt 450"), Unknown("connection lost at end_of_data")]))
    def a_sender_works(self, answer: Outcome) -> None:
        for claim in self.ledger.exchange((), 1, LEASE).claims:
            self.channel.answers = [answer]
            result, _ = self.deliverer.deliver(self._work(claim))
            if isinstance(answer, Unknown):
                self.doubts[claim.row.id] += 1
            self.ledger.exchange([Settlement(claim.row.id, claim.token, result)], 0, LEASE)

    @rule(sent=st.booleans())
    def a_sender_is_lost(self, sent: bool) -> None:
        for claim in self.ledger.exchange((), 1, LEASE).claims:
            self.channel.answers = []
            if sent:
                self.deliverer.deliver(self._work(claim))
            self.doubts[claim.row.id] += 1
            self.lost.append((claim, sent))

    @precondition(lambda self: self.lost)
    @rule()
    def a_lost_sender_wakes_up(self) -> None:
        claim, sent = self.lost.pop()
        self.channel.answers = []
        # It goes on where it stood: behind the end of the data, or before it.
        result: Result = Delivered()
        if not sent:
            result, _ = self.deliverer.deliver(self._work(claim))
        self.ledger.exchange([Settlement(claim.row.id, claim.token, result)], 0, LEASE)

    @rule(seconds=st.sampled_from([1, 30, 61, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.clock.time += timedelta(seconds=seconds)

    def _work(self, claim: Claim) -> Work:
        merchant = self.ledger.merchants([self.story.merchant.name])[self.story.merchant.name]
        stop_at = claim.row.due_at.timestamp()
        return Work(claim, self.ledger.snapshots([claim.row.order])[claim.row.order], merchant, stop_at)

    def _told(self) -> list[str]:
        by_message_id = {message_id(row_id, "test.invalid"): row_id for row_id in self.ledger.rows}
        marks = [line for letter in self.channel.letters for line in letter.content.decode().split("\r\n")]
        return [by_message_id[line.removeprefix("Message-ID: ")] for line in marks if line.startswith("Message-ID: ")]

    @invariant()
    def every_event_is_told_at_most_once(self) -> None:
        if hasattr(self, "channel"):
            for row_id, times in Counter(self._told()).items():
                assert times <= (2 if self.doubts[row_id] else 1), f"{row_id} was told {times} times"

    @invariant()
    def nothing_older_is_told_after_something_newer(self) -> None:
        if not hasattr(self, "channel"):
            return
        newest: dict[str, int] = {}
        for row_id in dict.fromkeys(self._told()):
            row = self.ledger.rows[row_id]
            change = events.FulfilmentEvent.FromString(row.change)
            detail = getattr(change, change.WhichOneof("change") or "")
            about = next(
                (
                    f"{name} {getattr(detail, name)}"
                    for name in ("parcel_id", "line_id", "problem_id")
                    if getattr(detail, name, "")
                ),
                "the order itself",
            )
            assert row.sequence > newest.get(about, 0), f"{row_id} is older than what was told of {about}"
            newest[about] = row.sequence

    def teardown(self) -> None:
        """Nothing is silent: once all has arrived and time enough has passed, every row has ended."""
        if not hasattr(self, "channel"):
            return
        self.channel.answers = []
        for _ in range(4 * len(self.ledger.rows) + 4):
            self.clock.time += timedelta(seconds=4000)
            self.a_sender_works(Sent())
        ends = {State.SENT, State.SKIPPED, State.UNKNOWN}
        assert {row.state for row in self.ledger.rows.values()} <= ends
        self.every_event_is_told_at_most_once()
        self.nothing_older_is_told_after_something_newer()


TellingAnOrder.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTellingAnOrder = TellingAnOrder.TestCase


def test_the_sample_has_the_line_the_machine_speaks_of() -> None:
    order = mixed.new_order(merchants.lantern(), "R-1", "robin@buyers.test")
    assert [line.line_id for line in order.lines if line.kind == line_pb2.LINE_KIND_DOWNLOAD] == ["atlas"]
