"""The supervisor, tried with small real programs."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from embedded_stack.servers.data_folder import DataFolder
from embedded_stack.supervisor import DoesNotStartError, Part, Supervisor

# Says that it runs, marks that it is ready, and ends when asked to.
WORKS = "import pathlib, sys, time; print('hello', flush=True); pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
# Starts a child of its own, which must not be forgotten.
HAS_CHILD = "import subprocess, sys; subprocess.Popen(['sleep', '600']); " + WORKS
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WORKS
DIES = "import sys; print('the reason', flush=True); sys.exit(3)"


class Diary:
    """Writes down all that a watcher is told."""

    def __init__(self) -> None:
        self.entries: list[str] = []

    def starting(self, part: Part) -> None:
        self.entries.append(f"{part.name} starting")

    def ready(self, part: Part, seconds: float) -> None:
        self.entries.append(f"{part.name} ready")

    def died(self, part: Part, how: str, again_in: float, *, in_a_row: int) -> None:
        self.entries.append(f"{part.name} {how}")

    def stopping(self, part: Part) -> None:
        self.entries.append(f"{part.name} stopping")

    def stopped(self, part: Part) -> None:
        self.entries.append(f"{part.name} stopped")

    def said(self, part: Part, line: str) -> None:
        self.entries.append(f"{part.name}: {line}")


@contextlib.asynccontextmanager
async def supervised(folder: Path, *parts: Part) -> AsyncIterator[tuple[Supervisor, Diary]]:
    diary = Diary()
    with DataFolder(folder) as pids:
        supervisor = Supervisor(parts, diary, logs=folder / "logs", pids=pids)
        try:
            yield supervisor, diary
        finally:
            await supervisor.stop()


def part(folder: Path, name: str, program: str = WORKS, *needs: str, stop_seconds: float = 5.0) -> Part:
    mark = folder / f"{name}.ready"
    command = [sys.executable, "-c", program, str(mark)]
    return Part(name, lambda: command, mark.exists, needs=needs, stop_seconds=stop_seconds)


async def until(holds: Callable[[], object], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


def pid_of(folder: Path, name: str) -> int:
    return int((folder / f"{name}.pid").read_text(encoding="utf-8").split('"pid": ')[1].split(",")[0])


async def test_a_part_starts_when_what_it_needs_is_ready_and_ends_before_it(tmp_path: Path) -> None:
    async with supervised(tmp_path, part(tmp_path, "page", WORKS, "store"), part(tmp_path, "store")) as (
        supervisor,
        diary,
    ):
        await supervisor.start()
        assert diary.entries.index("store ready") < diary.entries.index("page starting")
        await supervisor.stop()
        assert diary.entries.index("page stopped") < diary.entries.index("store stopping")


async def test_a_part_that_dies_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    async with supervised(tmp_path, part(tmp_path, "store")) as (supervisor, diary):
        await supervisor.start()
        os.kill(pid_of(tmp_path, "store"), signal.SIGKILL)
        await until(lambda: diary.entries.count("store ready") == 2)
        assert "store was ended by SIGKILL" in diary.entries


async def test_a_part_that_never_becomes_ready_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    async with supervised(tmp_path, part(tmp_path, "store", DIES)) as (supervisor, diary):
        with pytest.raises(DoesNotStartError, match=r"store does not start: it ended with 3, 3 times[\s\S]*the reason"):
            await supervisor.start()
        assert diary.entries.count("store ended with 3") == 2


async def test_what_a_part_says_is_passed_on_and_kept(tmp_path: Path) -> None:
    async with supervised(tmp_path, part(tmp_path, "store")) as (supervisor, diary):
        await supervisor.start()
        await until(lambda: "store: hello" in diary.entries)
    assert (tmp_path / "logs" / "store.log").read_text(encoding="utf-8") == "hello\n"


async def test_stopping_leaves_no_process_not_even_a_grandchild_or_a_deaf_one(tmp_path: Path) -> None:
    parts = [part(tmp_path, "store", HAS_CHILD), part(tmp_path, "deaf", DEAF, stop_seconds=0.5)]
    before = set(psutil.Process().children(recursive=True))
    async with supervised(tmp_path, *parts) as (supervisor, _diary):
        await supervisor.start()
        family = set(psutil.Process().children(recursive=True)) - before
        assert len(family) >= 3
    await until(lambda: not [process for process in family if process.is_running() and process.status() != "zombie"])


async def test_a_server_of_the_users_own_is_waited_for_and_left_alone(tmp_path: Path) -> None:
    answers = iter([False, True])
    theirs = Part("kafka", None, lambda: next(answers))
    async with supervised(tmp_path, theirs, part(tmp_path, "page", WORKS, "kafka")) as (supervisor, diary):
        await supervisor.start()
        assert diary.entries.index("kafka ready") < diary.entries.index("page starting")
    assert "kafka stopping" not in diary.entries


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child's life to its parent's")
def test_children_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from embedded_stack.servers import DatabaseServer\n"
        "with DatabaseServer(Path(sys.argv[1])) as server: print(server.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        deadline = time.monotonic() + 5
        while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
