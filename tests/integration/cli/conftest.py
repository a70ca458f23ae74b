import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.fakes.in_memory_orders import ADMIN_KEY, KEY, InMemoryOrders
from wismo.cli.app import app

ORDER = """\
reference: R-1
buyer: {email: ada@buyers.test, name: Ada}
lines:
  - {id: book, kind: physical, title: A book, quantity: 2}
"""
Run = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def server() -> Iterator[InMemoryOrders]:
    running = InMemoryOrders().start()
    yield running
    running.stop()


@pytest.fixture
def folder(tmp_path: Path, server: InMemoryOrders, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `.wismo/cli.json` for the server, and an order."""
    (tmp_path / ".wismo").mkdir()
    keys = {"target": server.target, "api_key": KEY, "admin_key": ADMIN_KEY}
    (tmp_path / ".wismo/cli.json").write_text(json.dumps(keys))
    (tmp_path / "order.yaml").write_text(ORDER)
    monkeypatch.chdir(tmp_path)
    for variable in [name for name in os.environ if name.startswith("WISMO_")]:
        monkeypatch.delenv(variable)
    return tmp_path


@pytest.fixture
def wismo(folder: Path) -> Run:
    """Run a command in this process."""

    def run(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), input=stdin)

    return run


@pytest.fixture
def wismo_process(folder: Path) -> Iterator[Start]:
    """Run the command as its users do. What still runs when the test is over is ended."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> "subprocess.Popen[str]":
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "wismo.cli", *arguments],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        )
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()
