"""Keeps one part running."""

import asyncio
import contextlib
import os
import signal
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from embedded_stack.servers.data_folder import DataFolder
from embedded_stack.servers.guard import guarded
from embedded_stack.supervisor.part import Part
from embedded_stack.supervisor.watcher import Watcher

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
CALM = 60.0  # Seconds of running after which an earlier death no longer counts.
TRIES_AT_FIRST = 3  # Deaths before it was ever ready, after which trying on would only hide a mistake.
KEPT_LOG = 20_000_000
LONGEST_LINE = 1_000_000


class GaveUpError(RuntimeError):
    """The part died before it was ready, each time. The message holds its last words."""


class Keeper:
    """Starts the part, reads what it says, starts it again when it dies."""

    def __init__(self, part: Part, watcher: Watcher, log: Path, pids: DataFolder) -> None:
        self.was_ready = asyncio.Event()
        self._part = part
        self._watcher = watcher
        self._log = log
        self._pids = pids
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._deaths = 0
        self._last_words: deque[str] = deque(maxlen=15)

    async def keep(self, needed: Iterable[asyncio.Event]) -> None:
        """Until stopped. Raises GaveUpError when the part never becomes ready."""
        for event in needed:
            await event.wait()
        if self._part.command is None:
            self._watcher.starting(self._part)
            await self._await_readiness(time.monotonic())
            await asyncio.Event().wait()
        while True:
            began = time.monotonic()
            code = await self._run_once(began)
            if self._stopping:
                return
            self._deaths = 1 if time.monotonic() - began > CALM else self._deaths + 1
            how = f"ended with {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"
            if not self.was_ready.is_set() and self._deaths >= TRIES_AT_FIRST:
                raise GaveUpError(f"it {how}, {self._deaths} times. Its last words:\n" + "\n".join(self._last_words))
            pause = min(FIRST_PAUSE * 2.0 ** (self._deaths - 1), LONGEST_PAUSE)
            self._watcher.died(self._part, how, pause, in_a_row=self._deaths)
            await asyncio.sleep(pause)

    async def stop(self) -> None:
        """Ask it to end, insist after its `stop_seconds`. Returns when no process of its group is left."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._watcher.stopping(self._part)
        self._signal(process, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), self._part.stop_seconds)
        self.kill()
        await process.wait()
        self._watcher.stopped(self._part)

    def kill(self) -> None:
        """End it and all that it started, at once."""
        self._stopping = True
        if self._process is not None:
            self._signal(self._process, signal.SIGKILL)

    async def _run_once(self, began: float) -> int:
        """Start it, and return its exit code once it and its group are gone."""
        assert self._part.command is not None
        self._watcher.starting(self._part)
        await asyncio.to_thread(self._part.prepare)
        command = await asyncio.to_thread(self._part.command)
        # A pipe of our own: with asyncio's, waiting for the process would also wait for all that it started.
        output, process_output = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *guarded(command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=process_output,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, **self._part.environment},
                start_new_session=True,
            )
        finally:
            os.close(process_output)
        self._process = process
        self._pids.remember(self._part.name, process.pid)
        reading = asyncio.create_task(self._read(output))
        awaiting = asyncio.create_task(self._await_readiness(began))
        try:
            code = await process.wait()
        finally:
            awaiting.cancel()
            # What it started must not outlive it: a worker that keeps the port would hinder the next start.
            self._signal(process, signal.SIGKILL)
            self._pids.forget(self._part.name)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reading, 2)
            await asyncio.gather(awaiting, return_exceptions=True)
        return code

    async def _await_readiness(self, began: float) -> None:
        while not await asyncio.to_thread(self._part.is_ready):  # noqa: ASYNC110 - It happens in another process.
            await asyncio.sleep(0.1)
        self._watcher.ready(self._part, time.monotonic() - began)
        self.was_ready.set()

    async def _read(self, descriptor: int) -> None:
        output = asyncio.StreamReader(limit=LONGEST_LINE)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(output), os.fdopen(descriptor, "rb", buffering=0)
        )
        with contextlib.closing(transport):
            await self._pass_on(output)

    async def _pass_on(self, output: asyncio.StreamReader) -> None:
        if self._log.exists() and self._log.stat().st_size > KEPT_LOG:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as log:
            while True:
                try:
                    line = await output.readline()
                except ValueError:
                    continue  # Longer than anybody would read; what follows the cut is the next line.
                if not line:
                    return
                log.write(line)
                log.flush()
                text = line.decode("utf-8", "replace").rstrip()
                self._last_words.append(text)
                self._watcher.said(self._part, text)

    def _signal(self, process: asyncio.subprocess.Process, wish: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, wish)
