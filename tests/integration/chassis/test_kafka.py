"""The Kafka wrapper and its loop on a real broker."""

import gc
import logging
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence

import pytest

from chassis.backoff import Backoff
from chassis.kafka import (
    BatchConsumer,
    BrokerUnavailable,
    KafkaDeadLetters,
    Partition,
    Producer,
    Record,
    Rejected,
    TopicSpec,
    broker_answers,
    ensure_topics,
    run_consumer,
)

QUICK = Backoff(initial=0.01, maximum=0.05)


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not within the time"
        time.sleep(0.02)


def drain(bootstrap: str, topic: str, count: int) -> list[Record]:
    records: list[Record] = []
    with BatchConsumer(bootstrap, f"reader-{topic}", [topic]) as consumer:

        def full() -> bool:
            records.extend(consumer.poll(100, 0.2))
            return len(records) >= count

        eventually(full)
    return records


@pytest.fixture
def nobody_there() -> Iterator[str]:
    """An address where no broker is.

    kafka-python leaves a refused connection's socket to the garbage collector, and its log would keep it alive.
    """
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield "127.0.0.1:1"
        gc.collect()
    logging.getLogger("kafka").setLevel(logging.NOTSET)


@pytest.fixture
def topic(kafka_bootstrap: str, unique: str) -> str:
    ensure_topics(kafka_bootstrap, [TopicSpec(unique, 3)])
    return unique


def test_topics_are_made_once_and_left_alone_afterwards(kafka_bootstrap: str, unique: str) -> None:
    first = ensure_topics(kafka_bootstrap, [TopicSpec(unique, 2, config={"cleanup.policy": "compact"})])
    again = ensure_topics(kafka_bootstrap, [TopicSpec(unique, 5)])
    assert first == (unique,)
    assert again == ()


def test_a_broker_that_is_there_answers_and_one_that_is_not_is_named_by_its_error(
    kafka_bootstrap: str, nobody_there: str
) -> None:
    assert broker_answers(kafka_bootstrap) is None
    assert broker_answers(nobody_there, timeout=0.5)


def test_records_come_back_with_key_headers_and_order_per_key(kafka_bootstrap: str, topic: str) -> None:
    sent = [Record(topic, f"key-{n % 7}".encode(), f"{n}".encode(), (("ce_id", b"x"),)) for n in range(100)]
    with Producer(kafka_bootstrap, "test") as producer:
        outcomes = producer.publish_many(sent)
    assert all(outcome.published for outcome in outcomes)
    received = drain(kafka_bootstrap, topic, 100)
    assert len(received) == 100
    assert received[0].headers == (("ce_id", b"x"),)
    assert received[0].timestamp is not None
    for key in {record.key for record in sent}:
        assert [r.value for r in received if r.key == key] == [r.value for r in sent if r.key == key]


def test_outcomes_stand_in_the_order_of_the_records_and_name_their_places(kafka_bootstrap: str, topic: str) -> None:
    with Producer(kafka_bootstrap, "test") as producer:
        outcomes = producer.publish_many([Record(topic, b"one", b"1"), Record(topic, b"one", b"2")])
    assert [outcome.offset for outcome in outcomes] == [0, 1]
    assert outcomes[0].partition == outcomes[1].partition


def test_a_record_that_the_client_refuses_stops_only_its_own_key(kafka_bootstrap: str, topic: str) -> None:
    too_large = Record(topic, b"large", bytes(5 * 1024 * 1024))
    with Producer(kafka_bootstrap, "test") as producer:
        outcomes = producer.publish_many(
            [too_large, Record(topic, b"small", b"1"), Record(topic, b"large", b"after")],
        )
    assert not outcomes[0].published
    assert not isinstance(outcomes[0].error, BrokerUnavailable)
    assert outcomes[1].published
    assert not outcomes[2].published, "the later record of a key whose earlier one failed is not sent"


def test_without_a_broker_publishing_reports_instead_of_raising(nobody_there: str) -> None:
    producer = Producer(nobody_there, "test", timeout=1.0)
    (outcome,) = producer.publish_many([Record("t", b"k", b"v")])
    assert isinstance(outcome.error, BrokerUnavailable)


def test_without_a_broker_polling_raises_what_the_loop_waits_out(nobody_there: str) -> None:
    with BatchConsumer(nobody_there, "g", ["t"], connect_timeout=0.5) as consumer, pytest.raises(BrokerUnavailable):
        consumer.poll()


def test_only_what_was_committed_is_not_read_again(kafka_bootstrap: str, topic: str) -> None:
    with Producer(kafka_bootstrap, "test") as producer:
        producer.publish_many([Record(topic, b"k", str(n).encode()) for n in range(10)])
    with BatchConsumer(kafka_bootstrap, f"g-{topic}", [topic]) as consumer:
        records: list[Record] = []
        eventually(lambda: len(records.__iadd__(consumer.poll(10, 0.2))) >= 10)
        where = records[0].source
        assert consumer.commit({where: records[3].offset + 1})
        assert consumer.lag()[where] == 6
    with BatchConsumer(kafka_bootstrap, f"g-{topic}", [topic]) as consumer:
        again: list[Record] = []
        eventually(lambda: len(again.__iadd__(consumer.poll(10, 0.2))) >= 6)
    assert [record.value for record in again] == [b"4", b"5", b"6", b"7", b"8", b"9"]


