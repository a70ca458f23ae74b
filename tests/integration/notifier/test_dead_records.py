"""Records that could not be handled, replayed into a running notifier: real Kafka, a real database, a real inbox."""

import re
import subprocess
import time
from pathlib import Path

import pytest

from chassis.kafka import KafkaDeadLetters, Producer, Record, Rejected, TopicSpec, ensure_topics
from chassis.mongo import connect
from embedded_stack.servers import InboxServer
from tests.integration.notifier.running import (
    DEAD_LETTERS,
    ORDER_EVENTS,
    NotifierProcess,
    eventually,
    message_ids,
    publish,
    publish_records,
)
from tests.samples import mixed
from wismo.events.v1.order_event_pb2 import OrderEvent

pytestmark = pytest.mark.slow


class Missed:
    """Events that an older version could not handle: they lie in a topic of their own, and have a dead letter each."""

    def __init__(self, bootstrap: str, topic: str, group: str) -> None:
        self._bootstrap, self._topic, self._group = bootstrap, topic, group
        ensure_topics(bootstrap, [TopicSpec(topic, 1)])

    def publish(self, *told: OrderEvent) -> list[str]:
        """Their places, as they are listed."""
        records = [Record(self._topic, event.subject.encode(), event.SerializeToString()) for event in told]
        places = []
        with Producer(self._bootstrap, "tests") as producer:
            letters = KafkaDeadLetters(producer, DEAD_LETTERS, self._group)
            for record in records:
                (outcome,) = producer.publish_many([record])
                lies = Record(record.topic, record.key, record.value, (), outcome.partition, outcome.offset)
                letters.publish(Rejected(lies, "handler raised KeyError"))
                places.append(f"{self._topic}:{outcome.partition}:{outcome.offset}")
        return places


def ask(notifier: NotifierProcess, *arguments: str) -> tuple[int, list[str]]:
    """A command's exit code and what it printed."""
    try:
        return 0, notifier.run("dead", *arguments).splitlines()
    except subprocess.CalledProcessError as failed:
        return failed.returncode, failed.stdout.splitlines()


@pytest.fixture
def notifier(tmp_path: Path, mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str) -> NotifierProcess:
    return NotifierProcess(
        tmp_path, mongo_url=mongo_url, bootstrap=kafka_bootstrap, smtp_url=inbox.smtp_url, name=unique
    )


def test_a_record_that_can_be_handled_now_is_told_once_and_poison_stays(
    notifier: NotifierProcess, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyer, well = f"{unique}@buyers.test", f"{unique}-well@buyers.test"
    (first, *_) = mixed.mixed_order(reference=f"R-{unique}", email=buyer).told
    other = mixed.mixed_order(reference=f"R-{unique}-2", email=well).told[0]
    (place,) = Missed(kafka_bootstrap, f"{unique}-missed", f"notifier-{unique}").publish(first)
    publish_records(kafka_bootstrap, Record(ORDER_EVENTS, first.subject.encode(), b"\xff\xff no protobuf"))
    publish(kafka_bootstrap, other)
    with notifier:
        inbox.wait_for(well, seconds=60)
        eventually(lambda: "record dead-lettered" in notifier.log.read_text())
        code, listed = ask(notifier, "records")
        assert code == 0
        poison, missed = sorted(listed, key=lambda line: line.startswith(unique))
        assert re.fullmatch(rf"{place}\t2\d{{3}}-\S+\+00:00\tretained\thandler raised KeyError", missed)
        bad = re.fullmatch(r"(wismo\.order-events\.v1:\d:\d+)\t\S+\tretained\tthe value is no OrderEvent", poison)
        assert bad
        assert ask(notifier, "replay-records", place) == (0, [f"{place}\tplanned again", "1 of 1 were planned again"])
        inbox.wait_for(buyer, seconds=60)
        refused = f"{bad[1]}\tstill cannot be handled: the value is no OrderEvent"
        assert ask(notifier, "replay-records", "--all") == (1, [refused, "0 of 1 were planned again"])
        # Nobody knew that it was replayed, and does it once more by its place in the topic: a new letter for it.
        again = Missed(kafka_bootstrap, f"{unique}-missed", f"notifier-{unique}").publish(first)
        assert ask(notifier, "replay-records", *again)[0] == 0
        assert ask(notifier, "records")[1] == [poison]
        time.sleep(1.5)
        assert notifier.stop() == 0
    assert len(message_ids(inbox, buyer, notifier.domain)) == 1


def test_an_older_event_replayed_after_newer_ones_tells_what_is_still_worth_it(
    notifier: NotifierProcess, kafka_bootstrap: str, mongo_url: str, inbox: InboxServer, unique: str
) -> None:
    """The order is delivered: that its parcel was shipped is no news any more, that its download is ready still is."""
    buyer = f"{unique}@buyers.test"
    created, ready, _, shipped, _, _, delivered = mixed.mixed_order(reference=f"R-{unique}", email=buyer).told
    Missed(kafka_bootstrap, f"{unique}-missed", f"notifier-{unique}").publish(ready, shipped)
    publish(kafka_bootstrap, created, delivered)
    with notifier:
        inbox.wait_for(buyer, count=2, seconds=60)
        code, said = ask(notifier, "replay-records", "--all")
        assert (code, said[-1]) == (0, "2 of 2 were planned again")
        inbox.wait_for(buyer, count=3, seconds=60)
        with connect(mongo_url, "test") as client:
            messages = client[f"notifier-{unique}"]["messages"]
            eventually(lambda: messages.count_documents({"queue": {"$gt": ""}}) == 0)
            skipped = messages.find_one({"kind": "shipped"})
        assert skipped is not None
        assert (skipped["state"], skipped["reason"]) == ("skipped", "a later message says where the parcel is")
        assert notifier.stop() == 0
    assert [mail.subject for mail in inbox.mails(buyer)] == [
        f"Thank you: we have your order R-{unique}",
        f"Order R-{unique}: your parcel was delivered",
        f"Order R-{unique}: your download is ready",
    ]


def test_commands_say_what_is_wrong_with_them(notifier: NotifierProcess) -> None:
    assert ask(notifier, "replay-records", "nonsense")[0] == 2
    assert ask(notifier, "replay-records")[0] == 2
    code, said = ask(notifier, "replay-records", f"{ORDER_EVENTS}:0:999999999")
    assert code == 1
    assert said == [f"{ORDER_EVENTS}:0:999999999\tis no dead record of this group, or was replayed before"]
