"""The watchdog within the notifier: it breaks a silence in the inbox, tells orders, and is seen from outside."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from chassis.mongo import connect
from embedded_stack.servers import InboxServer, free_port
from tests.integration.notifier.running import NotifierProcess, eventually
from tests.integration.notifier.wave import prepare


def ready(port: int) -> tuple[int, dict[str, str]]:
    """Status of /readyz, and what fails."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            return answer.status, json.load(answer)["failing"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["failing"]
    except OSError:
        return 0, {}


@pytest.mark.slow
def test_a_silence_is_broken_in_the_inbox_and_orders_is_to_know_of_it(
    tmp_path: Path, mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyer, port = f"{unique}@buyers.test", free_port()
    prepare(mongo_url, f"notifier-{unique}", [buyer])
    where = {"mongo_url": mongo_url, "bootstrap": kafka_bootstrap, "smtp_url": inbox.smtp_url, "name": unique}
    process = NotifierProcess(tmp_path, **where, WISMO_WATCHDOG="inline", WISMO_OPS_LISTEN=f"127.0.0.1:{port}")
    client = connect(mongo_url, "test")
    database = client[f"notifier-{unique}"]
    try:
        with process:
            (mail,) = inbox.wait_for(buyer, seconds=60)
            eventually(lambda: database["outbox"].count_documents({}) == 1, seconds=60)
            eventually(lambda: ready(port) == (200, {}), seconds=60, every=0.5)
            assert process.stop() == 0
        assert "R-0" in mail.subject
        (letter,) = database["outbox"].find()
        assert letter["kind"] == "still_with_you"
        (row,) = database["messages"].find({"kind": "still_with_you"})
        kept = database["contents"].find_one({"_id": row["_id"]})
        assert kept is not None
        assert mail.subject.encode() not in kept["body"], "what is kept is sealed"
    finally:
        client.close()


@pytest.mark.slow
def test_a_notifier_is_not_ready_while_no_watchdog_ticks_anywhere(
    tmp_path: Path, mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    port = free_port()
    where = {"mongo_url": mongo_url, "bootstrap": kafka_bootstrap, "smtp_url": inbox.smtp_url, "name": unique}
    process = NotifierProcess(tmp_path, **where, WISMO_OPS_LISTEN=f"127.0.0.1:{port}")
    watchdog = NotifierProcess(tmp_path, **where, log="watchdog.log")
    with process:
        never = (503, {"watchdog": "no watchdog has ever ticked"})
        eventually(lambda: ready(port) == never, seconds=60, every=0.5)
        with watchdog.start(command="watchdog"):
            eventually(lambda: ready(port) == (200, {}), seconds=60, every=0.5)
            assert watchdog.stop() == 0
        assert process.stop() == 0
