"""The background thread that tells the orders service what waits in the outbox."""

import threading
from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import Protocol

from chassis.backoff import Backoff
from chassis.clock import Clock
from chassis.crash_points import crash_point
from chassis.logs import get_logger
from status_page.outbox.facts import Fact
from status_page.outbox.ports import Outbox, Waiting

_log = get_logger(__name__)

CLAIM = timedelta(seconds=30)
"""Longer than a call may take, so that nobody else tells the same fact meanwhile. Telling twice is harmless waste."""


class Told(Enum):
    """What the orders service said to a fact."""

    TAKEN = "taken"
    LATER = "later"
    """It is down, busy, or will not let us in now."""


class Refused(Exception):
    """The orders service will never take this fact. The message is its reason, a short word."""


class OrdersService(Protocol):
    """Whom the facts are told."""

    def tell(self, fact: Fact) -> Told:
        """Tell one fact; blocks for a few seconds at most. Raises Refused."""
        ...


class OutboxSender:
    """Claims what is due, tells it, forgets it. One thread a process; any number of processes."""

    def __init__(
        self,
        outbox: Outbox,
        orders: OrdersService,
        clock: Clock,
        *,
        pause: float = 1.0,
        backoff: Backoff | None = None,
        heartbeat: Callable[[], object] = lambda: None,
    ) -> None:
        self._outbox = outbox
        self._orders = orders
        self._clock = clock
        self._pause = pause
        self._backoff = backoff or Backoff(initial=1.0, maximum=60.0, floor=0.5)
        self._heartbeat = heartbeat
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def wake(self) -> None:
        """There is something new: look at once."""
        self._wake.set()

    def close(self, timeout: float = 10.0) -> None:
        """End after the fact that is being told; what still waits is told by whoever comes next."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def send_due(self) -> int:
        """Tell everything that is due now; how many were claimed."""
        now = self._clock.now()
        waiting = self._outbox.claim(now, now + CLAIM, limit=20)
        for one in waiting:
            self._send(one)
        return len(waiting)

    def _send(self, waiting: Waiting) -> None:
        fact = waiting.fact
        try:
            told = Told.TAKEN if fact.kind == "nothing" else self._orders.tell(fact)
        except Refused as refusal:
            _log.error("fact refused by orders", fact=fact.id, kind=fact.kind, reason=str(refusal))
            self._outbox.refused(fact.id, str(refusal))
            return
        if told is Told.LATER:
            delay = timedelta(seconds=self._backoff.delay(waiting.attempts + 1))
            self._outbox.postpone(fact.id, self._clock.now() + delay)
            return
        crash_point("status_page.outbox.before_forgetting")
        self._outbox.told(fact.id)

    def _run(self) -> None:
        failed = 0
        while not self._stop.is_set():
            self._heartbeat()
            try:
                busy = self.send_due() > 0
                failed = 0
            except Exception as error:  # noqa: BLE001  # The database may be down; the thread must outlive whatever it is.
                failed += 1
                busy = False
                _log.warning("outbox cannot be read", error_kind=type(error).__name__, attempt=failed)
            if not busy:
                self._wake.wait(min(15.0, self._pause * (1 + failed)))
                self._wake.clear()
