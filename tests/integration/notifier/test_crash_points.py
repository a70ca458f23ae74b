"""kill -9 at every named place: told once all the same, or once more with the same Message-ID behind the end of the data (I3)."""

import signal
import time
from collections import Counter
from pathlib import Path

import pytest

import notifier
from chassis.crash_points import crash_points_in
from embedded_stack.servers import InboxServer
from tests.integration.notifier.running import NotifierProcess, eventually, message_ids, publish
from tests.samples import mixed

POINTS = [point.name for point in crash_points_in(Path(notifier.__file__).parent)]
# Behind the end of the data the mail may have arrived although nobody noted it.
MAY_REPEAT = {"notifier.send.after_data", "notifier.send.before_settle"}


def test_there_are_nine_of_them() -> None:
    assert len(POINTS) == 9


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_every_event_is_told_after_a_crash(
    point: str, tmp_path: Path, mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyers = [f"{unique}-{number}@buyers.test" for number in range(6)]
    for number, buyer in enumerate(buyers):
        publish(kafka_bootstrap, *mixed.mixed_order(reference=f"R-{unique}-{number}", email=buyer).told[:4])
    process = NotifierProcess(
        tmp_path, mongo_url=mongo_url, bootstrap=kafka_bootstrap, smtp_url=inbox.smtp_url, name=unique
    )
    with process.start(crash_at=point):
        assert process.wait() == -signal.SIGKILL
    with process.start():
        for buyer in buyers:
            eventually(lambda buyer=buyer: len(set(message_ids(inbox, buyer))) == 4, seconds=60)  # type: ignore[misc]
        time.sleep(0.5)
        assert process.stop() == 0
    for buyer in buyers:
        counted = Counter(message_ids(inbox, buyer))
        assert len(counted) == 4
        assert max(counted.values()) <= (2 if point in MAY_REPEAT else 1), counted

