"""The command beside the real orders service and notifier: what was told is shown, and what is owed."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from embedded_stack.servers import InboxServer, free_port
from tests.integration.cli.conftest import ORDER
from tests.integration.cli.shops import open_shop, start_command
from tests.integration.notifier.running import NotifierProcess
from tests.integration.orders.process import SERVICE_KEY, OrdersProcess, database_name

Told = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def shop(mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str, tmp_path: Path) -> Iterator[Told]:
    """A shop with one order whose notifier runs with watchdog and care service; how to run a command in it."""
    care, ops = (f"127.0.0.1:{free_port()}" for _ in range(2))
    with OrdersProcess(mongo_url, kafka_bootstrap, database_name()) as orders:
        notifier = NotifierProcess(
            tmp_path,
            mongo_url=mongo_url,
            bootstrap=kafka_bootstrap,
            smtp_url=inbox.smtp_url,
            name=unique,
            WISMO_WATCHDOG="inline",
            WISMO_CARE_LISTEN=care,
            WISMO_OPS_LISTEN=ops,
            WISMO_ORDERS_ADDRESS=orders.address,
            WISMO_SERVICE_KEY=SERVICE_KEY,
        )
        with notifier:
            (tmp_path / ".wismo").mkdir()
            known = {"target": orders.address, "care_target": care, "ops": {"notifier": ops}}
            known["api_key"] = open_shop(orders, unique)
            (tmp_path / ".wismo/cli.json").write_text(json.dumps(known))
            (tmp_path / "order.yaml").write_text(ORDER.replace("ada@", f"{unique}@"))
            yield lambda *arguments: finished(start_command(tmp_path, *arguments))
            notifier.stop()
        orders.stop()


def test_what_was_told_and_what_is_owed_is_seen_from_the_command_line(shop: Told, inbox: InboxServer) -> None:
    assert shop("order", "create", "order.yaml").returncode == 0
    story = until(lambda: told(shop, "care", "story", "R-1"), lambda found: "ACCEPTED" in json.dumps(found))
    (message,) = story["messages"]
    assert "heard_at" in story
    assert any(each["kind"] == "OBLIGATION_KIND_SILENCE" for each in story["obligations"])
    shown = told(shop, "care", "message", "R-1", message["message_id"])
    assert "R-1" in shown["subject"]
    assert told(shop, "care", "attention")["items"] == []
    measures = until(lambda: told(shop, "care", "measures"), lambda found: "orders" in found["total"])
    assert measures["now"]["open_orders"] == "1"
    foreign = shop("care", "story", "merchants/another-shop/orders/R-1")
    assert (foreign.returncode, "NOT_FOUND" in foreign.stderr) == (1, True)
    findings = {each["what"]: each["state"] for each in json.loads(shop("doctor", "--json").stdout)["findings"]}
    assert (findings["care"], findings["watchdog"]) == ("ok", "ok")


def finished(process: "subprocess.Popen[str]") -> "subprocess.CompletedProcess[str]":
    output, errors = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def told(shop: Told, *arguments: str) -> dict[str, Any]:
    """What a command answers as JSON; empty where it is refused, as before the notifier knows of an order."""
    done = shop(*arguments, "--json")
    answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return answer


def until(ask: Callable[[], dict[str, Any]], good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask again until the answer is there and good."""
    give_up = time.monotonic() + 60
    while not (answer := ask()) or not good(answer):
        assert time.monotonic() < give_up, answer
        time.sleep(0.3)
    return answer
