"""The lost time, lived once more by the real planner, ledger and watchdog on a clock of its own. Nothing goes out.

What was planned then is planned again, from the same records, and what was due then counts as told, so that no buyer
hears it twice. Where the time just before the failure leaves it open whether a message was sent, it stays planned: it
goes out when the notifier starts, and where it had been sent already, it comes once more under the same Message-ID.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from google.protobuf.message import DecodeError

from chassis.kafka.records import Record
from notifier.care import BUYER, Kind
from notifier.planning.kinds import MessageKind
from notifier.planning.planner import Planner
from notifier.sending.ledger import Ledger
from notifier.sending.rows import Again, Claim, Ended, Row, Sent, Settlement, State
from notifier.sending.worth import refused, tellings_of
from notifier.watching.watchdog import Watchdog
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import merchant_pb2, order_pb2

_AT_A_TIME = 500
_LEASE = timedelta(seconds=30)
_STEPS = 120
_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(seconds=30)

REPORTED = frozenset({MessageKind.CHARGE_COMING, MessageKind.TRIAL_ENDING, MessageKind.ANSWER_LATE})
"""Kinds whose acceptance the order itself was told, so that the topic says of each message whether it was sent."""

TOLD = "counts as told: it was due before the database was lost"
UNPROVEN = "nothing says that it was sent before the failure"
IN_DOUBT = "it was due just before the failure"


@dataclass(slots=True)
class Clock:
    """The database's clock in the lost time."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Relived:
    """What came of it."""

    records: int = 0
    unreadable: int = 0
    told: int = 0
    """Messages that count as told."""
    overtaken: int = 0
    """Messages that would not have been sent then either, by newer news."""
    in_doubt: set[str] = field(default_factory=set)
    """Messages that go out when the notifier starts, perhaps for the second time."""
    unproven: set[str] = field(default_factory=set)
    """Messages of which the order would know, had they been sent. They are planned again."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What the orders were told of messages: which messages, by which requests, and whose silence was broken lately."""

    messages: frozenset[str] = frozenset()
    requests: frozenset[str] = frozenset()
    broken_silences: frozenset[str] = frozenset()
    """Orders. Such a notice is named after the moment of the last word, which is lived again a little off."""


def reported(records: Iterable[Record], lately: datetime) -> Reported:
    """The facts in these records; ``lately`` is since when a silence counts as broken lately."""
    messages, requests, silences = set(), set(), set()
    for record in records:
        event = OrderEvent()
        try:
            event.ParseFromString(record.value or b"")
        except DecodeError:
            continue
        fact = getattr(event.change, event.change.WhichOneof("change") or "", None)
        if fact is not None and "message_id" in fact.DESCRIPTOR.fields_by_name and event.request_id:
            messages.add(fact.message_id)
            requests.add(event.request_id)
            if event.change.HasField("still_with_you") and event.time.ToDatetime(tzinfo=UTC) >= lately:
                silences.add(event.subject)
    return Reported(frozenset(messages), frozenset(requests), frozenset(silences))


class Past:
    """Lives from ``clock.at`` to ``failure``; what was due up to ``certain`` counts as told."""

    def __init__(
        self,
        ledger: Ledger,
        planner: Planner,
        watchdog: Watchdog,
        clock: Clock,
        *,
        certain: datetime,
        failure: datetime,
        plan_again: Callable[[str], object],
        proven: Reported | None = None,
    ) -> None:
        """``ledger`` and ``watchdog`` must go by ``clock``. ``proven`` is what the orders know of.

        ``plan_again`` plans every message again that was skipped for the given reason, also in a run that was killed.
        """
        self._ledger = ledger
        self._planner = planner
        self._watchdog = watchdog
        self._clock = clock
        self._certain = certain
        self._failure = failure
        self._plan_again = plan_again
        self._proven = proven or Reported()
        self.relived = Relived()

    def live(self, records: Iterable[Record]) -> Iterator[datetime]:
        """All of it, step by step: plan, send nothing, watch. ``records`` are in order of time. Yields how far it is.

        Living it again changes nothing, also where it had ended in the middle.
        """
        step = min(_LONGEST, max(_SHORTEST, (self._failure - self._clock.at) / _STEPS))
        waiting: list[Record] = []
        for record in records:
            at = min(record.timestamp or self._clock.at, self._failure)
            while at > (following := self._after(step)):
                self._step(waiting, following)
                waiting = []
                yield self._clock.at
            waiting.append(record)
            if len(waiting) == _AT_A_TIME:
                self._step(waiting, max(self._clock.at, at))
                waiting = []
                yield self._clock.at
        while waiting or self._clock.at < self._failure:
            self._step(waiting, self._after(step))
            waiting = []
            yield self._clock.at
        self._plan_again(UNPROVEN)

    def _after(self, step: timedelta) -> datetime:
        """The end of the next step. None goes across the moment up to which all counts as told."""
        following = min(self._clock.at + step, self._failure)
        return self._certain if self._clock.at < self._certain < following else following

    def _step(self, records: Sequence[Record], now: datetime) -> None:
        self._clock.at = now
        if records:
            self.relived.records += len(records)
            self.relived.unreadable += len(self._planner.handle(records))
        self._send()
        while self._watchdog.tick():
            pass
        self._send()

    def _send(self) -> None:
        settlements: list[Settlement] = []
        while True:
            turn = self._ledger.exchange(settlements, _AT_A_TIME, _LEASE)
            if not turn.claims:
                return
            settlements = self._settled(turn.claims)

    def _settled(self, claims: Sequence[Claim]) -> list[Settlement]:
        snapshots = self._ledger.snapshots(sorted({claim.row.order for claim in claims}))
        merchants = self._ledger.merchants(sorted({one.merchant for one in snapshots.values()}))
        found = []
        for claim in claims:
            snapshot = snapshots.get(claim.row.order)
            body = merchants.get(snapshot.merchant, b"") if snapshot is not None else b""
            order = order_pb2.Order.FromString(snapshot.body if snapshot is not None else b"")
            outcome = self._outcome(claim.row, order, merchant_pb2.Merchant.FromString(body))
            found.append(Settlement(claim.row.id, claim.token, outcome))
        return found

    def _outcome(self, row: Row, order: order_pb2.Order, merchant: merchant_pb2.Merchant) -> Sent | Again | Ended:
        tellings, obsolete = tellings_of(row, order, merchant)
        ended = refused(row, tellings, obsolete, order, merchant)
        if ended is not None:
            self.relived.overtaken += 1
            return ended
        proven = self._is_proven(row)
        if {row.kind, *(part.kind for part in row.parts)} & REPORTED and not proven:
            # Out of the way, so that what stands behind it in its thread can be settled; planned again in the end. Not
            # dead: the watch would speak of a message that failed.
            self.relived.unproven.add(row.id)
            return Ended(State.SKIPPED, UNPROVEN)
        if proven or self._clock.at <= self._certain:
            self.relived.told += 1
            self.relived.in_doubt.discard(row.id)
            return Sent(reason=TOLD)
        self.relived.in_doubt.add(row.id)
        wait = max(timedelta(0), self._failure - self._clock.at) + _SHORTEST
        return Again(wait.total_seconds(), IN_DOUBT, counts=False)

    def _is_proven(self, row: Row) -> bool:
        ids = {row.id, *(part.id for part in row.parts)}
        is_silence = row.id.startswith(f"{row.order}!{Kind.SILENCE.name}/") and row.recipient == BUYER
        return bool(ids & self._proven.messages) or (is_silence and row.order in self._proven.broken_silences)
