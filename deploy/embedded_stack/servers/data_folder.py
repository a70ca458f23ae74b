"""One folder, one owner: keeps two instances off the same data, and ends what a killed owner left running."""

import contextlib
import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil


class FolderInUseError(RuntimeError):
    """Another living process owns the folder."""


class DataFolder:
    """A folder that is locked while this object is entered.

    The lock is the kernel's, so that it goes with its owner however that one ends. `remember` notes a child's pid
    together with its start time: pids are reused, and a stranger must never be ended for having the same number.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(lock, 32).decode() or "unknown"
            os.close(lock)
            raise FolderInUseError(f"{self.path} is in use by process {owner}. Stop that one first.") from None
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        self._lock = lock
        self._end_leftovers()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def remember(self, name: str, pid: int) -> None:
        """Note a child, so that the next owner of the folder ends it should it still be there."""
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            return
        self._pid_file(name).write_text(json.dumps({"pid": pid, "started": started}), encoding="utf-8")

    def forget(self, name: str) -> None:
        self._pid_file(name).unlink(missing_ok=True)

    def _pid_file(self, name: str) -> Path:
        return self.path / f"{name}.pid"

    def _end_leftovers(self) -> None:
        for file in self.path.glob("*.pid"):
            try:
                noted = json.loads(file.read_text(encoding="utf-8"))
                end_session(int(noted["pid"]), float(noted["started"]))
            except (ValueError, KeyError, TypeError):
                pass  # A file cut short by a crash: nothing to end.
            file.unlink(missing_ok=True)


def end_session(leader: int, started: float) -> None:
    """End a child and all that it started, if they are still ours: each child leads a session of its own.

    The system gives a number away again only when no session has it, so what is left of a session whose leader died
    (gunicorn's workers, for some seconds) belongs to us.
    """
    try:
        if psutil.Process(leader).create_time() != started:
            return
    except psutil.NoSuchProcess:
        pass
    left = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == leader:
                process.kill()
                left.append(process)
    psutil.wait_procs(left, timeout=5)
