"""kill -9 at every named place: told once all the same; behind the end of the data perhaps once more (I3)."""

import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import notifier
from chassis.crash_points import crash_points_in
from embedded_stack.servers import InboxServer
from tests.integration.notifier.running import NotifierProcess, eventually, message_ids, publish
from tests.samples import mixed

EVERY = [point.name for point in crash_points_in(Path(notifier.__file__).parent)]
# Those on the way of an event. The watchdog's are in test_watchdog_wave.py.
POINTS = [name for name in EVERY if name.startswith(("notifier.plan.", "notifier.send."))]
# Behind the end of the data the mail may have arrived although nobody noted it.
MAY_REPEAT = {"notifier.send.after_data", "notifier.send.before_settle"}


def test_there_are_nine_of_them_and_four_of_the_watchdog() -> None:
    assert len(POINTS) == 9
    assert len([name for name in EVERY if name.startswith("watchdog.tick.")]) == 4


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_event_is_told_after_a_crash(
    tmp_path: Path, mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    """All places at a time: nearly all of it is waiting for the killed process' session and leases to end."""

    def kill_and_restart(point: str) -> dict[str, int]:
        name = f"{unique}-{point.replace('.', '-').replace('_', '-')}"
        buyers = [f"{name}-{number}@buyers.test" for number in range(3)]
        for number, buyer in enumerate(buyers):
            publish(kafka_bootstrap, *mixed.mixed_order(reference=f"R-{name}-{number}", email=buyer).told[:4])
        folder = tmp_path / name
        folder.mkdir()
        process = NotifierProcess(
            folder, mongo_url=mongo_url, bootstrap=kafka_bootstrap, smtp_url=inbox.smtp_url, name=name
        )

        def ids(buyer: str) -> list[str]:
            return message_ids(inbox, buyer, process.domain)

        with process.start(crash_at=point):
            assert process.wait() == -signal.SIGKILL
        with process.start():
            eventually(lambda: all(len(set(ids(buyer))) == 4 for buyer in buyers), seconds=100, every=1.0)
            time.sleep(0.5)
            assert process.stop() == 0
        return Counter(message_id for buyer in buyers for message_id in ids(buyer))

    with ThreadPoolExecutor(3) as pool:
        told = dict(zip(POINTS, pool.map(kill_and_restart, POINTS), strict=True))
    assert {point: len(counted) for point, counted in told.items()} == dict.fromkeys(POINTS, 12)
    most = {point: max(counted.values()) for point, counted in told.items()}
    assert most == {point: most[point] if point in MAY_REPEAT else 1 for point in POINTS}
    assert max(most.values()) <= 2
