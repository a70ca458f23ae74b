"""The sweep: looks after the watchdog. Compares every open order with its watch, by other rules than those of care."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from chassis.logs import get_logger
from notifier.measures import Measures
from notifier.watching.store import WatchStore

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SweepPace:
    """How often and how much at a time. Seconds."""

    chunk: int = 200
    pause: float = 0.5
    """Between two chunks, so that a sweep over very many orders leaves room for everything else."""
    round: float = 600.0
    """Between the end of a sweep and the beginning of the next."""


class Sweep:
    """Runs from ``start`` to ``stop`` in a thread of its own; or call ``once`` yourself. Several are only waste."""

    def __init__(
        self,
        store: WatchStore,
        measures: Measures,
        *,
        pace: SweepPace | None = None,
        heartbeat: Callable[[], object] = lambda: None,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        """``meanwhile`` is called every 20 seconds between two sweeps."""
        self._store = store
        self._measures = measures
        self._pace = pace or SweepPace()
        self._heartbeat = heartbeat
        self._meanwhile = meanwhile
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End after the chunk that is under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def once(self) -> int:
        """Sweep over every open order; how many orphans there were, mended or not."""
        looked = orphans = mended = 0
        after = ""
        while not self._stop.is_set():
            self._heartbeat()
            swept = self._store.sweep(after, self._pace.chunk)
            looked, mended, after = looked + swept.looked, mended + swept.mended, swept.last
            orphans += len(swept.orphans)
            for order in swept.orphans[:10]:
                _log.error("open order without a proper watch", order=order)
            if not after:
                break
            self._stop.wait(self._pace.pause)
        self._measures.swept.set(looked)
        self._measures.orphans.set(orphans)
        self._measures.orphans_left.set(orphans - mended)
        if orphans:
            _log.error("sweep found orphans", looked=looked, orphans=orphans, mended=mended)
        return orphans

    def _run(self) -> None:
        while not self._stop.is_set():
            self._heartbeat()
            try:
                self.once()
                self._wait()
            except Exception as error:  # noqa: BLE001  # The thread must outlive whatever the database does.
                _log.warning("sweep failed", error_kind=type(error).__name__, exc_info=True)
                self._stop.wait(min(30.0, self._pace.round))

    def _wait(self) -> None:
        """Until the next round, with a sign of life now and then."""
        left = self._pace.round
        self._meanwhile()
        while left > 0 and not self._stop.wait(min(20.0, left)):
            left -= 20.0
            self._heartbeat()
            self._meanwhile()
