"""The watchdog dies by kill -9 at every named place in a wave of due obligations: each buyer is told once."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from chassis.mongo import connect
from embedded_stack.servers import InboxServer
from tests.integration.notifier.running import NotifierProcess, eventually
from tests.integration.notifier.wave import prepare

# A short wave; the whole one is `make test WISMO_WAVE=2000 ARGS="-k watchdog_wave"`.
DUE = int(os.environ.get("WISMO_WAVE", "200"))
POINTS = (
    "watchdog.tick.after_claim",
    "watchdog.tick.before_write",
    "watchdog.tick.after_write",
    "watchdog.tick.before_heartbeat",
)


@dataclass(frozen=True)
class Wave:
    """What became of one wave."""

    planned: int
    """Rows of the ledger that tell a buyer that we are still there."""
    told: dict[str, int]
    """Mails that arrived, by buyer."""


@pytest.fixture
def drown(
    tmp_path: Path, mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> Callable[[str, int], Wave]:
    def run(point: str, due: int) -> Wave:
        name = f"{unique}-{point.rpartition('.')[2].replace('_', '-')}"
        folder = tmp_path / name
        folder.mkdir()
        buyers = [f"{name}-{number}@buyers.test" for number in range(due)]
        prepare(mongo_url, f"notifier-{name}", buyers)
        process = NotifierProcess(
            folder, mongo_url=mongo_url, bootstrap=kafka_bootstrap, smtp_url=inbox.smtp_url, name=name
        )
        watchdog = NotifierProcess(
            folder,
            mongo_url=mongo_url,
            bootstrap=kafka_bootstrap,
            smtp_url=inbox.smtp_url,
            name=name,
            log="watchdog.log",
        )
        with process.start(), watchdog.start(f"{point}:1", command="watchdog"):
            assert watchdog.wait() == -signal.SIGKILL
            with watchdog.start(command="watchdog"):
                client = connect(mongo_url, "test")
                try:
                    messages = client[f"notifier-{name}"]["messages"]
                    wanted = {"kind": "still_with_you", "state": "sent"}
                    eventually(lambda: messages.count_documents(wanted) >= due, seconds=400, every=1.0)
                    planned = messages.count_documents({"kind": "still_with_you"})
                finally:
                    client.close()
                assert watchdog.stop() == 0
            assert process.stop() == 0
        arrived = Counter(address.lower() for mail in inbox.mails() for address in mail.recipients)
        return Wave(planned, {buyer: arrived[buyer] for buyer in buyers})

    return run


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("point", POINTS)
def test_each_is_told_once_wherever_the_watchdog_dies(point: str, drown: Callable[[str, int], Wave]) -> None:
    """What was not committed when it died stays locked for a minute (chassis/leases.py), and is told after that."""
    wave = drown(point, DUE)
    assert wave.planned == DUE
    assert Counter(wave.told.values()) == {1: DUE}
