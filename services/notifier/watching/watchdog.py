"""The watchdog: claims what is due, has it said, and shows that it lives. Any number of them may run at a time."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from chassis.backoff import Backoff
from chassis.crash_points import crash_point
from chassis.logs import get_logger
from notifier.measures import Measures
from notifier.watching.store import WatchStore

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WatchdogPace:
    """How often and how much at a time. Seconds."""

    pause: float = 1.0
    """Between two ticks when there was nothing more to do."""
    chunk: int = 200
    """Watches claimed at a time: what shares a commit, and what waits for the lease to end after a crash."""
    lease: float = 30.0
    """After how long another one takes what a watchdog claimed and did not finish."""


class Watchdog:
    """Runs from ``start`` to ``stop`` in a thread of its own; or call ``tick`` yourself."""

    def __init__(
        self,
        store: WatchStore,
        measures: Measures,
        owner: str,
        *,
        pace: WatchdogPace | None = None,
        wake: Callable[[], object] = lambda: None,
        heartbeat: Callable[[], object] = lambda: None,
    ) -> None:
        """``wake`` is called when there are new rows to send; ``heartbeat`` each time round."""
        self._store = store
        self._measures = measures
        self._owner = owner
        self._pace = pace or WatchdogPace()
        self._wake = wake
        self._heartbeat = heartbeat
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self, timeout: float = 15.0) -> None:
        """End after the tick that is under way. Blocks for at most ``timeout`` seconds."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def tick(self) -> bool:
        """Look at what is due now, up to a chunk of it. Whether there is more to do at once."""
        started = time.perf_counter()
        claimed = self._store.claim(self._pace.chunk, timedelta(seconds=self._pace.lease))
        self._measures.scan_lag.set(claimed.lag.total_seconds())
        if claimed.orders:
            crash_point("watchdog.tick.after_claim")
            spoken = self._store.speak(claimed)
            crash_point("watchdog.tick.after_write")
            self._measures.watched.inc(spoken.looked)
            self._measures.notices.inc(len(spoken.notices))
            if spoken.notices:
                self._wake()
        recomputing = self._recompute()
        crash_point("watchdog.tick.before_heartbeat")
        self._store.beat(self._owner)
        self._measures.ticks.inc()
        self._measures.tick_seconds.observe(time.perf_counter() - started)
        return claimed.more or recomputing

    def _recompute(self) -> bool:
        done = self._store.recompute(self._pace.chunk)
        if done is None:
            return False
        if done.finished:
            _log.info("policies applied to what is open", merchant=done.merchant, looked=done.looked, moved=done.moved)
        return True

    def _run(self) -> None:
        failed, waits = 0, Backoff(initial=0.5, maximum=10.0, floor=0.2)
        while not self._stop.is_set():
            self._heartbeat()
            try:
                more = self.tick()
                failed = 0
            except Exception as error:  # noqa: BLE001  # The thread must outlive whatever the database does.
                failed += 1
                _log.warning(
                    "watchdog tick failed", error_kind=type(error).__name__, attempt=failed, exc_info=failed == 1
                )
                self._stop.wait(waits.delay(failed))
                continue
            if not more:
                self._stop.wait(self._pace.pause)
