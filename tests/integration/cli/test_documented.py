"""What the documents say, done: examples, code blocks, commands."""

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from notifier.planning.kinds import MessageKind
from notifier.rendering import webhooks
from notifier.rendering.letters import Telling
from tests.fakes.in_memory_care import InMemoryCare
from tests.fakes.in_memory_orders import ADMIN_KEY, KEY, InMemoryOrders
from tests.integration.cli.conftest import Run
from wismo.care.v1.care_service_pb2 import ATTENTION_KIND_CHARGE, Attention, GetCareStoryResponse
from wismo.care.v1.notice_pb2 import Notice
from wismo.cli.app import app
from wismo.client import WismoClient, drafts, events
from wismo.orders.v1.merchant_pb2 import Merchant
from wismo.orders.v1.order_pb2 import Order

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"
DOCUMENTS = [ROOT / "docs" / "integrate.md", ROOT / "protos" / "README.md"]


@pytest.fixture
def care_server() -> Iterator[InMemoryCare]:
    running = InMemoryCare().start()
    running.attention = [Attention(order="merchants/acme/orders/R-10050", kind=ATTENTION_KIND_CHARGE)]
    running.stories["merchants/acme/orders/R-10042"] = GetCareStoryResponse()
    yield running
    running.stop()


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


def test_the_rest_of_the_guide_s_python_runs_too(server: InMemoryOrders, care_server: InMemoryCare) -> None:
    _, *code = blocks(DOCUMENTS[0], "python")
    known: dict[str, Any] = {"api_key": KEY, "when": datetime.now(UTC)}
    known |= {"checkpoint": {"tag": "InTransit", "subtag": "InTransit_001", "message": "Sorted"}}
    known |= {"drafts": drafts, "events": events, "datetime": datetime, "timedelta": timedelta, "UTC": UTC}
    with WismoClient(server.target, ADMIN_KEY, merchant="acme") as admin:
        admin.create_merchant(Merchant(name="merchants/acme"))
    with WismoClient(server.target, KEY) as wismo:
        for reference in ("R-10042", "R-10050"):
            line = drafts.trial("lessons", "Lessons")
            wismo.create_order(drafts.new_order(reference, drafts.buyer("ada@buyers.test"), [line]))
        for block in code:
            here = block.replace("notifier.example:50052", care_server.target).replace("tls=True", "tls=False")
            exec(compile(here, "integrate.md", "exec"), known | {"wismo": wismo})  # noqa: S102 - it is under test.
    assert server.merchants["merchants/acme"].care.escalation_email == "lead@acme-books.test"
    assert {event.event.WhichOneof("change") for event in server.recorded["merchants/acme/orders/R-10050"]} == {
        "trial_started",
        "allowance_used",
    }
    assert len(server.questions["merchants/acme/orders/R-10042"][0].posts) == 2


def test_a_receiver_after_the_guide_understands_what_the_notifier_posts() -> None:
    (code,) = [block for block in blocks(DOCUMENTS[0], "python") if "standardwebhooks" in block]
    scope: dict[str, Any] = {}
    exec(compile(code, "integrate.md", "exec"), scope)  # noqa: S102 - our own document, which is under test.
    secret, now = "whsec_" + base64.b64encode(b"x" * 32).decode(), datetime.now(UTC)
    order = Order(name="merchants/acme/orders/R-1", reference="R-1")
    notice = Notice(cause="line/lessons", attention=Attention(order=order.name, kind=ATTENTION_KIND_CHARGE))
    body = webhooks.body(Telling(MessageKind.ALERT, notice, now), order)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body.decode()),
    }
    assert scope["heard"](headers, body, secret) == ("care.alert", order.name, notice)
    with pytest.raises(WebhookVerificationError):
        scope["heard"](headers, body.replace(b"R-1", b"R-2"), secret)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_the_documents_name_exists(document: Path, wismo: Run) -> None:
    groups = {group.name for group in app.registered_groups}
    for line in re.findall(r"`wismo ([a-z][a-z ]*)", document.read_text(encoding="utf-8")):
        words = line.split()[: 2 if line.split()[0] in groups else 1]
        assert wismo(*words, "--help").exit_code == 0, line
