"""The embedded stack as its user runs it: a child process with ports and a folder of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from embedded_stack.servers.ports import free_port
from embedded_stack.servers.probes import http_answers, kafka_answers, mongo_answers, smtp_answers

SERVICES = ("orders", "notifier", "projector", "page", "inbound")
SERVERS = ("kafka", "database", "inbox")
_PORTS = ("PAGE", "INBOX", "GRPC", "SMTP", "IMAP", "KAFKA", "DATABASE")


class RunningStack:
    """Entering starts it and waits until the demo orders are sent; leaving stops it as TERM does."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """``settings`` are the stack's own, such as a WISMO_MONGO_URL of a server that it does not run."""
        self.folder = folder
        self.log = folder / "stack.log"
        self._environment = {f"WISMO_{name}_PORT": str(free_port()) for name in _PORTS} | settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def addresses(self) -> dict[str, Any]:
        """What the command line tool finds in the folder: target, api_key, kafka_bootstrap, mongo_url and more."""
        known: dict[str, Any] = json.loads((self.folder / "cli.json").read_text(encoding="utf-8"))
        return known

    @property
    def process_id(self) -> int:
        """The supervisor's own."""
        assert self._process is not None, "the stack does not run"
        return self._process.pid

    def start(self, *, seconds: float = 120.0) -> float:
        """Start, wait for the signpost; the seconds that it took."""
        self.folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        done_before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "embedded_stack"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self._environment, "WISMO_DATA_DIR": str(self.folder)},
            )

        def shown() -> bool:
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError(f"the stack ended with {self._process.returncode}:\n{self._end_of_log()}")
            return b"/o/" in self.log.read_bytes()[done_before:]

        wait_until(shown, seconds, "the stack shows where to look")
        return time.monotonic() - began

    def stop(self) -> float:
        """TERM, and wait for its end; the seconds that it took."""
        process, self._process = self._process, None
        if process is None:
            return 0.0
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        return time.monotonic() - began

    def pid(self, part: str) -> int | None:
        """The pid of a living part, or None."""
        try:
            noted = json.loads((self.folder / f"{part}.pid").read_text(encoding="utf-8"))
            process = psutil.Process(noted["pid"])
            alive = process.create_time() == noted["started"] and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, KeyError, psutil.Error):
            return None
        return int(noted["pid"]) if alive else None

    def kill(self, part: str) -> int:
        """`kill -9` a part's whole process group, as the out-of-memory killer would; the pid that it had."""
        pid = self.pid(part)
        assert pid is not None, f"{part} does not run"
        os.killpg(pid, signal.SIGKILL)
        return pid

    def crash(self) -> None:
        """`kill -9` everything at once, the supervisor too, as a power cut would. `start` begins anew."""
        process, self._process = self._process, None
        assert process is not None, "the stack does not run"
        family = psutil.Process(process.pid)
        for one in [family, *family.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait(30)

    def terminate(self, part: str, *, seconds: float = 30.0) -> tuple[int, bool]:
        """TERM to a part, as an upgrade does; the pid that it had, and whether it ended by itself within `seconds`."""
        pid = self.pid(part)
        assert pid is not None, f"{part} does not run"
        process = psutil.Process(pid)
        process.terminate()
        try:
            process.wait(seconds)
        except psutil.TimeoutExpired:
            os.killpg(pid, signal.SIGKILL)
            return pid, False
        return pid, True

    def wait_for_restart(self, part: str, old: int, *, seconds: float = 90.0) -> float:
        """Wait until the supervisor has a new process for `part` and that one is ready; the seconds that it took."""
        began = time.monotonic()
        wait_until(lambda: self.pid(part) not in (None, old) and self._answers(part), seconds, f"{part} runs again")
        return time.monotonic() - began

    def _answers(self, part: str) -> bool:
        known = self.addresses
        match part:
            case "kafka":
                return kafka_answers(known["kafka_bootstrap"])
            case "database":
                return mongo_answers(known["mongo_url"])
            case "inbox":
                return smtp_answers(known["smtp_url"])
            case "page":
                return http_answers(f"{known['page_url']}/readyz")
            case _:
                return http_answers(f"http://{known['ops'][part]}/readyz")

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _end_of_log(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Look ten times a second; TimeoutError after `seconds`."""
    give_up = time.monotonic() + seconds
    while not true():
        if time.monotonic() > give_up:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.1)
