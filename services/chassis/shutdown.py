"""A stop that is asked for once and obeyed everywhere: SIGTERM and SIGINT, seen from threads and from asyncio."""

import asyncio
import os
import signal
import threading
from types import FrameType

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopSignal:
    """An event that is set by the first SIGTERM or SIGINT. The second one ends the process at once with 128 + its
    number.

    Nothing but ``install`` touches the process' signal handlers, so tests use it like any event.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._waiters: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._signals = 0
        self._pipe: tuple[int, int] | None = None
        self.reason = ""

    def install(self) -> "StopSignal":
        """Take over SIGTERM and SIGINT. Only from the main thread, once per process. Returns itself."""
        self._pipe = os.pipe()
        threading.Thread(target=self._watch, name="stop-signal", daemon=True).start()
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        return self

    def set(self, reason: str = "asked to stop") -> None:
        """Ask everyone to stop. Only the first reason counts. From any thread, never from a signal handler."""
        with self._lock:
            self.reason = self.reason or reason
            self._event.set()
            waiters, self._waiters = self._waiters, []
        for loop, event in waiters:
            try:
                loop.call_soon_threadsafe(event.set)
            except RuntimeError:  # That loop has ended meanwhile, so that nobody waits there any more.
                continue

    def is_set(self) -> bool:
        """Whether the process is asked to stop."""
        return self._event.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until asked to stop, for at most ``timeout`` seconds. Whether it is asked.

        Serves as an interruptible sleep.
        """
        return self._event.wait(timeout)

    async def wait_async(self) -> None:
        """Return once asked to stop, without blocking the event loop. May be cancelled."""
        event = asyncio.Event()
        waiter = (asyncio.get_running_loop(), event)
        with self._lock:
            if self._event.is_set():
                return
            self._waiters.append(waiter)
        try:
            await event.wait()
        finally:
            with self._lock:
                if waiter in self._waiters:
                    self._waiters.remove(waiter)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        if self._signals > 1:
            os._exit(128 + number)
        # A handler runs between two instructions of the main thread, which may itself hold the lock of an Event. So it
        # only writes to a pipe, and a thread that holds no lock sets the event.
        if self._pipe is not None:
            os.write(self._pipe[1], bytes([number]))

    def _watch(self) -> None:
        assert self._pipe is not None
        number = os.read(self._pipe[0], 1)
        self.set(f"received {signal.Signals(number[0]).name}")
