"""The command beside the real orders service: simulated lives are legal, what is acknowledged survives kill -9."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.shops import ROOT, open_shop, start_command
from tests.integration.orders.process import ADMIN_KEY, OrdersProcess, database_name
from wismo.client import WismoClient, drafts


@pytest.fixture(scope="module")
def orders(mongo_url: str, kafka_bootstrap: str) -> Iterator[OrdersProcess]:
    with OrdersProcess(mongo_url, kafka_bootstrap, database_name()) as process:
        yield process
        process.stop()


def wismo(orders: OrdersProcess, folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return start_command(folder, *arguments, WISMO_TARGET=orders.address, WISMO_ADMIN_KEY=ADMIN_KEY)


def report_of(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "r.json").read_text())
    return content


def test_simulated_lives_are_legal(orders: OrdersProcess, unique: str, tmp_path: Path) -> None:
    simulation = wismo(
        orders, tmp_path, "simulate", "--merchant", unique, "--orders", "80", "--rate", "0", "--report", "r.json"
    )
    _, errors = simulation.communicate(timeout=100)
    assert simulation.returncode == 0, errors
    report = report_of(tmp_path)
    effects = Counter(event["effect"] for order in report["orders"] for event in order["events"])
    assert set(effects) == {"applied", "noted", "repeated"}
    assert report["refused"] == []


def test_lives_with_disasters_are_legal_and_their_questions_are_filed(
    orders: OrdersProcess, unique: str, tmp_path: Path
) -> None:
    terms = ("--merchant", unique, "--orders", "80", "--rate", "0", "--disasters", "--seed", "7", "--report", "r.json")
    simulation = wismo(orders, tmp_path, "simulate", *terms)
    _, errors = simulation.communicate(timeout=100)
    assert simulation.returncode == 0, errors
    asking = {
        order["order"]
        for order in report_of(tmp_path)["orders"]
        if "question_asked" in {event["kind"] for event in order["events"]}
    }
    with WismoClient(orders.address, ADMIN_KEY, merchant=unique) as admin:
        reader = admin.create_key(scope="care-reader").secret
    with WismoClient(orders.address, reader) as client:
        assert client.identify_key().merchant == f"merchants/{unique}"
        filed = {each.order for each in client.list_questions(page_size=500).items}
    assert asking
    assert filed == asking


def test_what_is_acknowledged_while_the_service_is_killed_is_there_afterwards(
    orders: OrdersProcess, unique: str, tmp_path: Path
) -> None:
    simulation = wismo(
        orders, tmp_path, "simulate", "--merchant", unique, "--orders", "60", "--rate", "100", "--report", "r.json"
    )

    def kill_twice() -> None:
        for _ in range(2):
            time.sleep(2)
            orders.kill()
            time.sleep(0.5)
            orders.start()

    killing = threading.Thread(target=kill_twice)
    killing.start()
    _, errors = simulation.communicate(timeout=100)
    killing.join()
    assert simulation.returncode == 0, errors
    with WismoClient(orders.address, ADMIN_KEY, merchant=unique) as admin:
        assert all(key.HasField("revoke_time") for key in admin.list_keys())
        reader = admin.create_key(scope="read").secret
    with WismoClient(orders.address, reader) as client:
        there = {order.name: order for order in client.orders()}
    for order in report_of(tmp_path)["orders"]:
        kept = there[order["order"]]
        acknowledged = {event["sequence"] for event in order["events"]}
        assert acknowledged == set(range(1, kept.sequence + 1))


def test_the_guide_s_care_team_and_policies_are_taken(orders: OrdersProcess, unique: str) -> None:
    guide = (ROOT / "docs/integrate.md").read_text(encoding="utf-8")
    (code,) = [block for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "care_team(" in block]
    open_shop(orders, unique)
    with WismoClient(orders.address, ADMIN_KEY, merchant=unique) as admin:
        exec(compile(code, "integrate.md", "exec"), {"wismo": admin, "drafts": drafts, "timedelta": timedelta})  # noqa: S102 - it is under test.
        kept = admin.get_merchant()
    assert kept.care.webhook_url == "https://hooks.acme-books.test/wismo"
    assert kept.care.webhook_secret.ciphertext
    assert not kept.care.webhook_secret.plaintext
    assert len(kept.policies.business_hours) == 10


def test_the_plain_script_speaks_to_the_real_service(orders: OrdersProcess, unique: str) -> None:
    key = open_shop(orders, unique)
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/examples/emit.py"), "R-1"],
        env={**os.environ, "WISMO_TARGET": orders.address, "WISMO_API_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "access_granted: number 3, EFFECT_APPLIED" in done.stdout
