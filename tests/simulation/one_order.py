"""One order's life on a clock of its own: the real fold, planning and care code over a ledger in memory."""

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from notifier.adapters.ledger_documents import new_row
from notifier.care import (
    Obligation,
    Observation,
    PlannedNotice,
    Told,
    Watch,
    bounced,
    due_notices,
    failed,
    heard,
    reconcile,
)
from notifier.planning.obsolete import why_obsolete
from notifier.planning.obsolete_notices import why_notice_obsolete
from notifier.planning.plan import PlannedMessage, Preferences, plan
from notifier.sending.ledger import NewMessage
from notifier.sending.rows import Row, State
from notifier.watching.hearing import heard_of
from orders.adapters.proto_mapping import event_to_proto, order_to_proto
from orders.domain.errors import DomainError
from orders.domain.events import Change, Event
from orders.domain.fold import create, record
from orders.domain.moves import SOURCES
from orders.domain.order import Draft, EventSource, Order
from wismo.care.v1.notice_pb2 import Notice
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import merchant_pb2, order_pb2
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent

TICK = timedelta(seconds=30)
"""How long the watchdog takes at most to see that a step is due."""


class Post(Protocol):
    """The way to the buyer."""

    def hand_over(self, row: Row, at: datetime) -> "Handed":
        """What becomes of a message that is tried at this time."""
        ...


@dataclass(frozen=True, slots=True)
class Handed:
    """Accepted when; or refused when; or, tried again when. What was accepted may come back."""

    accepted_at: datetime | None = None
    back_at: datetime | None = None
    permanent: bool = False
    refused_at: datetime | None = None


class GoodPost:
    """Everything is accepted within seconds."""

    def hand_over(self, row: Row, at: datetime) -> Handed:
        return Handed(at + timedelta(seconds=3 + len(row.kind) % 5))


@dataclass
class Story:
    """What happened, as an outsider can see it."""

    versions: list[order_pb2.Order] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    back: dict[str, datetime] = field(default_factory=dict)
    notices: list[tuple[datetime, PlannedNotice]] = field(default_factory=list)
    ended: list[Obligation] = field(default_factory=list)
    observed: list[Observation] = field(default_factory=list)
    skipped: int = 0
    events_refused: int = 0
    looks: int = 0


