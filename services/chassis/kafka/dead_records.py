"""Dead records of a consumer: which ones still wait for somebody, and handing them to it once more.

What was handed over is remembered in the dead-letter topic itself. A settlement lies there, a record that names the
letters which it settles by their own partition and offset, so neither clocks nor keys nor the order of partitions
decide what still waits. Settlements go with the retention that takes the letters, need no store of a service's, and
serve every consumer that writes letters. Letters are never taken back: the topic stays a log of what happened. A record
that dies anew after it was settled has a new letter, which no settlement names, so it is listed again. A crash between
handling and settling leaves the letter open: the record is then handled twice, which handlers must bear anyway.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, Self

from chassis.kafka.dead_letters import DEAD_LETTER_PREFIX
from chassis.kafka.loop import Handler
from chassis.kafka.records import BrokerUnavailable, Partition, Record

_SETTLES = "wismo.dlq.settles"
_GROUP = f"{DEAD_LETTER_PREFIX}group"


class Reads(Protocol):
    """What is needed of whoever reads topics; ``TopicReader`` is one. All raise BrokerUnavailable."""

    def whole(self, topic: str) -> Iterator[Record]: ...
    def at(self, partition: Partition, offset: int) -> Record | None: ...


class Publishes(Protocol):
    """What is needed of a producer; ``Producer`` is one."""

    def publish(self, record: Record) -> None: ...


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record lies. As text ``topic:partition:offset``."""

    topic: str
    partition: int
    offset: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The place that ``text`` names. Raises ValueError that says how places look."""
        topic, partition, offset = ("", "", *text.rsplit(":", 2))[-3:]
        if not (topic and partition.isdecimal() and offset.isdecimal()):
            raise ValueError(f"{text!r} is not of the form topic:partition:offset")
        return cls(topic, int(partition), int(offset))

    def __str__(self) -> str:
        return f"{self.topic}:{self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True)
class DeadRecord:
    """A record that a consumer could not handle, as its letters tell; the last one where there are several."""

    place: Place
    reason: str
    at: datetime | None
    key: bytes | None = field(repr=False)
    letters: frozenset[tuple[int, int]] = frozenset()
    """Partition and offset of every letter about it that is not settled."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a dead record. ``trouble`` is empty when it was handled, and it is no longer listed then."""

    dead: DeadRecord
    trouble: str = ""


GONE = "no longer in the topic"


class DeadRecords:
    """The dead records of one consumer group. Raises BrokerUnavailable from everything."""

    def __init__(self, reader: Reads, producer: Publishes, topic: str, group: str) -> None:
        self._reader = reader
        self._producer = producer
        self._topic = topic
        self._group = group

    def waiting(self) -> list[DeadRecord]:
        """Those that are not settled, in the order of their places: of one key the older record comes first."""
        return unsettled(self._reader.whole(self._topic), self._group)

    def retained(self, dead: DeadRecord) -> bool:
        """Whether the source topic still has it. Only what is retained can be replayed."""
        return self._source(dead) is not None

    def replay(
        self, dead: DeadRecord, handle: Handler, *, is_unavailable: Callable[[Exception], bool] = lambda _: False
    ) -> Replayed:
        """Hand it to the consumer's own handler, as the loop does, and settle it once it is handled durably.

        The consumer may go on meanwhile, and anybody may replay the same record at the same time: handlers bear
        repeats. Raises what ``is_unavailable`` says is only down; then the record waits as before.
        """
        record = self._source(dead)
        if record is None:
            return Replayed(dead, GONE)
        try:
            rejected = handle([record])
        except BrokerUnavailable:
            raise
        except Exception as error:
            if is_unavailable(error):
                raise
            # Only the class of the error, as in the letter: its text may quote what is in the record.
            return Replayed(dead, f"still cannot be handled: handler raised {type(error).__name__}")
        if rejected:
            return Replayed(dead, f"still cannot be handled: {rejected[0].reason}")
        self._producer.publish(settlement(dead, self._topic, self._group))
        return Replayed(dead)

    def _source(self, dead: DeadRecord) -> Record | None:
        return self._reader.at(Partition(dead.place.topic, dead.place.partition), dead.place.offset)


def settlement(dead: DeadRecord, topic: str, group: str) -> Record:
    """The record that settles every letter that ``dead`` was read from. A repeat settles nothing more."""
    settled = ",".join(f"{partition}:{offset}" for partition, offset in sorted(dead.letters))
    return Record(topic, dead.key, b"", ((_SETTLES, settled.encode()), (_GROUP, group.encode())))


def unsettled(records: Iterable[Record], group: str) -> list[DeadRecord]:
    """What a dead-letter topic says of the dead records of ``group``. What is no letter of ours is passed by."""
    letters: list[DeadRecord] = []
    settled: set[tuple[int, int]] = set()
    for record in records:
        # Where letters copy the original headers ours come behind them, and so count.
        headers = {name: value.decode(errors="replace") for name, value in record.headers}
        if headers.get(_GROUP) != group:
            continue
        if _SETTLES in headers:
            settled |= _settled(headers[_SETTLES])
        elif letter := _letter(record, headers):
            letters.append(letter)
    found: dict[Place, DeadRecord] = {}
    for letter in letters:
        if letter.letters.isdisjoint(settled):
            before = found.get(letter.place)
            found[letter.place] = replace(letter, letters=letter.letters | (before.letters if before else frozenset()))
    return sorted(found.values(), key=lambda dead: dead.place)


def _letter(record: Record, headers: dict[str, str]) -> DeadRecord | None:
    topic, partition, offset = (headers.get(DEAD_LETTER_PREFIX + name, "") for name in ("topic", "partition", "offset"))
    try:
        place = Place.parse(f"{topic}:{partition}:{offset}")
    except ValueError:
        return None
    reason = headers.get(f"{DEAD_LETTER_PREFIX}message", "")
    return DeadRecord(place, reason, record.timestamp, record.key, frozenset({(record.partition, record.offset)}))


def _settled(text: str) -> set[tuple[int, int]]:
    pairs = (one.partition(":") for one in text.split(","))
    return {
        (int(partition), int(offset)) for partition, _, offset in pairs if partition.isdecimal() and offset.isdecimal()
    }
