"""A stretch of topics, read once and by no group: from a moment on, in order of time over all partitions."""

import heapq
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from chassis.connections import Brokers
from chassis.kafka.connecting import connected, way_in
from chassis.kafka.consumer import record_of
from chassis.kafka.records import BrokerUnavailable, Partition, Record
from chassis.kafka.trouble import refusal, trouble

_AT_A_TIME = 1000


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
        self._config = config | way_in(brokers)
        self._clients: list[Any] = []
        try:
            self._begins, self._ends, self.first_kept = self._bounds(self._connected(), tuple(topics), since, ends)
            # Each partition has a reader of its own, asked only when its records are wanted: kafka-python may wait for
            # ever behind what it has fetched for a partition that was paused.
            self._readers = {one: self._reader(one) for one, begin in self._begins.items() if begin < self._ends[one]}
        except (KafkaError, OSError) as error:
            self.close()
            raise BrokerUnavailable(refusal(error) or trouble(error, brokers)) from error
        self.total = sum(self._ends[one] - begin for one, begin in self._begins.items())
        self.passed = 0
        """Of ``total``, how many are behind."""

    def records(self) -> Iterator[Record]:
        """Every record, once, the earliest first; those of one partition in their order, whatever their times say."""
        waiting: dict[Any, deque[Record]] = {one: deque() for one in self._begins}
        unread = {one for one, begin in self._begins.items() if begin < self._ends[one]}
        heads: list[tuple[float, Any]] = []
        latest: dict[Any, float] = {}
        queued: set[Any] = set()
        heard = time.monotonic()
        while unread or any(waiting.values()):
            while any(not waiting[one] for one in unread):
                if self._fetch(waiting, unread):
                    heard = time.monotonic()
                elif time.monotonic() - heard > self._patience:
                    raise BrokerUnavailable(f"nothing came for {self._patience:.0f} s")
            for one, records in waiting.items():
                if records and one not in queued:
                    # A clock that was set back must not make a partition's records overtake each other.
                    latest[one] = max(latest.get(one, 0.0), _seconds(records[0]))
                    heapq.heappush(heads, (latest[one], one))
                    queued.add(one)
            if not heads:
                continue
            _, one = heapq.heappop(heads)
            queued.discard(one)
            self.passed += 1
            yield waiting[one].popleft()
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

    def _reader(self, partition: Any) -> Any:
        client = self._connected()
        client.assign([partition])
        client.seek(partition, self._begins[partition])
        return client

    def _bounds(
        self, client: Any, topics: tuple[str, ...], since: datetime | None, ends: Mapping[Partition, int] | None
    ) -> tuple[dict[Any, int], dict[Any, int], dict[Partition, int]]:
        """By partition: where to begin, where to end, and the first offset that the broker still has."""
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in sorted(client.partitions_for_topic(topic) or ())
        ]
        if not partitions:
            return {}, {}, {}
        first, last = client.beginning_offsets(partitions), client.end_offsets(partitions)
        stop = dict(last)
        if ends is not None:
            stop = {one: min(last[one], ends.get(Partition(one.topic, one.partition), 0)) for one in partitions}
        begin = dict(first)
        if since is not None:
            moment = int(since.timestamp() * 1000)
            found = client.offsets_for_times(dict.fromkeys(partitions, moment))
            begin = {one: found[one].offset if found.get(one) else last[one] for one in partitions}
        begin = {one: min(begin[one], stop[one]) for one in partitions}
        return begin, stop, {Partition(one.topic, one.partition): first[one] for one in partitions}

    def _fetch(self, waiting: dict[Any, deque[Record]], unread: set[Any]) -> bool:
        """Poll once for each partition of which nothing waits. Whether anything moved."""
        moved = False
        for one in [one for one in unread if not waiting[one]]:
            reader = self._readers[one]
            before = reader.position(one)
            try:
                polled = reader.poll(timeout_ms=500, max_records=_AT_A_TIME)
            except KafkaError as error:
                raise BrokerUnavailable(refusal(error) or type(error).__name__) from error
            for consumed in polled.values():
                waiting[one].extend(record_of(each) for each in consumed if each.offset < self._ends[one])
            position = reader.position(one)
            moved = moved or position != before
            if position >= self._ends[one]:
                unread.discard(one)
        return moved


def _seconds(record: Record) -> float:
    return record.timestamp.timestamp() if record.timestamp is not None else 0.0