class OneOrder:
    """An order while it is lived. ``watchdog`` off: events are planned and told, and nobody looks after them."""

    def __init__(
        self,
        merchant: merchant_pb2.Merchant,
        post: Post | None = None,
        *,
        watchdog: bool = True,
        on_notice: Callable[["OneOrder", PlannedNotice], None] | None = None,
    ) -> None:
        self.merchant = merchant
        self.order: Order | None = None
        self.proto = order_pb2.Order()
        self.watch = Watch()
        self.story = Story()
        self.rows: dict[str, Row] = {}
        self.now = datetime.min.replace(tzinfo=UTC)
        self._post = post or GoodPost()
        self._watchdog = watchdog
        self._on_notice = on_notice
        self._queue: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._tick_at: datetime | None = None
        self._thread: list[Row] = []

    def later(self, at: datetime, do: Callable[[], object]) -> None:
        """Do something at a time; what is past is done now."""
        heapq.heappush(self._queue, (at, next(self._numbers), do))

    def happens(self, at: datetime, change: Change) -> None:
        """The shop, the carrier or the buyer says so at that time."""
        self.later(at, lambda: self.record(change))

    def run(self, until: datetime) -> None:
        """Let time pass."""
        while self._queue and self._queue[0][0] <= until:
            at, _, do = heapq.heappop(self._queue)
            self.now = max(self.now, at)
            do()
        self.now = until

    # ------------------------------------------------------------------------------------------------------- orders

    def place(self, draft: Draft, at: datetime) -> None:
        """The order is created."""
        self.now = at
        recorded = create(draft, at, at)
        self._recorded(recorded.order, recorded.event, int(recorded.effect), recorded.sequence)

    def record(self, change: Change) -> bool:
        """An event becomes known now. False when the fold refuses it."""
        assert self.order is not None
        allowed = SOURCES[Event(change).kind]
        source = EventSource.MERCHANT if EventSource.MERCHANT in allowed else min(allowed)
        try:
            recorded = record(self.order, Event(change, self.now, source), self.now)
        except DomainError:
            self.story.events_refused += 1
            return False
        if recorded.order is not self.order:
            self._recorded(recorded.order, recorded.event, int(recorded.effect), recorded.sequence)
        return True

    def _recorded(self, order: Order, event: Event, effect: int, sequence: int) -> None:
        self.order = order
        self.proto = order_to_proto(order)
        self.story.versions.append(self.proto)
        message = OrderEvent(
            subject=order.name,
            sequence=sequence,
            change=event_to_proto(event),
            order=self.proto,
            merchant=self.merchant,
        )
        message.effect = effect  # type: ignore[assignment]  # Numbered alike.
        change = message.change.SerializeToString()
        for planned in plan(message, self.merchant.policies, Preferences()):
            self._enter(new_row(NewMessage(planned, change, self.now), self.now))
        self._look()

    # ----------------------------------------------------------------------------------------------------- messages

    def _enter(self, row: Row) -> None:
        if row.id in self.rows:
            return
        self.rows[row.id] = row
        if row.recipient == "buyer":
            self._thread.append(row)
            self._thread.sort(key=lambda one: (one.sequence, one.is_notice, one.planned_at))
            self.later(max(self.now, row.not_before), self._send)

    def _send(self) -> None:
        """Try the first message of the thread; the others wait behind it."""
        if not self._thread or self._thread[0].not_before > self.now:
            return
        row = self._thread[0]
        if row.state == State.CLAIMED:
            return
        if self._is_obsolete(row):
            self._thread.pop(0)
            self.rows[row.id] = replace(row, state=State.SKIPPED, settled_at=self.now)
            self.story.skipped += 1
            self._send()
            return
        self._thread[0] = self.rows[row.id] = replace(row, state=State.CLAIMED)
        handed = self._post.hand_over(row, self.now)
        if handed.refused_at is not None:
            at = handed.refused_at
            self.later(at, lambda: self._settle(row, State.DEAD, "refused: 550"))
        elif handed.accepted_at is not None:
            at = handed.accepted_at
            if at - self.now > timedelta(minutes=1):
                # The way is blocked: it is tried again, and looked at again, when it is open.
                self._thread[0] = self.rows[row.id] = replace(row, state=State.PLANNED, not_before=at)
                self.later(at, self._send)
                return
            self.later(at, lambda: self._settle(row, State.SENT, ""))
            if handed.back_at is not None:
                back_at = handed.back_at
                self.later(back_at, lambda: self.comes_back(row.id, permanent=handed.permanent))

    def _is_obsolete(self, row: Row) -> bool:
        if row.is_notice:
            notice, policies = Notice.FromString(row.change), self.merchant.policies
            return why_notice_obsolete(row.kind, notice, row.sequence, self.proto, policies) is not None
        change = FulfilmentEvent.FromString(row.change)
        return why_obsolete(row.kind, change, row.sequence, self.proto, self.merchant.policies) is not None

    def _settle(self, row: Row, state: State, reason: str) -> None:
        self._thread = [one for one in self._thread if one.id != row.id]
        ended = replace(row, state=state, settled_at=self.now, reason=reason, attempts=1)
        self.rows[row.id] = ended
        what = heard_of(ended)
        if isinstance(what, Told):
            self.story.told.append(what)
            self.watch = heard(self.watch, what)
            if row.is_notice:
                self._tell_orders(ended)
        elif what is not None:
            self.watch = failed(self.watch, what)  # type: ignore[arg-type]  # Only these two end here.
        if row.is_notice or state == State.DEAD:
            self._look()
        self._wake()
        self._send()

    def comes_back(self, message_id: str, *, permanent: bool) -> None:
        """A message that was accepted comes back."""
        from orders.domain.changes.contact import MessageBounced

        self.story.back[message_id] = self.now
        self.watch = bounced(self.watch, message_id, self.now)
        self.record(MessageBounced(message_id, permanent, "5.1.1" if permanent else "4.2.2"))

    def _tell_orders(self, row: Row) -> None:
        """What the notifier tells the orders service of a notice that was accepted."""
        from tests.simulation.facts import fact_of

        change = fact_of(row)
        if change is not None:
            self.later(self.now + timedelta(seconds=1), lambda: self.record(change))

    # ----------------------------------------------------------------------------------------------------- watchdog

    def _look(self) -> None:
        if not self._watchdog:
            return
        self.story.looks += 1
        done = reconcile(self.watch, self.proto, self.merchant, self.now)
        self.watch = done.watch
        self.story.ended += done.ended
        self.story.observed += done.observed
        self._wake()

    def _wake(self) -> None:
        step_at = self.watch.step_at
        if not self._watchdog or step_at is None:
            return
        at = max(step_at, self.now) + TICK
        if self._tick_at is None or at < self._tick_at:
            self._tick_at = at
            self.later(at, self.tick)

    def tick(self) -> None:
        """The watchdog looks at the order, if there is something to see."""
        self._tick_at = None
        step_at = self.watch.step_at
        if not self._watchdog or step_at is None or step_at > self.now:
            self._wake()
            return
        self._look()
        due = due_notices(self.watch, self.proto, self.merchant, self.now)
        self.watch = due.watch
        for notice in due.notices:
            self.story.notices.append((self.now, notice))
            for channel in ("email",):
                self._enter(self._notice_row(notice, channel))
            if self._on_notice is not None:
                self._on_notice(self, notice)
        self._wake()

    def _notice_row(self, notice: PlannedNotice, channel: str) -> Row:
        assert self.order is not None
        what = f"{notice.obligation.name}/{notice.cause}/{notice.step.name}"
        planned = PlannedMessage(
            notice.kind, notice.order, self.order.sequence, notice.recipient, channel, notice_of=what
        )
        assert planned.id == notice.row_id(channel)
        return new_row(NewMessage(planned, notice.notice.SerializeToString(), self.now), self.now)


def open_causes(obligations: Iterable[Obligation]) -> set[str]:
    """What is open, as ``KIND cause``."""
    return {f"{one.kind.name} {one.cause}" for one in obligations}
