"""The thread that asks the ledger for turns, and the sender threads that it keeps busy.

One thread speaks to the ledger, so that the outcomes of many messages and the claims of many others share a commit;
the senders only
render and send.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from chassis.backoff import Backoff
from chassis.crash_points import crash_point
from chassis.logs import get_logger
from notifier.channels.outcome import Outcome, Retry
from notifier.measures import Measures
from notifier.planning.plan import EMAIL
from notifier.sending.deliver import Deliverer, Result, Work, delivered
from notifier.sending.ledger import Exchanged, Ledger, Recorded
from notifier.sending.rows import Again, Claim, Sent, Settlement, Snapshot

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast and how much at a time. Seconds."""

    senders: int = 4
    ahead: int = 16
    """Rows lent per sender at a time; more of them share a commit, and more are in doubt after a crash."""
    lease: float = 30.0
    """How long a row stays lent without a sign of life of this process; prolonged at a third of it."""
    poll: float = 0.5
    """How often rows that are not new (retries, windows, others' lost leases) are looked for."""
    linger: float = 0.02
    """How long an outcome waits for others when nothing else is to be done."""
    backlog: float = 5.0
    """How often the backlog is measured."""

    @property
    def capacity(self) -> int:
        """Rows lent at most."""
        return self.senders * self.ahead


