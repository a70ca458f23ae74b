"""What the documents say, done: examples, code blocks, commands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.in_memory_orders import KEY, InMemoryOrders
from tests.integration.cli.conftest import Run
from wismo.cli.app import app

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"
DOCUMENTS = [ROOT / "docs" / "integrate.md", ROOT / "protos" / "README.md"]


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)


def test_the_example_order_and_merchant_are_taken(wismo: Run, server: InMemoryOrders) -> None:
    assert wismo("order", "create", str(EXAMPLES / "order.yaml")).exit_code == 0
    assert wismo("merchant", "create", str(EXAMPLES / "merchant.yaml")).exit_code == 0
    assert [line.line_id for line in server.orders["merchants/acme/orders/R-10042"].lines] == ["book", "atlas", "room"]


def test_the_plain_script_creates_an_order_and_emits_events(server: InMemoryOrders) -> None:
    environ = {**os.environ, "WISMO_TARGET": server.target, "WISMO_API_KEY": KEY}
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "emit.py"), "R-5"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "parcel_shipped: number 2, EFFECT_APPLIED" in done.stdout
    assert len(server.recorded["merchants/acme/orders/R-5"]) == 2


def test_the_plain_script_run_twice_at_once_makes_two_orders(server: InMemoryOrders) -> None:
    environ = {**os.environ, "WISMO_TARGET": server.target, "WISMO_API_KEY": KEY}
    running = [
        subprocess.Popen([sys.executable, str(EXAMPLES / "emit.py")], env=environ, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [each.wait(60) for each in running] == [0, 0]
    assert len(server.orders) == 2


def test_the_shell_script_takes_a_reference_of_its_own_each_time() -> None:
    (line,) = re.findall(r"^reference=.*$", (EXAMPLES / "grpcurl.sh").read_text(encoding="utf-8"), re.MULTILINE)
    made = {subprocess.check_output(["sh", "-c", f'{line}; printf %s "$reference"'], text=True) for _ in range(3)}
    assert len(made) == 3
    assert all(re.fullmatch(r"R-[0-9a-f]{12}", reference) for reference in made)


def test_the_plain_script_uses_nothing_but_generated_stubs() -> None:
    imported = re.findall(r"^(?:from|import) (\S+)", (EXAMPLES / "emit.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert all(not name.startswith("wismo.") or name.startswith("wismo.orders.v1") for name in imported)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_python_of_the_documents_runs(document: Path, server: InMemoryOrders) -> None:
    code = blocks(document, "python")[0]
    code = code.replace("orders.example:50051", server.target).replace("tls=True", "tls=False")
    exec(compile(code, str(document), "exec"), {"api_key": KEY})  # noqa: S102 - our own document, which is under test.
    assert any(server.recorded.values())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_the_documents_name_exists(document: Path, wismo: Run) -> None:
    groups = {group.name for group in app.registered_groups}
    for line in re.findall(r"`wismo ([a-z][a-z ]*)", document.read_text(encoding="utf-8")):
        words = line.split()[: 2 if line.split()[0] in groups else 1]
        assert wismo(*words, "--help").exit_code == 0, line
