"""Dead records on a real broker: letters, settlements, and places that a topic no longer holds."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest
from kafka import TopicPartition

from chassis.kafka import (
    BrokerUnavailable,
    KafkaDeadLetters,
    Partition,
    Producer,
    Record,
    Rejected,
    TopicSpec,
    ensure_topics,
)
from chassis.kafka.connecting import admin_client
from chassis.kafka.dead_records import GONE, DeadRecords
from chassis.kafka.reader import TopicReader


@pytest.fixture
def topic(kafka_bootstrap: str, unique: str) -> str:
    ensure_topics(kafka_bootstrap, [TopicSpec(unique, 3), TopicSpec(f"{unique}.dlt", 3)])
    return unique


@pytest.fixture
def producer(kafka_bootstrap: str) -> Iterator[Producer]:
    with Producer(kafka_bootstrap, "test") as producer:
        yield producer


@pytest.fixture
def reader(kafka_bootstrap: str) -> Iterator[TopicReader]:
    with TopicReader(kafka_bootstrap, "test") as reader:
        yield reader


def put(producer: Producer, topic: str, *values: bytes, key: bytes | None = b"k") -> list[Record]:
    outcomes = producer.publish_many([Record(topic, key, value) for value in values])
    return [
        Record(topic, key, value, partition=outcome.partition, offset=outcome.offset)
        for value, outcome in zip(values, outcomes, strict=True)
    ]


def let_go(bootstrap: str, record: Record) -> None:
    """Retention takes everything up to this one."""
    with closing(admin_client(bootstrap, 15.0)) as admin:
        admin.delete_records({TopicPartition(record.topic, record.partition): record.offset + 1})


def test_any_record_is_read_by_its_place_large_ones_too(topic: str, producer: Producer, reader: TopicReader) -> None:
    large = bytes(range(256)) * 4000
    lie = put(producer, topic, b"0", large, b"2")
    for record in (lie[1], lie[2], lie[0]):
        found = reader.at(record.source, record.offset)
        assert found is not None
        assert (found.offset, found.key, found.value) == (record.offset, b"k", record.value)
        assert found.timestamp is not None


def test_a_place_that_is_not_there_holds_nothing(
    kafka_bootstrap: str, topic: str, unique: str, producer: Producer, reader: TopicReader
) -> None:
    first, second = put(producer, topic, b"0", b"1")
    assert reader.at(first.source, 2) is None
    assert reader.at(Partition(topic, 17), 0) is None
    assert reader.at(Partition(f"{unique}-none", 0), 0) is None
    let_go(kafka_bootstrap, first)
    assert reader.at(first.source, first.offset) is None
    assert reader.at(second.source, second.offset) is not None


def test_a_whole_topic_is_read_once_and_no_group_notices(
    topic: str, unique: str, producer: Producer, reader: TopicReader
) -> None:
    sent = {str(n).encode() for n in range(200)}
    assert all(one.published for one in producer.publish_many([Record(topic, value, value) for value in sorted(sent)]))
    read = list(reader.whole(topic))
    assert {record.value for record in read} == sent
    assert len(read) == 200
    assert list(reader.whole(f"{topic}.dlt")) == []
    assert list(reader.whole(f"{unique}-none")) == []


def test_a_dead_record_is_replayed_from_its_topic_and_settled_in_that_of_the_letters(
    kafka_bootstrap: str, topic: str, producer: Producer, reader: TopicReader
) -> None:
    letters = KafkaDeadLetters(producer, f"{topic}.dlt", "g")
    gone, bad, good = put(producer, topic, b"gone", b"bad", b"good")
    (keyless,) = put(producer, topic, b"keyless", key=None)
    for record in (gone, bad, good, keyless):
        letters.publish(Rejected(record, "poison"))
    let_go(kafka_bootstrap, gone)
    records = DeadRecords(reader, producer, f"{topic}.dlt", "g")
    handled: list[bytes | None] = []

    def handle(batch: Sequence[Record]) -> list[Rejected]:
        handled.extend(record.value for record in batch)
        return [Rejected(record, "poison still") for record in batch if record.value == b"bad"]

    waiting = records.waiting()
    assert {(dead.place.offset, records.retained(dead)) for dead in waiting if dead.key} == {
        (0, False),
        (1, True),
        (2, True),
    }
    said = {dead.place: records.replay(dead, handle).trouble for dead in waiting}
    assert sorted(said.values()) == ["", "", GONE, "still cannot be handled: poison still"]
    assert sorted(handled, key=str) == [b"bad", b"good", b"keyless"]
    assert {dead.place.offset for dead in records.waiting()} == {gone.offset, bad.offset}
    assert DeadRecords(reader, producer, f"{topic}.dlt", "another group").waiting() == []


def test_without_a_broker_reading_says_so() -> None:
    with TopicReader("127.0.0.1:1", "test", timeout=1.0) as reader, pytest.raises(BrokerUnavailable):
        list(reader.whole("t"))
