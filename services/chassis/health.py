"""Whether this process is alive and ready: heartbeats of its loops, and named checks of what it depends on."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field

Check = Callable[[], str | None]
"""A readiness check: returns None when all is well, else a word on what is wrong (no secret, no personal data).

May raise.
"""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome: ``failing`` maps the name of each part that fails to a short reason. Empty means well."""

    failing: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether nothing fails."""
        return not self.failing


class Heartbeat:
    """A loop's sign of life: call it each time round. Never blocks."""

    def __init__(self, max_age: float, monotonic: Callable[[], float]) -> None:
        self.max_age = max_age
        self._monotonic = monotonic
        self._last = monotonic()

    def __call__(self) -> None:
        self._last = self._monotonic()

    @property
    def age(self) -> float:
        """Seconds since the last sign of life, or since it was registered."""
        return self._monotonic() - self._last


@dataclass(slots=True)
class _Check:
    run: Check
    timeout: float
    running: Future[str | None] | None = field(default=None)


class Health:
    """The registry of a process. Safe to use from any thread; asking it never blocks longer than the slowest check's
    limit.

    A check that hangs is not started a second time, so it costs one thread however often it is asked.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._checks: dict[str, _Check] = {}
        self._heartbeats: dict[str, Heartbeat] = {}
        self._draining = False
        self._lock = threading.Lock()

    def add_check(self, name: str, check: Check, *, timeout: float = 2.0) -> None:
        """Readiness depends on ``check``, which runs in a thread of its own and fails after ``timeout`` seconds."""
        with self._lock:
            self._checks[name] = _Check(check, timeout)

    def heartbeat(self, name: str, *, max_age: float) -> Heartbeat:
        """A heartbeat that keeps the process alive: silent for longer than ``max_age`` seconds, liveness fails."""
        beat = Heartbeat(max_age, self._monotonic)
        with self._lock:
            self._heartbeats[name] = beat
        return beat

    def drain(self) -> None:
        """From now on not ready: traffic is to go elsewhere while what is under way ends. Liveness is not affected."""
        self._draining = True

    def liveness(self) -> Report:
        """Fails for each heartbeat that is too old. Runs no check.

        A database that is down is no reason for a restart.
        """
        with self._lock:
            beats = dict(self._heartbeats)
        ages = {name: (beat.age, beat.max_age) for name, beat in beats.items()}
        return Report({name: f"silent for {age:.0f} s" for name, (age, limit) in ages.items() if age > limit})

    def readiness(self) -> Report:
        """Fails while draining, for each old heartbeat, and for each check that fails.

        A check also fails by raising, or by exceeding its time limit.
        """
        failing = dict(self.liveness().failing)
        if self._draining:
            failing["draining"] = "the process is stopping"
        with self._lock:
            checks = {name: (check, self._start(name, check)) for name, check in self._checks.items()}
        began = self._monotonic()
        for name, (check, running) in checks.items():
            left = max(0.0, check.timeout - (self._monotonic() - began))
            reason = _outcome(running, left)
            if reason is not None:
                failing[name] = reason
        return Report(failing)

    def _start(self, name: str, check: _Check) -> Future[str | None]:
        if check.running is None or check.running.done():
            # A pool of one thread each, so that a check which hangs delays no other; it ends with its only job.
            pool = ThreadPoolExecutor(1, thread_name_prefix=f"check-{name}")
            check.running = pool.submit(check.run)
            pool.shutdown(wait=False)
        return check.running


def _outcome(running: Future[str | None], timeout: float) -> str | None:
    try:
        return running.result(timeout)
    except FutureTimeout:
        # Since 3.11 a TimeoutError raised by the check itself is the same class; either way the part did not answer.
        return "no answer in time"
    except Exception as failure:  # noqa: BLE001  # Whatever a check raises means "not ready", and must not end the server.
        # Only the class: the text of a driver's error may hold addresses and credentials.
        return type(failure).__name__