def test_seeking_back_brings_a_batch_again(kafka_bootstrap: str, topic: str) -> None:
    with Producer(kafka_bootstrap, "test") as producer:
        producer.publish_many([Record(topic, b"k", str(n).encode()) for n in range(3)])
    with BatchConsumer(kafka_bootstrap, f"g-{topic}", [topic]) as consumer:
        records: list[Record] = []
        eventually(lambda: len(records.__iadd__(consumer.poll(10, 0.2))) >= 3)
        consumer.seek_back({records[0].source: records[0].offset})
        again: list[Record] = []
        eventually(lambda: len(again.__iadd__(consumer.poll(10, 0.2))) >= 3)
    assert [r.offset for r in again] == [r.offset for r in records]


def test_a_consumer_that_came_before_its_topic_gets_it_however_short_its_polls(
    kafka_bootstrap: str, unique: str
) -> None:
    """The join that new partitions bring about spans several polls, of which each has only milliseconds."""
    with BatchConsumer(kafka_bootstrap, f"g-{unique}", [unique], refresh=0.5) as consumer:
        until = time.monotonic() + 2
        while time.monotonic() < until:
            consumer.poll(10, 0.01)
        ensure_topics(kafka_bootstrap, [TopicSpec(unique, 3)])

        def assigned() -> bool:
            consumer.poll(10, 0.01)
            return len(consumer.assignment()) == 3

        eventually(assigned, 30)


def test_a_paused_consumer_brings_nothing_until_it_is_resumed(kafka_bootstrap: str, topic: str) -> None:
    with (
        Producer(kafka_bootstrap, "test") as producer,
        BatchConsumer(kafka_bootstrap, f"g-{topic}", [topic]) as consumer,
    ):
        eventually(lambda: not consumer.poll(10, 0.2) and len(consumer.assignment()) == 3)
        consumer.pause()
        consumer.poll(10, 0.0)
        producer.publish(Record(topic, b"k", b"v"))
        assert consumer.poll(10, 0.5) == []
        consumer.resume()
        eventually(lambda: len(consumer.poll(10, 0.2)) == 1)


def test_partitions_of_another_topic_are_never_committed(kafka_bootstrap: str, topic: str) -> None:
    with BatchConsumer(kafka_bootstrap, f"g-{topic}", [topic]) as consumer:
        eventually(lambda: not consumer.poll(10, 0.2) and len(consumer.assignment()) == 3)
        assert not consumer.commit({Partition("elsewhere", 0): 5})
        assert consumer.commit({})


def test_the_loop_handles_everything_sets_poison_aside_and_skips_nothing(
    kafka_bootstrap: str, topic: str, unique: str
) -> None:
    dead = f"{unique}.dlt"
    ensure_topics(kafka_bootstrap, [TopicSpec(dead, 1)])
    stop, handled, outage = threading.Event(), set[bytes](), iter([True, True, False])

    def handle(records: Sequence[Record]) -> list[Rejected]:
        if next(outage, False):
            raise ConnectionError("the database is away")
        values = [record.value or b"" for record in records]
        if b"7" in values:
            raise KeyError("poison")
        handled.update(values)
        if len(handled) == 19:
            stop.set()
        return []

    with (
        Producer(kafka_bootstrap, "test") as producer,
        BatchConsumer(kafka_bootstrap, f"g-{unique}", [topic]) as consumer,
    ):
        producer.publish_many([Record(topic, str(n).encode(), str(n).encode()) for n in range(20)])
        threading.Timer(30, stop.set).start()
        run_consumer(
            consumer,
            handle,
            stop,
            dead_letters=KafkaDeadLetters(producer, dead, "g"),
            is_unavailable=lambda error: isinstance(error, ConnectionError),
            backoff=QUICK,
            poll_timeout=0.1,
        )
    assert handled == {str(n).encode() for n in range(20)} - {b"7"}
    (letter,) = drain(kafka_bootstrap, dead, 1)
    headers = dict(letter.headers)
    assert headers["__dlq.errors.topic"] == topic.encode()
    assert headers["__dlq.errors.message"] == b"handler raised KeyError"
    assert letter.key == b"7"
    assert letter.value == b"", "no personal data outlives the source topic"


def test_two_members_share_the_partitions_and_lose_nothing_when_one_leaves(kafka_bootstrap: str, topic: str) -> None:
    seen: list[bytes] = []
    first_stop, second_stop = threading.Event(), threading.Event()

    def handle(records: Sequence[Record]) -> None:
        seen.extend(record.value or b"" for record in records)

    def member(stop: threading.Event) -> None:
        with (
            Producer(kafka_bootstrap, "dlq") as producer,
            BatchConsumer(kafka_bootstrap, f"g-{topic}", [topic]) as consumer,
        ):
            letters = KafkaDeadLetters(producer, "unused", "g")
            run_consumer(consumer, handle, stop, dead_letters=letters, backoff=QUICK, poll_timeout=0.1)

    threads = [threading.Thread(target=member, args=(stop,)) for stop in (first_stop, second_stop)]
    for thread in threads:
        thread.start()
    with Producer(kafka_bootstrap, "test") as producer:
        for round_number in range(4):
            producer.publish_many([Record(topic, str(n).encode(), f"{round_number}:{n}".encode()) for n in range(50)])
            if round_number == 1:
                first_stop.set()
                threads[0].join()
    eventually(lambda: len(set(seen)) == 200)
    second_stop.set()
    threads[1].join()
