"""Reading topics as no member of any group: nothing is committed, and no consumer notices."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from chassis.connections import Brokers
from chassis.kafka.connecting import connected, way_in
from chassis.kafka.consumer import record_of
from chassis.kafka.records import BrokerUnavailable, Partition, Record
from chassis.kafka.trouble import refusal, trouble


class TopicReader:
    """Reads what topics retain. For one thread; connects at its first read; close it.

    ``timeout`` bounds, in seconds, how long a read may bring nothing; it raises BrokerUnavailable then.
    """

    def __init__(self, brokers: Brokers | str, client_id: str, *, timeout: float = 15.0) -> None:
        self._brokers = brokers
        self._timeout = timeout
        self._client: Any = None
        self._config: dict[str, object] = {
            "client_id": client_id,
            "group_id": None,
            "enable_auto_commit": False,
            "auto_offset_reset": "none",
            "allow_auto_create_topics": False,
            "fetch_max_wait_ms": 100,
            # One record is wanted at a time, and a broker sends the first batch whole, however large it is.
            "max_partition_fetch_bytes": 64 * 1024,
            "request_timeout_ms": int(timeout * 1000),
            "bootstrap_timeout_ms": int(min(5.0, timeout) * 1000),
        }

    def whole(self, topic: str) -> Iterator[Record]:
        """What the topic retains now, partition after partition, in order of offset; nothing of a topic that is not
        there. Raises BrokerUnavailable.
        """
        with self._asking() as client:
            numbers = sorted(client.partitions_for_topic(topic) or ())
        for number in numbers:
            begin, end = self._bounds(Partition(topic, number))
            yield from self._between(Partition(topic, number), begin, end)

    def at(self, partition: Partition, offset: int) -> Record | None:
        """The record at this place; None when the topic does not hold it any more. Raises BrokerUnavailable."""
        with self._asking() as client:
            if partition.number not in (client.partitions_for_topic(partition.topic) or ()):
                return None
        begin, end = self._bounds(partition)
        if not begin <= offset < end:
            return None
        # Of a compacted topic the next record may come instead.
        first = next(self._between(partition, offset, end), None)
        return first if first is not None and first.offset == offset else None

    def close(self) -> None:
        """Give up the connection. Idempotent."""
        client, self._client = self._client, None
        if client is not None:
            client.close(autocommit=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _bounds(self, partition: Partition) -> tuple[int, int]:
        native = TopicPartition(partition.topic, partition.number)
        with self._asking() as client:
            return client.beginning_offsets([native])[native], client.end_offsets([native])[native]

    def _between(self, partition: Partition, begin: int, end: int) -> Iterator[Record]:
        native = TopicPartition(partition.topic, partition.number)
        with self._asking() as client:
            yield from between(client, native, begin, end, patience=self._timeout)

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        if self._client is None:
            try:
                self._client = connected(KafkaConsumer, self._config | way_in(self._brokers))
            except (KafkaError, OSError) as error:
                raise BrokerUnavailable(trouble(error, self._brokers)) from error
        try:
            yield self._client
        except KafkaError as error:
            raise BrokerUnavailable(refusal(error) or type(error).__name__) from error


def between(client: Any, native: Any, begin: int, end: int, *, patience: float) -> Iterator[Record]:
    """The records of one partition from ``begin`` up to before ``end``, in order. The client reads nothing else then.

    Raises BrokerUnavailable, also where the broker brings nothing for ``patience`` seconds while it is asked.
    """
    client.assign([native])
    client.seek(native, begin)
    at = begin
    while at < end:
        batch: Sequence[Any] = ()
        after, give_up = at, time.monotonic() + patience
        while after == at:
            if time.monotonic() >= give_up:
                raise BrokerUnavailable(f"nothing came for {patience:.0f} s")
            try:
                batch = client.poll(timeout_ms=500).get(native, ())
                # Where compaction took the last records, only the position comes forward.
                after = client.position(native)
            except KafkaError as error:
                raise BrokerUnavailable(refusal(error) or type(error).__name__) from error
        at = after
        yield from (record_of(consumed) for consumed in batch if consumed.offset < end)
