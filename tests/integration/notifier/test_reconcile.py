"""A ledger lost and restored from a backup: nobody hears again what was told since, everybody what comes next."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from embedded_stack.servers import InboxServer
from tests.faults.backup import Backup
from tests.integration.notifier.running import NotifierProcess, publish
from tests.samples import mixed

pytestmark = pytest.mark.timeout(180)


def test_what_was_told_after_the_backup_is_not_told_again_and_what_follows_is(
    tmp_path: Path, mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyer = f"{unique}@buyers.test"
    story = mixed.mixed_order(reference=f"R-{unique}", email=buyer)
    notifier = NotifierProcess(
        tmp_path, mongo_url=mongo_url, bootstrap=kafka_bootstrap, smtp_url=inbox.smtp_url, name=unique
    )
    with notifier:
        publish(kafka_bootstrap, *story.told[:2])
        inbox.wait_for(buyer, count=2, seconds=40)
        backup = Backup.take(mongo_url, [f"notifier-{unique}"])
        publish(kafka_bootstrap, *story.told[2:4])
        inbox.wait_for(buyer, count=4, seconds=40)
        failure = datetime.now(UTC)
    backup.restore(mongo_url)
    times = ("--backup", backup.taken.isoformat(), "--failure", failure.isoformat(), "--doubt", "0")
    for _ in range(2):
        notifier.run("reconcile", *times)
    with notifier.start():
        # One after the other: what arrives today is overtaken by what has arrived.
        publish(kafka_bootstrap, *story.told[4:6])
        inbox.wait_for(buyer, count=5, seconds=40)
        publish(kafka_bootstrap, *story.told[6:])
        inbox.wait_for(buyer, count=6, seconds=40)
        assert notifier.stop() == 0
    assert [mail.subject for mail in inbox.mails(buyer)] == mixed.subjects(f"R-{unique}")