class Dispatcher:
    """Runs from ``start`` to ``stop``. ``wake`` from any thread means that there are new rows."""

    def __init__(
        self,
        ledger: Ledger,
        make_deliverer: Callable[[], Deliverer],
        measures: Measures,
        *,
        pace: Pace | None = None,
        heartbeat: Callable[[], object] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._make_deliverer = make_deliverer
        self._measures = measures
        self._pace = pace or Pace()
        self._heartbeat = heartbeat
        self._monotonic = monotonic
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._woken = False
        self._stopping = False
        self._finished: list[Settlement] = []
        self._first_finished_at = 0.0
        self._held: dict[str, Work] = {}
        self._merchants: dict[str, tuple[float, bytes]] = {}
        self._renewed_at = 0.0
        self._blocked_until = 0.0
        self._blocked_times = 0
        self._more_due = False
        self._measured_at = float("-inf")
        self._waits = Backoff(initial=0.2, maximum=5.0, floor=0.05)
        names = [f"sender-{number}" for number in range(1, self._pace.senders + 1)]
        self._senders = [threading.Thread(target=self._send, name=name, daemon=True) for name in names]
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        for thread in (*self._senders, self._thread):
            thread.start()

    def wake(self) -> None:
        """There are new rows; look at once."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    @property
    def lease(self) -> timedelta:
        """For how long rows are lent to this process."""
        return timedelta(seconds=self._pace.lease)

    def room(self) -> int:
        """How many messages could be begun now; none while the way is blocked or this process is stopping."""
        with self._changed:
            if self._stopping or self._blocked_times:
                return 0
            return max(0, self._pace.capacity - len(self._held))

    def take(self, recorded: Recorded, snapshots: Mapping[str, Snapshot]) -> None:
        """Send what the planner's commit has lent. Their snapshots are the newest: that commit has stored them."""
        try:
            self._give(recorded.claims, snapshots, recorded.stop_at)
        except Exception as error:  # noqa: BLE001  # What is stored is sent later; planning must not fail for it.
            _log.warning("not sent at once", error_kind=type(error).__name__)
            self._give_back(recorded.claims)

    def stop(self, timeout: float = 25.0) -> None:
        """Claim nothing more, let what is under way end, settle it. Blocks for at most ``timeout`` seconds."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout)
        for _ in self._senders:
            self._work.put(None)
        for sender in self._senders:
            sender.join(max(0.1, timeout / 5))

    # ------------------------------------------------------------------------------------------------- the one thread

    def _run(self) -> None:
        failed = 0
        while True:
            self._heartbeat()
            with self._changed:
                self._changed.wait_for(self._is_time, self._patience())
                finished, self._finished = self._finished, []
                self._woken = False
                stopping = self._stopping
                if stopping and not finished and not self._held:
                    return
                want = 0 if stopping else self._wanted()
            try:
                self._turn(finished, want)
                failed = 0
            except Exception as error:  # noqa: BLE001  # The thread must outlive whatever the database does.
                failed += 1
                _log.warning(
                    "ledger turn failed", error_kind=type(error).__name__, attempt=failed, exc_info=failed == 1
                )
                with self._changed:
                    self._finished = finished + self._finished
                if stopping and failed > 3:
                    return
                time.sleep(self._waits.delay(failed))

    def _is_time(self) -> bool:
        if self._stopping or self._woken:
            return True
        waiting = len(self._finished)
        if waiting and self._more_due and len(self._held) <= self._pace.capacity // 2:
            return True
        if waiting >= self._pace.capacity // 2:
            return True
        return bool(waiting) and self._monotonic() - self._first_finished_at >= self._pace.linger

    def _patience(self) -> float:
        if self._finished:
            return max(0.001, self._pace.linger - (self._monotonic() - self._first_finished_at))
        if self._more_due and not self._held and self._monotonic() >= self._blocked_until:
            return 0.0
        return self._pace.poll

    def _wanted(self) -> int:
        room = self._pace.capacity - len(self._held)
        if self._blocked_times == 0:
            return max(0, room)
        # The way is blocked: one message at a time is enough to find out whether it still is.
        return 1 if self._monotonic() >= self._blocked_until and not self._held else 0

    def _turn(self, finished: list[Settlement], want: int) -> None:
        held = self._to_prolong()
        if finished:
            crash_point("notifier.send.before_settle")
        exchanged = self._ledger.exchange(finished, want, self.lease, [work.claim for work in held])
        finished.clear()  # From here on a failure must not settle them again.
        crash_point("notifier.send.after_settle")
        for work in held:
            if work.claim.row.id in exchanged.renewed:
                work.stop_at = exchanged.stop_at
        self._count(exchanged)
        self._more_due = exchanged.more
        if exchanged.claims:
            self._hand_out(exchanged)
        if self._monotonic() - self._measured_at >= self._pace.backlog:
            self._measured_at = self._monotonic()
            backlog = self._ledger.backlog()
            self._measures.open.set(backlog.open)
            self._measures.oldest_due.set(backlog.oldest_wait.total_seconds())

    def _to_prolong(self) -> list[Work]:
        """Everything that is under way, each time a third of the lease has passed; else nothing."""
        now = self._monotonic()
        if now - self._renewed_at < self._pace.lease / 3:
            return []
        self._renewed_at = now
        with self._changed:
            return list(self._held.values())

    def _hand_out(self, exchanged: Exchanged) -> None:
        claims = exchanged.claims
        try:
            self._give(claims, self._ledger.snapshots(sorted({claim.row.order for claim in claims})), exchanged.stop_at)
        except Exception:
            self._give_back(claims)
            raise

    def _give(self, claims: Sequence[Claim], snapshots: Mapping[str, Snapshot], stop_at: float) -> None:
        crash_point("notifier.send.after_claim")
        merchants = self._newest_merchants({one.merchant for one in snapshots.values()})
        for claim in claims:
            if claim.row.doubt:
                self._measures.possible_duplicates.inc()
            snapshot = snapshots.get(claim.row.order)
            merchant = merchants.get(snapshot.merchant, b"") if snapshot else b""
            work = Work(claim, snapshot, merchant, stop_at)
            with self._changed:
                self._held[claim.row.id] = work
            self._work.put(work)

    def _give_back(self, claims: Sequence[Claim]) -> None:
        back = [Settlement(one.row.id, one.token, Again(0.0, "not read", counts=False)) for one in claims]
        with self._changed:
            self._finished += [one for one in back if one.row_id not in self._held]
            self._changed.notify()

    def _newest_merchants(self, names: set[str]) -> dict[str, bytes]:
        """Merchants change rarely and every turn needs them: read again once what is at hand is a second old."""
        now = self._monotonic()
        missing = sorted(name for name in names if now - self._merchants.get(name, (float("-inf"), b""))[0] > 1.0)
        if missing:
            self._merchants |= {name: (now, body) for name, body in self._ledger.merchants(missing).items()}
        return {name: self._merchants[name][1] for name in names if name in self._merchants}

    def _count(self, exchanged: Exchanged) -> None:
        self._measures.fenced.inc(exchanged.fenced)
        for row in exchanged.ended:
            reason = row.reason if row.state != "sent" else ""
            self._measures.messages.labels(row.kind.value, row.channel, row.state.value, reason).inc()
            if row.state.is_alarm:
                _log.error(
                    "message not sent", row=row.id, kind=row.kind.value, state=row.state.value, reason=row.reason
                )
            elif row.state == "sent" and row.settled_at is not None:
                self._measures.told_seconds.observe(max(0.0, (row.settled_at - row.event_at).total_seconds()))

    # ---------------------------------------------------------------------------------------------------- the senders

    def _send(self) -> None:
        deliverer = self._make_deliverer()
        while (work := self._work.get()) is not None:
            try:
                result, outcome = delivered(deliverer, work)
            except Exception as error:  # noqa: BLE001  # One message must not end the thread for all others.
                _log.exception("sender failed", row=work.claim.row.id)
                result, outcome = Again(30.0, f"sender failed: {type(error).__name__}"), None
            self._finish(work, result, outcome)
        deliverer.close()

    def _finish(self, work: Work, result: Result, outcome: Outcome | None) -> None:
        if outcome is not None:
            name, reason = type(outcome).__name__.lower(), getattr(outcome, "reason", "")
            self._measures.attempts.labels(EMAIL, name, reason).inc()
        with self._changed:
            del self._held[work.claim.row.id]
            if not self._finished:
                self._first_finished_at = self._monotonic()
            self._finished.append(Settlement(work.claim.row.id, work.claim.token, result))
            if isinstance(outcome, Retry) and outcome.ours:
                self._blocked_times = min(self._blocked_times + 1, 10)
                self._blocked_until = self._monotonic() + Backoff(initial=0.5, maximum=10.0, floor=0.2).delay(
                    self._blocked_times
                )
                self._measures.way_blocked.set(1)
            elif outcome is not None and not (isinstance(outcome, Retry) and outcome.reason == "the claim has ended"):
                if self._blocked_times:
                    self._woken = True
                self._blocked_times = 0
                self._measures.way_blocked.set(0)
            self._changed.notify()
        if isinstance(result, Sent):
            _log.debug("message sent", row=work.claim.row.id, kind=work.claim.row.kind.value)
