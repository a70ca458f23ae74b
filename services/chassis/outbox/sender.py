"""The background thread that tells what waits in an outbox."""

import threading
from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import Protocol

from chassis.backoff import Backoff
from chassis.clock import Clock
from chassis.logs import get_logger
from chassis.outbox.letters import Letter, Outbox, Waiting

_log = get_logger(__name__)

CLAIM = timedelta(seconds=30)
"""Longer than a call may take, so that nobody else tells the same letter meanwhile. Telling twice is harmless waste."""


class Told(Enum):
    """What the other side said to a letter."""

    TAKEN = "taken"
    LATER = "later"
    """It is down, busy, or will not let us in now."""


class Refused(Exception):
    """The other side will never take this letter. The message is its reason, a short word without personal data."""


class Tell(Protocol):
    """Whom the letters are told."""

    def tell(self, letter: Letter) -> Told:
        """Tell one letter; blocks for a few seconds at most. Raises Refused."""
        ...


class OutboxSender:
    """Claims what is due, tells it, forgets it. One thread a process; any number of processes.

    ``clock`` is the one by which letters are due: where processes may disagree about the time, the database's.
    ``before_forgetting`` is called after a letter was taken and before it is forgotten: the place for a crash point.
    """

    def __init__(
        self,
        outbox: Outbox,
        receiver: Tell,
        clock: Clock,
        *,
        pause: float = 1.0,
        backoff: Backoff | None = None,
        heartbeat: Callable[[], object] = lambda: None,
        before_forgetting: Callable[[], object] = lambda: None,
    ) -> None:
        self._outbox = outbox
        self._receiver = receiver
        self._clock = clock
        self._pause = pause
        self._backoff = backoff or Backoff(initial=1.0, maximum=60.0, floor=0.5)
        self._heartbeat = heartbeat
        self._before_forgetting = before_forgetting
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
        """End after the letter that is being told; what still waits is told by whoever comes next."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def send_due(self) -> int:
        """Tell everything that is due now, up to 20; how many were claimed."""
        now = self._clock.now()
        waiting = self._outbox.claim(now, now + CLAIM, limit=20)
        for one in waiting:
            self._send(one)
        return len(waiting)

    def _send(self, waiting: Waiting) -> None:
        letter = waiting.letter
        try:
            told = self._receiver.tell(letter)
        except Refused as refusal:
            _log.error("letter refused", letter=letter.id, kind=letter.kind, reason=str(refusal))
            self._outbox.refused(letter.id, str(refusal))
            return
        if told is Told.LATER:
            delay = timedelta(seconds=self._backoff.delay(waiting.attempts + 1))
            self._outbox.postpone(letter.id, self._clock.now() + delay)
            return
        self._before_forgetting()
        self._outbox.told(letter.id)

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
