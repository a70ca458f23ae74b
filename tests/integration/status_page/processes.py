"""The page and its projector as the processes that they really are."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from embedded_stack.servers import free_port
from tests.integration.orders.process import SERVICE_KEY
from tests.samples import keys


class ServiceProcess:
    """`python -m status_page …`. Its lines go to a file, which is shown when something goes wrong."""

    def __init__(self, log: Path, *arguments: str, **environ: str) -> None:
        self.log = log
        self._arguments = arguments
        self._environ = {
            "WISMO_COOKIE_KEY": keys.COOKIE_KEY,
            "WISMO_LINK_KEYS": keys.LINK_KEYS,
            "WISMO_SEALING_KEYS": keys.SEALING_KEYS,
            "WISMO_SERVICE_KEY": SERVICE_KEY,
            **environ,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **environ: str) -> None:
        """Start it; `environ` holds for this start only."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "status_page", *self._arguments],
                env={**os.environ, **self._environ, **environ},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self, seconds: float = 30.0) -> int:
        """The exit status, once it has ended by itself."""
        assert self._process is not None
        return self._process.wait(seconds)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        if error is not None:
            sys.stderr.write(self.log.read_text(errors="replace")[-6000:])

    def end(self) -> None:
        """Leave no process, whatever has happened."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


class PageProcess(ServiceProcess):
    """The page on a free port."""

    def __init__(self, log: Path, **environ: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(log, WISMO_PAGE_LISTEN=f"127.0.0.1:{self.port}", WISMO_PAGE_URL=self.url, **environ)

    def start(self, **environ: str) -> None:
        super().start(**environ)
        wait_for(self._answers, f"the page at {self.url}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/livez", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            assert self.is_running(), self.log.read_text()[-3000:]
            return False


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Return once `condition` holds; AssertionError when it never does."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"not within {seconds} s: {what}"
        time.sleep(0.05)
