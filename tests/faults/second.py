"""A second process of a service beside the one that the supervisor keeps: the same settings, ports of its own."""

import os
import re
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.request import urlopen

import psutil

from embedded_stack.servers.ports import HOST, free_port
from embedded_stack.servers.probes import http_answers
from tests.faults.running_stack import RunningStack, wait_until

_LISTENS = ("WISMO_ORDERS_LISTEN", "WISMO_CARE_LISTEN", "WISMO_PAGE_LISTEN", "WISMO_OPS_LISTEN")


class Second:
    """Entering starts it and waits until it is ready; leaving stops it as TERM does."""

    def __init__(self, stack: RunningStack, part: str, folder: Path) -> None:
        pid = stack.pid(part)
        assert pid is not None, f"{part} does not run"
        first = psutil.Process(pid)
        worker = next((one for one in [first, *first.children()] if "-m" in one.cmdline()), first)
        self._command = worker.cmdline()[worker.cmdline().index("-m") - 1 :]
        self._environment = worker.environ()
        self._environment |= {name: f"{HOST}:{free_port()}" for name in _LISTENS if self._environment.get(name)}
        self._log = folder / f"second-{part}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def ops(self) -> str:
        """Where it says how it is."""
        return self._environment["WISMO_OPS_LISTEN"]

    @property
    def grpc(self) -> str:
        """Where it takes calls, if it is an orders service."""
        return self._environment["WISMO_ORDERS_LISTEN"]

    def kill(self) -> None:
        """`kill -9`."""
        assert self._process is not None, "it does not run"
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        wait_until(lambda: http_answers(f"http://{self.ops}/readyz"), 60, f"a second {self._command} is ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)


def counted(ops: str, metric: str) -> float:
    """A metric of a process, summed over its labels."""
    with urlopen(f"http://{ops}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return sum(float(value) for value in re.findall(rf"^{metric}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE))
