"""Topics in memory: what is published lies there until it is let go."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from chassis.kafka import BrokerUnavailable, Partition, Record
from tests.samples.story import START


class InMemoryTopics:
    """``Reads`` and ``Publishes`` for tests. Everything of a topic lies in partition 0; its clock stands still."""

    def __init__(self, now: datetime = START) -> None:
        self._records: dict[str, list[Record]] = defaultdict(list)
        self._let_go: dict[str, int] = defaultdict(int)
        self._now = now
        self.down = False

    def publish(self, record: Record) -> None:
        self._up()
        records = self._records[record.topic]
        records.append(replace(record, partition=0, offset=len(records), timestamp=self._now))

    def put(self, record: Record) -> Record:
        """Publish; the record as it lies there."""
        self.publish(record)
        return self._records[record.topic][-1]

    def let_go(self, record: Record) -> None:
        """Retention takes everything up to this one."""
        self._let_go[record.topic] = record.offset + 1

    def whole(self, topic: str) -> Iterator[Record]:
        self._up()
        yield from self._records[topic][self._let_go[topic] :]

    def at(self, partition: Partition, offset: int) -> Record | None:
        self._up()
        return next((one for one in self.whole(partition.topic) if one.offset == offset), None)

    def _up(self) -> None:
        if self.down:
            raise BrokerUnavailable("away")
