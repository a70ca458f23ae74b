"""The notifier and the database die by kill -9 in a wave of due obligations: each buyer is told, and once (I3)."""

import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from chassis.mongo import connect
from embedded_stack.servers import DatabaseServer, InboxServer
from tests.integration.notifier.running import NotifierProcess, eventually
from tests.integration.notifier.wave import prepare

# A short wave; the whole one is `make test WISMO_WAVE=2000 ARGS="-k wave"`.
DUE = int(os.environ.get("WISMO_WAVE", "40"))
POINTS = (
    "notifier.send.after_claim",
    "notifier.send.before_data",
    "notifier.send.after_data",
    "notifier.send.before_settle",
    "notifier.send.after_settle",
)
# Behind the end of the data a mail may have arrived although nobody noted it: it may come once more, as the very same.
MAY_REPEAT = {"notifier.send.after_data", "notifier.send.before_settle"}


class Flood:
    """A wave in a database of its own, a notifier that sends, and a watchdog that speaks."""

    def __init__(self, folder: Path, mongo_url: str, bootstrap: str, inbox: InboxServer, name: str) -> None:
        self._inbox = inbox
        self._messages = connect(mongo_url, "test")[f"notifier-{name}"]["messages"]
        self.buyers = [f"{name}-{number}@buyers.test" for number in range(DUE)]
        prepare(mongo_url, f"notifier-{name}", self.buyers)
        folder.mkdir(exist_ok=True)
        self.notifier, self.watchdog = (
            NotifierProcess(
                folder,
                mongo_url=mongo_url,
                bootstrap=bootstrap,
                smtp_url=inbox.smtp_url,
                name=name,
                log=f"{log}.log",
            )
            for log in ("notifier", "watchdog")
        )

    def sent(self) -> int:
        """How many rows of the wave are settled as sent."""
        return self._messages.count_documents({"kind": "still_with_you", "state": "sent"})

    def wait_for_all(self) -> None:
        """Until the whole wave is told."""
        eventually(lambda: self.sent() >= DUE, seconds=400, every=1.0)

    def planned(self) -> int:
        """How many rows of the ledger tell a buyer that we are still there."""
        return self._messages.count_documents({"kind": "still_with_you"})

    def arrived(self) -> dict[str, Counter[str]]:
        """Mails by buyer and Message-ID."""
        found: dict[str, Counter[str]] = {buyer: Counter() for buyer in self.buyers}
        for mail in self._inbox.mails():  # All at once: each look at the inbox reads every mail.
            message_id = str(mail.message["Message-ID"])
            if message_id.endswith(f"@{self.notifier.domain}>"):
                for buyer in mail.recipients:
                    found[buyer][message_id] += 1
        return found

    def close(self) -> None:
        """Close the connection to the database."""
        self._messages.database.client.close()


def told_each_once(arrived: dict[str, Counter[str]], *, again: int = 0) -> None:
    """Every buyer has one message, and at most ``again`` of them got that same one a second time."""
    assert {len(ids) for ids in arrived.values()} == {1}
    repeats = Counter(max(ids.values()) for ids in arrived.values())
    assert set(repeats) <= {1, 2}
    assert repeats[2] <= again


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("point", POINTS)
def test_each_is_told_once_wherever_the_notifier_dies(
    point: str, tmp_path: Path, mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    name = f"{unique}-{point.rpartition('.')[2].replace('_', '-')}"
    flood = Flood(tmp_path / name, mongo_url, kafka_bootstrap, inbox, name)
    with flood.watchdog.start(command="watchdog"):
        with flood.notifier.start(f"{point}:1"):
            assert flood.notifier.wait() == -signal.SIGKILL
        with flood.notifier.start():
            flood.wait_for_all()
            assert flood.notifier.stop() == 0
        assert flood.watchdog.stop() == 0
    assert flood.planned() == DUE
    # As many as were lent at a time may have been on the wire.
    told_each_once(flood.arrived(), again=64 if point in MAY_REPEAT else 0)
    flood.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_each_is_told_once_when_the_database_dies(
    tmp_path: Path, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    with DatabaseServer(tmp_path / "database") as database:
        flood = Flood(tmp_path / "wave", database.url, kafka_bootstrap, inbox, unique)
        with flood.watchdog.start(command="watchdog"), flood.notifier.start():
            eventually(lambda: flood.sent() > 0, seconds=120, every=0.01)
            database.kill()
            time.sleep(1)
            database.start()
            flood.wait_for_all()
            assert flood.notifier.stop() == 0
            assert flood.watchdog.stop() == 0
        assert flood.planned() == DUE
        # What was sent while nothing could be noted is in doubt once its lease ends.
        told_each_once(flood.arrived(), again=64)
        flood.close()
