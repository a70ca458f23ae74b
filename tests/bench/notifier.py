"""Notifier: from events in Kafka to mails, beside a loop that only composes and sends, and beside the bare hops."""

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chassis.kafka import BatchConsumer, Producer, Record, TopicSpec, ensure_topics
from chassis.mongo import connect, run_transaction
from embedded_stack.servers import DatabaseServer, KafkaServer
from notifier.channels.outcome import Letter
from notifier.channels.smtp import SmtpChannel, SmtpServer
from notifier.preview import previews
from tests.bench.report import Report
from tests.bench.rows import Goal
from tests.integration.notifier.running import ORDER_EVENTS, TOPICS, NotifierProcess
from tests.samples import mixed

MAILS = 2400
RATE = 50
SECONDS = 10
SENDERS = 4


@dataclass
class Rig:
    """The servers, the sink, and a number for each run so that none sees another's orders."""

    folder: Path
    mongo_url: str
    bootstrap: str
    smtp_port: int
    memory_port: int
    runs: int = 0

    def arrivals(self) -> dict[str, list[float]]:
        """What has arrived since the last time one asked."""
        with socket.create_connection(("127.0.0.1", self.memory_port)) as memory:
            return dict(json.loads(b"".join(iter(lambda: memory.recv(1 << 16), b""))))

    def notifier(self) -> NotifierProcess:
        """A notifier that sends into the sink. All are of one group, so that each order is told in one run only."""
        return NotifierProcess(
            self.folder,
            mongo_url=self.mongo_url,
            bootstrap=self.bootstrap,
            smtp_url=f"smtp://127.0.0.1:{self.smtp_port}",
            name="bench",
            WISMO_SENDERS=str(SENDERS),
            WISMO_LOG_LEVEL="info",
        )

    def next_name(self) -> str:
        """A word that no other run has."""
        self.runs += 1
        return f"bench{self.runs}"


def run(report: Report) -> None:
    """Measure and state the rows."""
    late: dict[str, list[float]] = {"p99": []}
    with tempfile.TemporaryDirectory(prefix="wismo-bench-") as folder, prepared(Path(folder)) as rig:

        def measure() -> Mapping[str, float]:
            latencies = latency(rig)
            late["p99"].append(_quantile(latencies, 0.99))
            return {
                "bare": bare(rig),
                "one": throughput(rig, processes=1),
                "two": throughput(rig, processes=2),
                "p50": statistics.median(latencies),
                "hops": hops(rig),
            }

        found = report.rounds(measure)

    report.row("one process", found["one"], "mails/s", limit=found["bare"], goal=Goal(of_limit=0.7))
    report.row("two processes", found["two"], "mails/s", peer=found["one"], goal=Goal(times_peer=1.8))
    report.row(
        f"event published to mail accepted at {RATE} events/s, half within",
        found["p50"],
        "ms",
        limit=found["hops"],
        goal=Goal(at_most=50, at_most_of_limit=2),
    )
    p99 = statistics.median(late["p99"])
    report.row(f"event published to mail accepted at {RATE} events/s, 99 % within", p99, "ms", goal=Goal(at_most=250))
    report.note(
        f"One process: {MAILS} order events of as many orders wait in Kafka; counted from the first mail to the last."
        " Limit: the standard library's EmailMessage with the same words, composed and sent on kept connections by as"
        " many threads, with no event, no ledger, no template."
    )
    report.note(
        "The hops: a record to Kafka and back, two durable transactions (plan, claim) and an SMTP conversation,"
        " each alone, medians added up. Kafka, the database, the sink and the notifiers share the machine's cores, so"
        " a second process finds no core of its own on a machine with two."
    )


@contextmanager
def prepared(folder: Path) -> Iterator[Rig]:
    """Servers that live as long as the measurements."""
    with ExitStack() as stack:
        database = stack.enter_context(DatabaseServer(folder / "database"))
        kafka = stack.enter_context(KafkaServer(folder / "kafka"))
        ensure_topics(kafka.bootstrap, [TopicSpec(name, 4) for name in TOPICS])
        sink = subprocess.Popen([sys.executable, "-m", "tests.bench.smtp_sink"], stdout=subprocess.PIPE, text=True)
        stack.callback(sink.wait)
        stack.callback(sink.terminate)
        assert sink.stdout is not None
        mail_port, memory_port = (int(port) for port in sink.stdout.readline().split())
        content = dict(previews("en"))["order_received"].content
        (folder / "body.txt").write_text(content.text, encoding="utf-8")
        (folder / "body.html").write_text(content.html, encoding="utf-8")
        yield Rig(folder, database.url, kafka.bootstrap, mail_port, memory_port)


