"""Every process runs as nobody on a root that is really read-only, becomes ready there, and ends in time at TERM."""

import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from chassis.settings import describe
from embedded_stack.keys import installation_keys
from embedded_stack.servers import InboxServer
from embedded_stack.servers.inbox_files import PASSWORD, REPLIES, REPLY_DOMAIN
from embedded_stack.servers.inbox_files import USER as MAILBOX
from embedded_stack.servers.ports import HOST, free_port
from embedded_stack.servers.probes import http_answers
from tests.deploy.images.building import CAN_BUILD
from tests.deploy.images.containers import USER, Container, inside, status_of, try_to_write
from tests.deploy.images.test_compose import PARTS, services
from tests.deploy.test_rendered import SETTINGS
from tests.deploy.told import Told
from tests.faults.running_stack import wait_until

IN_TIME = 25.0
"""Seconds that each process may take to end; compose.yaml and the chart leave it more."""
PROCESSES = {
    "orders": ("orders", "-m orders"),
    "relay": ("orders", "-m orders relay"),
    "notifier": ("notifier", "-m notifier"),
    "watchdog": ("notifier", "-m notifier watchdog"),
    "projector": ("status-page", "-m status_page projector"),
    "page": ("status-page", "-m status_page"),
    "inbound": ("status-page", "-m status_page inbound"),
}
"""Each process, with its image and its command."""
pytestmark = [
    pytest.mark.skipif(not CAN_BUILD, reason="as root, with: apt-get install buildah debootstrap"),
    pytest.mark.timeout(1800),
]


@pytest.fixture
def environment(
    mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str, tmp_path: Path
) -> dict[str, str]:
    """What an installation sets, on the real servers of the tests and in databases of this test alone."""
    keys = installation_keys(tmp_path)
    mailbox = f"{quote(MAILBOX, safe='')}:{PASSWORD}@{HOST}:{inbox.imap_port}"
    return {
        "WISMO_MONGO_URL": mongo_url,
        "WISMO_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "WISMO_SMTP_URL": inbox.smtp_url,
        "WISMO_INBOUND_IMAP_URL": f"imap://{mailbox}/{REPLIES}",
        "WISMO_REPLY_ADDRESS": f"reply+{{token}}@{REPLY_DOMAIN}",
        **{f"WISMO_{one}_DATABASE": f"{one.lower()}-{unique}" for one in ("ORDERS", "NOTIFIER", "PAGE")},
        "WISMO_NOTIFIER_GROUP": f"notifier-{unique}",
        **{f"WISMO_{one}_LISTEN": f"{HOST}:{free_port()}" for one in ("ORDERS", "CARE", "PAGE", "OPS")},
        "WISMO_PAGE_URL": "http://localhost:8000",
        "WISMO_SEALING_KEYS": keys.sealing,
        "WISMO_LINK_KEYS": keys.link,
        "WISMO_COOKIE_KEY": keys.cookie,
        "WISMO_SERVICE_KEY": keys.service,
        "WISMO_SERVICE_KEY_HASH": keys.service_hash,
        "WISMO_ADMIN_KEY_HASH": keys.admin_hash,
        "WISMO_TOPIC_PARTITIONS": "1",
    }


@pytest.mark.parametrize("part", PROCESSES)
def test_it_is_ready_on_a_root_that_is_only_read_and_ends_in_time(
    part: str, images: dict[str, str], environment: dict[str, str], tmp_path: Path, told: Told
) -> None:
    image, arguments = PROCESSES[part]
    own = {row.variable: environment[row.variable] for row in describe(SETTINGS[part]) if row.variable in environment}
    log = tmp_path / "log"
    with Container(images[image]) as container, told.step("run", f"{part} as {USER} on a read-only root") as said:
        began = time.monotonic()
        process = container.start_read_only(["python", *arguments.split()], own, log)
        try:
            ready = f"http://{own['WISMO_OPS_LISTEN']}/readyz"
            said.append(f"ready after {wait_until_ready(process, ready) - began:.1f} s")
            assert process.poll() is None, log.read_text(encoding="utf-8")
            status = status_of(process)
            assert set(status["Uid"].split()) == set(status["Gid"].split()) == {str(USER)}
            assert int(status["CapEff"], 16) == 0
            # A folder in which everybody may write by its rights, and what root may write to; /tmp is its own.
            assert try_to_write(process, USER, "/var/tmp/x", "/tmp/x") == {"/var/tmp/x": "EROFS", "/tmp/x": "written"}
            closed = ("/x", "/etc/x", "/opt/wismo/x")
            assert try_to_write(process, 0, *closed) == dict.fromkeys(closed, "EROFS")
            if part in PARTS:
                ask_for_health(process, part, own["WISMO_OPS_LISTEN"])
                said.append("healthy for compose.yaml")
            if part == "page":
                assert http_answers(f"http://{own['WISMO_PAGE_LISTEN']}/")
            asked = time.monotonic()
            process.terminate()
            code = process.wait(60)
            took = time.monotonic() - asked
            said.append(f"ended {took:.1f} s after TERM")
        finally:
            process.kill()
            process.wait()
    assert code == 0, log.read_text(encoding="utf-8")
    assert took < IN_TIME


def wait_until_ready(process: subprocess.Popen[bytes], url: str) -> float:
    """Wait until it says so and still does half a second later, or has ended; when it first said so."""
    seen = 0.0

    def is_lasting() -> bool:
        nonlocal seen
        seen = time.monotonic()
        if process.poll() is not None:
            return True
        if not http_answers(url):
            return False
        time.sleep(0.5)
        return http_answers(url)

    wait_until(is_lasting, 90, f"{url} says ready")
    return seen


def ask_for_health(process: subprocess.Popen[bytes], part: str, ops: str) -> None:
    """Run the check of compose.yaml with what the image has; where nobody listens, it must fail."""
    kind, *check = services()[part]["healthcheck"]["test"]
    assert kind == "CMD"
    assert sum(word.count("127.0.0.1:9000") for word in check) == 1
    inside(process, USER, *(word.replace("127.0.0.1:9000", ops) for word in check))
    with pytest.raises(AssertionError, match="Connection refused"):
        inside(process, USER, *(word.replace("127.0.0.1:9000", f"{HOST}:{free_port()}") for word in check))
