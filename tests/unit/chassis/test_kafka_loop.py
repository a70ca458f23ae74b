"""The consumer loop over a broker in memory: nothing skipped, nothing committed too early."""

import threading
from collections.abc import Mapping, Sequence

import pytest

from chassis.backoff import Backoff
from chassis.kafka import (
    BrokerUnavailable,
    DeadLetterLimit,
    LoopStats,
    Partition,
    Record,
    Rejected,
    TooManyDeadLetters,
    dead_letter_headers,
    run_consumer,
)

QUICK = Backoff(initial=0.0, maximum=0.0)
WHERE = Partition("t", 0)


class InMemoryConsumer:
    """One partition; stops the loop when everything is committed or the rounds are over."""

    def __init__(self, values: Sequence[bytes], stop: threading.Event, rounds: int = 50) -> None:
        self.records = [Record("t", b"k", value, partition=0, offset=at) for at, value in enumerate(values)]
        self.position = 0
        self.committed = 0
        self.polls = 0
        self.rounds = rounds
        self.down = 0
        self._stop = stop

    def poll(self, max_records: int, timeout: float) -> list[Record]:
        self.polls += 1
        if self.polls >= self.rounds or self.committed == len(self.records):
            self._stop.set()
            return []
        if self.down:
            self.down -= 1
            raise BrokerUnavailable("away")
        batch = self.records[self.position : self.position + max_records]
        self.position += len(batch)
        return batch

    def commit(self, offsets: Mapping[Partition, int]) -> bool:
        self.committed = offsets[WHERE]
        return True

    def seek_back(self, offsets: Mapping[Partition, int]) -> None:
        self.position = offsets[WHERE]


class InMemoryDeadLetters:
    def __init__(self, failures: int = 0) -> None:
        self.letters: list[Rejected] = []
        self.failures = failures

    def publish(self, rejected: Rejected) -> None:
        if self.failures:
            self.failures -= 1
            raise BrokerUnavailable("away")
        self.letters.append(rejected)


class Handler:
    """Keeps what it handled; fails as told."""

    def __init__(self, *, poison: Sequence[bytes] = (), rejects: Sequence[bytes] = (), outage: int = 0) -> None:
        self.handled: list[bytes] = []
        self.poison = poison
        self.rejects = rejects
        self.outage = outage

    def __call__(self, records: Sequence[Record]) -> list[Rejected]:
        if self.outage:
            self.outage -= 1
            raise ConnectionError("database away")
        values = [record.value or b"" for record in records]
        if any(value in self.poison for value in values):
            raise KeyError("ada@example.com")
        rejected = [Rejected(record, "unreadable") for record in records if record.value in self.rejects]
        self.handled += [value for value in values if value not in self.rejects]
        return rejected


def run(
    consumer: InMemoryConsumer,
    handler: Handler,
    stop: threading.Event,
    letters: InMemoryDeadLetters | None = None,
    limit: DeadLetterLimit | None = None,
) -> tuple[LoopStats, InMemoryDeadLetters]:
    stats, kept = LoopStats(), letters or InMemoryDeadLetters()
    run_consumer(
        consumer,
        handler,
        stop,
        dead_letters=kept,
        is_unavailable=lambda error: isinstance(error, ConnectionError),
        limit=limit,
        max_records=4,
        backoff=QUICK,
        stats=stats,
    )
    return stats, kept


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def values(count: int) -> list[bytes]:
    return [str(n).encode() for n in range(count)]


def test_everything_is_handled_in_order_and_committed(stop: threading.Event) -> None:
    consumer, handler = InMemoryConsumer(values(10), stop), Handler()
    stats, _ = run(consumer, handler, stop)
    assert handler.handled == values(10)
    assert consumer.committed == 10
    assert stats.handled == 10


def test_an_outage_of_the_broker_or_the_database_is_waited_out_and_skips_nothing(stop: threading.Event) -> None:
    consumer, handler = InMemoryConsumer(values(10), stop), Handler(outage=20)
    consumer.down = 5
    stats, letters = run(consumer, handler, stop)
    assert handler.handled == values(10)
    assert letters.letters == []
    assert stats.retries == 25


def test_nothing_is_committed_while_handling_fails(stop: threading.Event) -> None:
    consumer = InMemoryConsumer(values(4), stop, rounds=10)
    run(consumer, Handler(outage=10**6), stop)
    assert consumer.committed == 0


def test_one_poison_record_is_set_aside_and_its_neighbours_are_handled(stop: threading.Event) -> None:
    consumer, handler = InMemoryConsumer(values(10), stop), Handler(poison=[b"5"])
    _, letters = run(consumer, handler, stop)
    assert set(handler.handled) == set(values(10)) - {b"5"}
    assert [letter.record.value for letter in letters.letters] == [b"5"]
    assert letters.letters[0].reason == "handler raised KeyError", "the error's text may hold personal data"
    assert consumer.committed == 10


def test_what_the_handler_rejects_is_set_aside_before_the_commit(stop: threading.Event) -> None:
    consumer = InMemoryConsumer(values(4), stop)
    _, letters = run(consumer, Handler(rejects=[b"1"]), stop, InMemoryDeadLetters(failures=3))
    assert [letter.reason for letter in letters.letters] == ["unreadable"]
    assert consumer.committed == 4


def test_too_many_dead_letters_stop_the_consumer_before_it_commits_them(stop: threading.Event) -> None:
    consumer = InMemoryConsumer(values(12), stop)
    letters = InMemoryDeadLetters()
    with pytest.raises(TooManyDeadLetters):
        run(consumer, Handler(rejects=values(12)), stop, letters, DeadLetterLimit(count=5))
    assert len(letters.letters) == 5
    assert consumer.committed == 4
    assert consumer.position == 4, "whoever comes next begins with the batch that was not finished"


def test_the_limit_counts_within_its_window_only() -> None:
    now = [0.0]
    limit = DeadLetterLimit(2, window=60, monotonic=lambda: now[0])
    limit.take()
    limit.take()
    with pytest.raises(TooManyDeadLetters):
        limit.take()
    now[0] = 60.0
    limit.take()


def test_the_headers_of_a_dead_letter_are_those_of_kip_1191() -> None:
    record = Record("t", b"k", b"secret", partition=3, offset=41)
    assert dict(dead_letter_headers(Rejected(record, "unreadable", 2), "notifier")) == {
        "__dlq.errors.topic": b"t",
        "__dlq.errors.partition": b"3",
        "__dlq.errors.offset": b"41",
        "__dlq.errors.group": b"notifier",
        "__dlq.errors.delivery.count": b"2",
        "__dlq.errors.message": b"unreadable",
    }


def test_a_record_s_repr_holds_nothing_of_its_content() -> None:
    assert "secret" not in repr(Record("t", b"secret", b"secret", (("h", b"secret"),)))
