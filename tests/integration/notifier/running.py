"""A notifier as a process of its own, and what a test needs around it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from chassis.kafka import Producer, Record, TopicSpec, ensure_topics
from chassis.kafka.connecting import connected
from embedded_stack.servers import InboxServer
from tests.samples import keys
from wismo.events.v1.order_event_pb2 import OrderEvent

ORDER_EVENTS = "wismo.order-events.v1"
DEAD_LETTERS = "wismo.order-events.v1.dlt"
TOPICS = (ORDER_EVENTS, "wismo.merchant-events.v1", DEAD_LETTERS)


# By broker: where the topics ended when the test began; without it notifiers read from the beginning.
_begin: dict[str, dict[TopicPartition, int]] = {}


class NotifierProcess:
    """`python -m notifier` with a database and a consumer group of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        mongo_url: str,
        bootstrap: str,
        smtp_url: str,
        name: str,
        log: str = "notifier.log",
        **environ: str,
    ) -> None:
        self.log = folder / log
        self.domain = f"{name}.test"
        self._environ = os.environ | {
            "WISMO_MONGO_URL": mongo_url,
            "WISMO_KAFKA_BOOTSTRAP": bootstrap,
            "WISMO_SMTP_URL": smtp_url,
            "WISMO_NOTIFIER_DATABASE": f"notifier-{name}",
            "WISMO_NOTIFIER_GROUP": f"notifier-{name}",
            "WISMO_LINK_KEYS": keys.LINK_KEYS,
            "WISMO_SEALING_KEYS": keys.SEALING_KEYS,
            "WISMO_MAIL_DOMAIN": self.domain,
            "WISMO_SENDER_LEASE": "5",
            "WISMO_TOPIC_PARTITIONS": "3",
            "WISMO_LOG_LEVEL": "debug",
            "WISMO_CARE_LISTEN": "off",
            # The samples were ordered days ago: a watchdog would have much to say about that.
            "WISMO_WATCHDOG": "off",
            **environ,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, crash_at: str = "", *, command: str = "run") -> Self:
        if self._process is None:
            _skip_what_was_before(self._environ["WISMO_KAFKA_BOOTSTRAP"], self._environ["WISMO_NOTIFIER_GROUP"])
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "notifier", command],
                env=self._environ | {"WISMO_CRASH_AT": crash_at},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def run(self, *arguments: str) -> str:
        """Another command of the notifier, with the same settings; what it printed."""
        command = [sys.executable, "-m", "notifier", *arguments]
        return subprocess.run(command, env=self._environ, capture_output=True, text=True, check=True, timeout=60).stdout

    def wait(self, seconds: float = 60) -> int:
        """Until it has ended; with which code."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end\n{self.log.read_text()[-3000:]}") from None

    def stop(self) -> int:
        """Ask it to end; with which code it did."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self.wait(30)

    def __enter__(self) -> Self:
        return self if self._process is not None else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)


@contextmanager
def begin_here(bootstrap: str) -> Iterator[None]:
    """Notifiers that are started for the first time in here hear only what is published from now on."""
    ensure_topics(bootstrap, [TopicSpec(name, 3) for name in TOPICS])
    with closing(connected(KafkaConsumer, {"bootstrap_servers": bootstrap})) as consumer:
        partitions = [
            TopicPartition(topic, number) for topic in TOPICS[:2] for number in consumer.partitions_for_topic(topic)
        ]
        _begin[bootstrap] = consumer.end_offsets(partitions)
    try:
        yield
    finally:
        del _begin[bootstrap]


def _skip_what_was_before(bootstrap: str, group: str) -> None:
    begin = _begin.get(bootstrap)
    if begin is None:
        return
    config: dict[str, object] = {"bootstrap_servers": bootstrap, "group_id": group, "enable_auto_commit": False}
    with closing(connected(KafkaConsumer, config)) as consumer:
        consumer.assign(list(begin))
        consumer.commit({partition: OffsetAndMetadata(offset, "", -1) for partition, offset in begin.items()})


def publish(bootstrap: str, *events: OrderEvent) -> None:
    """As orders does: key is the order's name."""
    publish_records(
        bootstrap, *(Record(ORDER_EVENTS, event.subject.encode(), event.SerializeToString()) for event in events)
    )


def publish_records(bootstrap: str, *records: Record) -> None:
    ensure_topics(bootstrap, [TopicSpec(name, 3) for name in TOPICS])
    with Producer(bootstrap, "tests") as producer:
        outcomes = producer.publish_many(records)
    assert all(outcome.published for outcome in outcomes)


def eventually(what: Callable[[], bool], seconds: float = 30.0, *, every: float = 0.05) -> None:
    """Wait until it holds, looking so often."""
    give_up = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(every)


def message_ids(inbox: InboxServer, recipient: str, domain: str) -> list[str]:
    """The Message-IDs that a recipient has got, in order of arrival, repeats and all.

    Only those of one domain: each test's notifier has its own, and hears of the orders of all others too.
    """
    ids = [str(mail.message["Message-ID"]) for mail in inbox.mails(recipient)]
    return [one for one in ids if one.endswith(f"@{domain}>")]
