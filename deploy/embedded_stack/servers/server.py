"""What all embedded servers share: start, wait until it really answers, stop, leave nothing behind."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from embedded_stack.servers.data_folder import DataFolder
from embedded_stack.servers.guard import guarded

# Children are bound to the life of the thread that starts them (see guard.py), so one thread that lives as long as
# this process starts them all, whichever thread asks.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starts-servers")


class ServerDidNotStartError(RuntimeError):
    """The server ended or stayed silent; the message holds the end of its log."""


class Server(ABC):
    """A server as a child process, with its data in `folder`.

    Entering starts it and returns once it answers a real handshake. Leaving stops it within `stop_seconds`.
    `prepare`, `command`, `check_ports` and `is_ready` are for a supervisor that runs the process itself.
    """

    name: str
    start_seconds = 60.0
    stop_seconds = 10.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log_file = folder / f"{self.name}.log"
        self._owned = DataFolder(folder)
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def check_ports(self) -> None:
        """Raise PortTakenError when the server could not listen."""

    def prepare(self) -> None:
        """Make the folder ready for `command`. May block, and may be called again on a folder that is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)

    @abstractmethod
    def command(self) -> list[str]:
        """What to run, without a shell."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether a real handshake succeeds now. Blocks for a second or two at most, raises nothing."""

    @property
    def environment(self) -> Mapping[str, str]:
        return dict(os.environ)

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} is not running"
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it answers. The folder stays owned until `close`, also over `kill` and `start`."""
        self.check_ports()
        self.prepare()
        with self.log_file.open("ab") as log:
            self._process = _starter.submit(self._popen, log.fileno()).result()
        self._owned.remember(self.name, self._process.pid)
        self._await_readiness(self._process)

    def stop(self) -> None:
        """Ask it to end, insist after `stop_seconds`."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would, for tests."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> Self:
        self._owned.__enter__()
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self._owned.__exit__(kind, error, trace)

    def _popen(self, log: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            guarded(self.command()),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env=dict(self.environment),
            start_new_session=True,
        )

    def _await_readiness(self, process: subprocess.Popen[bytes]) -> None:
        give_up = time.monotonic() + self.start_seconds
        while not self.is_ready():
            if process.poll() is not None:
                raise ServerDidNotStartError(
                    f"{self.name} ended with {process.returncode} at its start.\n{self._log_end()}"
                )
            if time.monotonic() > give_up:
                self.kill()
                raise ServerDidNotStartError(
                    f"{self.name} gave no answer in {self.start_seconds:.0f} s.\n{self._log_end()}"
                )
            time.sleep(0.05)

    def _log_end(self) -> str:
        lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"The end of {self.log_file}:", *lines[-15:]])

    def _end(self, first: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for wish in (first, signal.SIGKILL):
            try:
                os.killpg(process.pid, wish)
            except ProcessLookupError:
                break  # The whole group is gone.
            try:
                process.wait(self.stop_seconds)
            except subprocess.TimeoutExpired:
                continue
        process.wait()
        self._owned.forget(self.name)
