"""Records, partitions, and the one error that means "the broker does not answer, try again later".

Imports nothing of kafka-python: code that only looks into records imports this module rather than the package.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

Header = tuple[str, bytes]


class BrokerUnavailable(Exception):
    """The broker cannot be reached, or did not answer in time. Always worth another attempt."""


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    """One partition of a topic."""

    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record. To publish, leave partition, offset and timestamp alone; a consumed one has all of them.

    ``value`` None is a tombstone. Key and value are not in the repr: they hold personal data.
    """

    topic: str
    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    headers: tuple[Header, ...] = field(default=(), repr=False)
    partition: int = -1
    offset: int = -1
    timestamp: datetime | None = None

    @property
    def source(self) -> Partition:
        """The partition that it came from."""
        return Partition(self.topic, self.partition)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that no retry can help, and why. ``reason`` is a short word of ours; it holds no data of the record."""

    record: Record
    reason: str
    attempts: int = 1


def next_offsets(records: Iterable[Record]) -> dict[Partition, int]:
    """What to commit once all of ``records`` are handled: per partition, the offset after the last one."""
    offsets: dict[Partition, int] = {}
    for record in records:
        offsets[record.source] = max(offsets.get(record.source, 0), record.offset + 1)
    return offsets


def first_offsets(records: Iterable[Record]) -> dict[Partition, int]:
    """Where to go back to when none of ``records`` is handled: per partition, the offset of the first one."""
    offsets: dict[Partition, int] = {}
    for record in records:
        offsets[record.source] = min(offsets.get(record.source, record.offset), record.offset)
    return offsets
