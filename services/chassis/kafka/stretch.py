"""A stretch of topics, read once and by no group: from a moment on, in order of time over all partitions."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from chassis.connections import Brokers
from chassis.kafka.connecting import connected, way_in
from chassis.kafka.reader import between
from chassis.kafka.records import BrokerUnavailable, Partition, Record
from chassis.kafka.trouble import refusal, trouble


class Stretch:
    """What lies in ``topics`` from ``since`` (None: from the first record that is kept) up to where they end now.

    With ``ends`` up to there, in the partitions that it names, and nothing of the others. For one thread. Raises
    BrokerUnavailable from everything. What is published meanwhile is not in it. ``total`` counts offsets, of which
    compaction may have taken some.
    """

    def __init__(
        self,
        brokers: Brokers | str,
        topics: Iterable[str],
        *,
        since: datetime | None = None,
        ends: Mapping[Partition, int] | None = None,
        patience: float = 60.0,
    ) -> None:
        """``patience`` is for how many seconds the broker may bring nothing before it counts as gone."""
        self._patience = patience
        config: dict[str, object] = {
            "client_id": "wismo-stretch",
            "group_id": None,
            "enable_auto_commit": False,
            "allow_auto_create_topics": False,
            "fetch_max_wait_ms": 100,
            "max_partition_fetch_bytes": 4 * 1024 * 1024,
            "request_timeout_ms": 15_000,
            "bootstrap_timeout_ms": 5_000,
        }
        self._clients: list[Any] = []
        try:
            self._config = config | way_in(brokers)
            self._spans = self._bounds(self._connected(), tuple(topics), since, ends)
            # Each partition has a reader of its own, asked only when its records are wanted: kafka-python may wait for
            # ever behind what it has fetched for a partition that was paused.
            self._readers = {one: self._connected() for one, (begin, end) in self._spans.items() if begin < end}
        except (KafkaError, OSError) as error:
            self.close()
            raise BrokerUnavailable(refusal(error) or trouble(error, brokers)) from error
        self.total = sum(end - begin for begin, end in self._spans.values())
        self.passed = 0
        """Of ``total``, how many are behind."""

    def records(self) -> Iterator[Record]:
        """Every record, once, the earliest first; those of one partition in their order, whatever their times say."""
        streams = [
            between(client, one, *self._spans[one], patience=self._patience) for one, client in self._readers.items()
        ]
        for record in heapq.merge(*streams, key=_seconds):
            self.passed += 1
            yield record
        self.passed = self.total

    def batches(self, size: int) -> Iterator[list[Record]]:
        """The same, up to ``size`` at a time."""
        some: list[Record] = []
        for record in self.records():
            some.append(record)
            if len(some) == size:
                yield some
                some = []
        if some:
            yield some

    def close(self) -> None:
        """Give up the connection. Idempotent."""
        for client in self._clients:
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connected(self) -> Any:
        self._clients.append(connected(KafkaConsumer, self._config))
        return self._clients[-1]

    def _bounds(
        self, client: Any, topics: tuple[str, ...], since: datetime | None, ends: Mapping[Partition, int] | None
    ) -> dict[Any, tuple[int, int]]:
        """By partition: where to begin, and where to end."""
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in sorted(client.partitions_for_topic(topic) or ())
        ]
        if not partitions:
            return {}
        begin, last = client.beginning_offsets(partitions), client.end_offsets(partitions)
        stop = dict(last)
        if ends is not None:
            stop = {one: min(last[one], ends.get(Partition(one.topic, one.partition), 0)) for one in partitions}
        if since is not None:
            found = client.offsets_for_times(dict.fromkeys(partitions, int(since.timestamp() * 1000)))
            begin = {one: found[one].offset if found.get(one) else last[one] for one in partitions}
        return {one: (min(begin[one], stop[one]), stop[one]) for one in partitions}


def _seconds(record: Record) -> float:
    return record.timestamp.timestamp() if record.timestamp is not None else 0.0
