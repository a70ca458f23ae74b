"""A stretch of topics read once, and how far a group has read, on a real broker."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from chassis.kafka import BatchConsumer, Partition, Producer, Record, TopicSpec, ensure_topics
from chassis.kafka.groups import GroupIsActive, committed_offsets
from chassis.kafka.stretch import Stretch


def publish(bootstrap: str, topic: str, first: int, last: int) -> None:
    """Numbered records, whose keys spread over the partitions, one after the other."""
    with Producer(bootstrap, "stretch-tests") as producer:
        for start in range(first, last, 25):
            some = [
                Record(topic, b"key-%d" % (number % 7), b"%d" % number)
                for number in range(start, min(start + 25, last))
            ]
            assert not any(outcome.error for outcome in producer.publish_many(some))


def topic_of(bootstrap: str, name: str, partitions: int = 3) -> str:
    ensure_topics(bootstrap, [TopicSpec(name, partitions, 1)])
    return name


def test_every_record_comes_once_in_order_of_time(kafka_bootstrap: str) -> None:
    topic = topic_of(kafka_bootstrap, "stretch-whole")
    publish(kafka_bootstrap, topic, 0, 3000)
    with Stretch(kafka_bootstrap, [topic]) as stretch:
        assert stretch.total == 3000
        found = list(stretch.records())
        assert stretch.passed == 3000
    assert sorted(int(record.value or b"") for record in found) == list(range(3000))
    times = [record.timestamp for record in found if record.timestamp]
    assert times == sorted(times)
    for key in {record.key for record in found}:
        numbers = [int(record.value or b"") for record in found if record.key == key]
        assert numbers == sorted(numbers)


def test_partitions_that_are_far_ahead_wait_for_the_others(kafka_bootstrap: str) -> None:
    topic = topic_of(kafka_bootstrap, "stretch-skewed", partitions=4)
    wide = b"x" * 4000
    with Producer(kafka_bootstrap, "stretch-tests") as producer:
        for start in range(0, 9000, 500):
            some = [Record(topic, b"key-%d" % (number % 9), wide) for number in range(start, start + 500)]
            assert not any(outcome.error for outcome in producer.publish_many(some))
    with Stretch(kafka_bootstrap, [topic], patience=15.0) as stretch:
        times = [record.timestamp for record in stretch.records() if record.timestamp]
    assert len(times) == 9000
    assert times == sorted(times)


def test_it_begins_at_a_moment_and_ends_where_it_was_told(kafka_bootstrap: str) -> None:
    topic = topic_of(kafka_bootstrap, "stretch-part", partitions=1)
    publish(kafka_bootstrap, topic, 0, 10)
    time.sleep(0.05)
    moment = datetime.now(UTC)
    publish(kafka_bootstrap, topic, 10, 20)
    with Stretch(kafka_bootstrap, [topic], since=moment, ends={Partition(topic, 0): 15}) as stretch:
        batches = [[int(record.value or b"") for record in batch] for batch in stretch.batches(3)]
    assert batches == [[10, 11, 12], [13, 14]]
    with Stretch(kafka_bootstrap, [topic], ends={}) as stretch:
        assert list(stretch.records()) == []
    with Stretch(kafka_bootstrap, [topic], since=datetime.now(UTC) + timedelta(hours=1)) as stretch:
        assert list(stretch.records()) == []
        assert stretch.total == 0


def test_a_topic_that_is_not_there_is_empty(kafka_bootstrap: str) -> None:
    with Stretch(kafka_bootstrap, ["stretch-nowhere"]) as stretch:
        assert list(stretch.batches(10)) == []


def test_how_far_a_group_has_read_is_told_once_nobody_reads_on(kafka_bootstrap: str) -> None:
    topic = topic_of(kafka_bootstrap, "stretch-group", partitions=1)
    publish(kafka_bootstrap, topic, 0, 10)
    with BatchConsumer(kafka_bootstrap, "stretch-readers", [topic]) as consumer:
        records: list[Record] = []
        while len(records) < 10:
            records += consumer.poll(100, 0.2)
        assert consumer.commit({Partition(topic, 0): 4})
        with pytest.raises(GroupIsActive):
            committed_offsets(kafka_bootstrap, "stretch-readers")
    assert committed_offsets(kafka_bootstrap, "stretch-readers") == {Partition(topic, 0): 4}
    assert committed_offsets(kafka_bootstrap, "stretch-nobody") == {}
