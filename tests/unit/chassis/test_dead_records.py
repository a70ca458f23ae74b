"""Which dead records wait, and what becomes of one that is handed over once more."""

from collections.abc import Sequence

import pytest

from chassis.kafka import BrokerUnavailable, Record, Rejected, dead_letter_headers
from chassis.kafka.dead_records import GONE, DeadRecord, DeadRecords, Place
from tests.fakes.in_memory_topics import InMemoryTopics
from tests.samples.story import START

SOURCE, LETTERS = "events", "events.dlt"


class Handler:
    """Keeps the values that it was given; rejects or fails as told."""

    def __init__(self, *, rejects: str = "", fails: Exception | None = None) -> None:
        self.handled: list[bytes | None] = []
        self.rejects = rejects
        self.fails = fails

    def __call__(self, records: Sequence[Record]) -> list[Rejected]:
        if self.fails is not None:
            raise self.fails
        if self.rejects:
            return [Rejected(record, self.rejects) for record in records]
        self.handled += [record.value for record in records]
        return []


class Consumer:
    """A source topic, a topic of letters, and the dead records of group ``g``."""

    def __init__(self) -> None:
        self.topics = InMemoryTopics()
        self.dead = DeadRecords(self.topics, self.topics, LETTERS, "g")

    def dies(self, value: bytes, reason: str = "poison", key: bytes | None = b"k", group: str = "g") -> Record:
        return self.dies_again(self.topics.put(Record(SOURCE, key, value)), reason, group)

    def dies_again(self, record: Record, reason: str = "poison", group: str = "g") -> Record:
        headers = dead_letter_headers(Rejected(record, reason), group)
        self.topics.publish(Record(LETTERS, record.key, b"", headers))
        return record

    def places(self) -> list[str]:
        return [str(dead.place) for dead in self.dead.waiting()]

    def only(self) -> DeadRecord:
        (dead,) = self.dead.waiting()
        return dead


def test_a_dead_record_is_listed_with_place_time_and_reason() -> None:
    consumer = Consumer()
    consumer.topics.put(Record(SOURCE, b"k", b"well"))
    consumer.dies(b"bad", "the value is no event")
    dead = consumer.only()
    assert (str(dead.place), dead.reason, dead.at) == ("events:0:1", "the value is no event", START)
    assert consumer.dead.retained(dead)
    assert "'k'" not in repr(dead), "a key may be a person's"


def test_letters_of_other_groups_and_records_that_are_no_letters_are_passed_by() -> None:
    consumer = Consumer()
    consumer.dies(b"bad", group="another")
    consumer.topics.put(Record(LETTERS, b"k", b"not a letter"))
    consumer.topics.put(Record(LETTERS, b"k", b"", (("__dlq.errors.group", b"g"), ("__dlq.errors.topic", b"events"))))
    assert consumer.places() == []


def test_the_older_record_comes_first() -> None:
    consumer = Consumer()
    first, second = (consumer.topics.put(Record(SOURCE, b"k", value)) for value in (b"1", b"2"))
    consumer.dies_again(second)
    consumer.dies_again(first)
    assert consumer.places() == ["events:0:0", "events:0:1"]


def test_what_is_handled_at_last_is_settled_and_no_longer_listed() -> None:
    consumer, handler = Consumer(), Handler()
    consumer.dies(b"1")
    consumer.dies(b"2")
    first, second = consumer.dead.waiting()
    assert consumer.dead.replay(first, handler).trouble == ""
    assert handler.handled == [b"1"]
    assert consumer.dead.waiting() == [second]


def test_a_record_without_a_key_is_settled_like_any_other() -> None:
    consumer = Consumer()
    consumer.dies(b"1", key=None)
    consumer.dead.replay(consumer.only(), Handler())
    assert consumer.places() == []


def test_two_letters_about_one_record_are_one_dead_record_and_settled_together() -> None:
    """A letter whose acknowledgement was lost is published again."""
    consumer = Consumer()
    consumer.dies_again(consumer.dies(b"1", "first reason"), "second reason")
    dead = consumer.only()
    assert dead.reason == "second reason"
    consumer.dead.replay(dead, Handler())
    assert consumer.places() == []


def test_a_record_that_dies_anew_after_it_was_replayed_is_listed_again() -> None:
    consumer = Consumer()
    record = consumer.dies(b"1")
    consumer.dead.replay(consumer.only(), Handler())
    consumer.dies_again(record, "a new reason")
    assert consumer.only().reason == "a new reason"


def test_what_still_cannot_be_handled_waits_on_and_says_why() -> None:
    consumer = Consumer()
    consumer.dies(b"1")
    rejected = consumer.dead.replay(consumer.only(), Handler(rejects="poison"))
    failed = consumer.dead.replay(consumer.only(), Handler(fails=KeyError("a name")))
    assert rejected.trouble == "still cannot be handled: poison"
    assert failed.trouble == "still cannot be handled: handler raised KeyError"
    assert consumer.places() == ["events:0:0"]


def test_what_the_topic_no_longer_holds_is_said_to_be_gone_and_not_settled() -> None:
    consumer, handler = Consumer(), Handler()
    consumer.topics.let_go(consumer.dies(b"1"))
    dead = consumer.only()
    assert not consumer.dead.retained(dead)
    assert consumer.dead.replay(dead, handler).trouble == GONE
    assert handler.handled == []
    assert consumer.places() == ["events:0:0"]


def test_an_outage_is_raised_and_settles_nothing() -> None:
    consumer = Consumer()
    consumer.dies(b"1")
    down = Handler(fails=ConnectionError("the database is away"))
    with pytest.raises(ConnectionError):
        consumer.dead.replay(consumer.only(), down, is_unavailable=lambda error: isinstance(error, ConnectionError))
    dead = consumer.only()
    consumer.topics.down = True
    with pytest.raises(BrokerUnavailable):
        consumer.dead.replay(dead, Handler())


def test_a_crash_before_the_settlement_leaves_the_record_waiting() -> None:
    consumer = Consumer()
    consumer.dies(b"1")
    dead = consumer.only()

    def handle(records: Sequence[Record]) -> list[Rejected]:
        consumer.topics.down = True
        return []

    with pytest.raises(BrokerUnavailable):
        consumer.dead.replay(dead, handle)
    consumer.topics.down = False
    assert consumer.dead.waiting() == [dead]


def test_letters_with_the_original_headers_are_read_by_ours() -> None:
    consumer = Consumer()
    forged = (("__dlq.errors.offset", b"7"), ("__dlq.errors.group", b"another"))
    record = consumer.topics.put(Record(SOURCE, b"k", b"1", forged))
    copied = (*record.headers, *dead_letter_headers(Rejected(record, "poison"), "g"))
    consumer.topics.publish(Record(LETTERS, b"k", b"1", copied))
    assert consumer.places() == ["events:0:0"]


@pytest.mark.parametrize("text", ["", "events", "events:1", ":0:1", "events:x:1", "events:0:-1", "events:0:"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="topic:partition:offset"):
        Place.parse(text)


def test_a_place_is_read_as_it_is_written() -> None:
    assert str(Place.parse("a:b:0:17")) == "a:b:0:17"
    assert Place.parse("wismo.order-events.v1:3:17") == Place("wismo.order-events.v1", 3, 17)