def bare(rig: Rig) -> float:
    """Mails a second of the loop that only composes and sends."""
    command = [sys.executable, "-m", "tests.bench.compose_and_send", str(rig.smtp_port), str(SENDERS), str(MAILS // 2)]
    done = subprocess.run([*command, str(rig.folder)], capture_output=True, text=True, check=True)
    rig.arrivals()
    return float(done.stdout)


def throughput(rig: Rig, *, processes: int) -> float:
    """Mails a second of so many notifiers in one group, from the first mail of this run to its last."""
    name = rig.next_name()
    rig.arrivals()
    with ExitStack() as stack:
        notifiers = [stack.enter_context(rig.notifier().start()) for _ in range(processes)]
        _settled(rig, name, processes)
        publish(rig, [f"R-{name}-{number}" for number in range(MAILS)])
        times: list[float] = []
        give_up = time.monotonic() + 180
        while len(times) < MAILS and time.monotonic() < give_up:
            time.sleep(0.25)
            times += [at for reference, found in rig.arrivals().items() if f"-{name}-" in reference for at in found]
        for notifier in notifiers:
            notifier.stop()
    return (len(times) - 1) / (max(times) - min(times))


def latency(rig: Rig) -> list[float]:
    """Milliseconds from a record's acknowledgement by Kafka to its mail's acceptance, at a steady rate."""
    name = rig.next_name()
    acknowledged: dict[str, float] = {}
    with rig.notifier().start() as notifier, Producer(rig.bootstrap, "bench") as producer:
        _settled(rig, name, 1)
        began = time.monotonic()
        for number in range(RATE * SECONDS):
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            reference = f"R-{name}-{number}"
            event = mixed.mixed_order(reference=reference).told[0]
            producer.publish(Record(ORDER_EVENTS, event.subject.encode(), event.SerializeToString()))
            acknowledged[reference] = time.monotonic()
        time.sleep(2)
        arrived = rig.arrivals()
        notifier.stop()
    return [(arrived[one][0] - at) * 1000 for one, at in acknowledged.items() if one in arrived]


def hops(rig: Rig) -> float:
    """Milliseconds of the hops that a mail cannot do without, each measured alone, added up."""
    return _kafka_hop(rig) + 2 * _transaction(rig) + _conversation(rig)


def publish(rig: Rig, references: list[str]) -> None:
    """An order for each reference, as fast as can be."""
    events = [mixed.mixed_order(reference=reference).told[0] for reference in references]
    with Producer(rig.bootstrap, "bench", linger=0.005) as producer:
        outcomes = producer.publish_many(
            [Record(ORDER_EVENTS, event.subject.encode(), event.SerializeToString()) for event in events]
        )
    assert all(outcome.published for outcome in outcomes)


def _settled(rig: Rig, name: str, processes: int) -> None:
    """Until every notifier of the run has joined and told what went before: then only this run's mails come."""
    deadline = time.monotonic() + 120
    for probe in range(processes * 4):
        reference = f"R-{name}-probe-{probe}"
        publish(rig, [reference])
        seen: set[str] = set()
        while reference not in seen:
            assert time.monotonic() < deadline, "the notifier did not begin"
            time.sleep(0.1)
            seen |= set(rig.arrivals())
    time.sleep(1)
    rig.arrivals()


def _kafka_hop(rig: Rig) -> float:
    ensure_topics(rig.bootstrap, [TopicSpec("bench.hop", 1)])
    with (
        Producer(rig.bootstrap, "bench") as producer,
        BatchConsumer(rig.bootstrap, f"hop-{rig.next_name()}", ["bench.hop"]) as consumer,
    ):

        def there_and_back() -> None:
            producer.publish(Record("bench.hop", b"k", b"v" * 2000))
            while not consumer.poll(10, 0.5):
                pass

        for _ in range(5):
            there_and_back()
        return _median_ms(there_and_back)


def _transaction(rig: Rig) -> float:
    client = connect(rig.mongo_url, "bench")
    try:
        collection = client["bench"]["hops"]
        collection.insert_one({"_id": "one", "n": 0})
        return _median_ms(
            lambda: run_transaction(
                client, lambda session: collection.update_one({"_id": "one"}, {"$inc": {"n": 1}}, session=session)
            )
        )
    finally:
        client.drop_database("bench")
        client.close()


def _conversation(rig: Rig) -> float:
    channel = SmtpChannel(SmtpServer("127.0.0.1", rig.smtp_port))
    letter = Letter("a@example.org", "b@example.org", b"Subject: R-hop\r\n\r\n" + b"x" * 20_000 + b"\r\n")
    took = _median_ms(lambda: channel.send(letter, lambda: True))
    channel.close()
    return took


def _median_ms(action: Callable[[], object], times: int = 60) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
