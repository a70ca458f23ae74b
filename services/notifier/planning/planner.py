"""The handler of the poll loop: from records to rows of the ledger. It only plans; sending is somebody else's
thread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Protocol

from google.protobuf.message import DecodeError

from chassis import tracing
from chassis.crash_points import crash_point
from chassis.kafka.records import Record, Rejected
from notifier.measures import Measures
from notifier.planning.forwarding import forwarded
from notifier.planning.kinds import NotTold
from notifier.planning.plan import EMAIL, Preferences, decide, plan, resend
from notifier.planning.table import change_kind
from notifier.sending.ledger import Batch, Ledger, NewMessage, Recorded
from notifier.sending.rows import Snapshot
from notifier.watching.hearing import Bounced
from wismo.events.v1.merchant_event_pb2 import MerchantEvent
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1.order_pb2 import Order


@dataclass(frozen=True, slots=True)
class Topics:
    """The names of the topics, so that tests can have their own."""

    orders: str = "wismo.order-events.v1"
    merchants: str = "wismo.merchant-events.v1"
    dead_letters: str = "wismo.order-events.v1.dlt"


class Senders(Protocol):
    """Those who send. They take what was lent to them at once, and look into the ledger for the rest."""

    @property
    def lease(self) -> timedelta:
        """For how long a row is lent."""
        ...

    def room(self) -> int:
        """How many messages they could begin now."""
        ...

    def take(self, recorded: Recorded, snapshots: Mapping[str, Snapshot]) -> None:
        """Send these. Never blocks."""
        ...

    def wake(self) -> None:
        """There are further new rows."""
        ...


class NoSenders:
    """Nobody sends in this process."""

    lease = timedelta()

    def room(self) -> int:
        """None."""
        return 0

    def take(self, recorded: Recorded, snapshots: Mapping[str, Snapshot]) -> None:
        """Never called: nothing is lent to nobody."""
        raise AssertionError(len(recorded.claims), len(snapshots))

    def wake(self) -> None:
        """Nobody sleeps."""


class Poison(Exception):
    """A record that no retry can help. The message is one of a few fixed ones."""


class Planner:
    """Handles batches of records. A batch that was handled is stored; handling it again changes nothing."""

    def __init__(
        self,
        ledger: Ledger,
        measures: Measures,
        *,
        topics: Topics | None = None,
        senders: Senders | None = None,
    ) -> None:
        """Without ``senders`` everything is left to whoever looks into the ledger."""
        self._ledger = ledger
        self._measures = measures
        self._topics = topics or Topics()
        self._senders = senders or NoSenders()
        self._preferences = Preferences()

    def handle(self, records: Sequence[Record]) -> list[Rejected]:
        """Plan what these records cause and store it in one commit. Returns what can never be handled."""
        rejected: list[Rejected] = []
        marks: dict[tuple[str, int], tracing.Mark] = {}
        order_events: list[OrderEvent] = []
        merchants: list[tuple[str, int, bytes]] = []
        for record in records:
            try:
                if record.topic == self._topics.merchants:
                    merchants += _read_merchant(record)
                else:
                    event = _read_order_event(record)
                    order_events.append(event)
                    if parent := tracing.header_of(record.headers):
                        marks[event.subject, event.sequence] = tracing.consumed(
                            "notifier plan", record.topic, f"{event.subject}#{event.sequence}", parent
                        )
            except Poison as poison:
                rejected.append(Rejected(record, str(poison)))
        batch = self._batch(order_events, merchants, marks)
        crash_point("notifier.plan.before_insert")
        recorded = Recorded(0)
        if order_events or merchants:
            recorded = self._ledger.record(batch, self._senders.room(), self._senders.lease)
        crash_point("notifier.plan.after_insert")
        self._measures.planned.inc(recorded.new)
        for mark in marks.values():
            mark.end()
        if recorded.claims:
            self._senders.take(recorded, {one.order: one for one in batch.snapshots})
        if recorded.new > len(recorded.claims):
            self._senders.wake()
        return rejected

    def _batch(
        self,
        order_events: Sequence[OrderEvent],
        merchants: list[tuple[str, int, bytes]],
        marks: Mapping[tuple[str, int], tracing.Mark],
    ) -> Batch:
        messages: list[NewMessage] = []
        newest: dict[str, OrderEvent] = {}
        known = {name: revision for name, revision, _ in merchants}
        for event in order_events:
            policies = event.merchant.policies
            decision = decide(event, policies)
            if isinstance(decision, NotTold):
                kind = events.ChangeKind.Name(change_kind(event.change)).removeprefix("CHANGE_KIND_").lower()
                self._measures.messages.labels(kind, EMAIL, "not_told", decision.because).inc()
            change, event_at = event.change.SerializeToString(), event.time.ToDatetime(tzinfo=UTC)
            planned = plan(event, policies, self._preferences)
            its = marks.get((event.subject, event.sequence), tracing.NOTHING).traceparent
            messages += [NewMessage(message, change, event_at, traceparent=its) for message in planned]
            messages += forwarded(event)
            if event.subject not in newest or newest[event.subject].sequence < event.sequence:
                newest[event.subject] = event
            if event.merchant.name and known.get(event.merchant.name, -1) < event.merchant.revision:
                known[event.merchant.name] = event.merchant.revision
                merchants.append((event.merchant.name, event.merchant.revision, event.merchant.SerializeToString()))
        return Batch(
            messages=messages,
            snapshots=[_snapshot(event) for event in newest.values()],
            versions=_versions(order_events),
            merchants=merchants,
            erased=sorted({event.subject for event in newest.values() if event.order.HasField("erase_time")}),
            resends=[one for event in order_events for one in resend(event, event.merchant.policies)],
            bounced=[_bounced(event) for event in order_events if event.change.HasField("message_bounced")],
        )


def _read_order_event(record: Record) -> OrderEvent:
    event = OrderEvent()
    try:
        event.ParseFromString(record.value or b"")
    except DecodeError:
        raise Poison("the value is no OrderEvent") from None
    if not event.subject or event.subject != event.order.name or event.sequence < 1:
        raise Poison("the event names no order or no sequence")
    if record.key is not None and record.key != event.subject.encode():
        raise Poison("the key is not the order's name")
    if not event.merchant.name or not event.subject.startswith(f"{event.merchant.name}/"):
        raise Poison("the order is not the merchant's")
    return event


def _read_merchant(record: Record) -> list[tuple[str, int, bytes]]:
    if not record.value:
        # A tombstone of the compacted topic: the merchant is gone; what was promised to its buyers still goes out.
        return []
    event = MerchantEvent()
    try:
        event.ParseFromString(record.value)
    except DecodeError:
        raise Poison("the value is no MerchantEvent") from None
    merchant = event.merchant
    if not merchant.name:
        raise Poison("the event names no merchant")
    return [(merchant.name, merchant.revision, merchant.SerializeToString())]


def _versions(order_events: Sequence[OrderEvent]) -> dict[str, list[Order]]:
    versions: dict[str, list[Order]] = {}
    for event in sorted(order_events, key=lambda event: event.sequence):
        versions.setdefault(event.subject, []).append(event.order)
    return versions


def _bounced(event: OrderEvent) -> tuple[str, Bounced]:
    change = event.change
    return event.subject, Bounced(change.message_bounced.message_id, change.occurred_at.ToDatetime(tzinfo=UTC))


def _snapshot(event: OrderEvent) -> Snapshot:
    return Snapshot(event.subject, event.sequence, event.merchant.name, event.order.SerializeToString())
