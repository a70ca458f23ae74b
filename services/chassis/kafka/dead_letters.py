"""Records that can never be handled: set aside with where they came from and why, up to a limit."""

import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from chassis.kafka.producer import Producer
from chassis.kafka.records import Header, Record, Rejected

# The header names of KIP-1191, "Dead-letter queues for share groups".
DEAD_LETTER_PREFIX = "__dlq.errors."


class DeadLetters(Protocol):
    """Where rejected records go."""

    def publish(self, rejected: Rejected) -> None:
        """Keep it durably before returning. Raises BrokerUnavailable when that is not possible now."""
        ...


class TooManyDeadLetters(Exception):
    """More records were rejected than a few bad ones explain: rather a bad deploy.

    The consumer stops and commits nothing more.
    """


class DeadLetterLimit:
    """At most ``count`` dead letters within ``window`` seconds."""

    def __init__(
        self, count: int = 100, window: float = 600.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._count = count
        self._window = window
        self._monotonic = monotonic
        self._times: deque[float] = deque()

    def take(self) -> None:
        """Count one dead letter. Raises TooManyDeadLetters when it would be one too many; then it is not counted."""
        now = self._monotonic()
        while self._times and now - self._times[0] >= self._window:
            self._times.popleft()
        if len(self._times) >= self._count:
            raise TooManyDeadLetters(f"{self._count} dead letters within {self._window:g} s")
        self._times.append(now)


class KafkaDeadLetters:
    """Dead letters in a topic of their own.

    As KIP-1191 has it by default, the letter holds the headers that say where the record is, and its key, but not its
    value: so no personal data outlives the retention of the source topic. ``copy_value`` copies value and original
    headers as well.
    """

    def __init__(self, producer: Producer, topic: str, group: str, *, copy_value: bool = False) -> None:
        self._producer = producer
        self._topic = topic
        self._group = group
        self._copy_value = copy_value

    def publish(self, rejected: Rejected) -> None:
        """Publish and wait for the acknowledgement. Raises BrokerUnavailable.

        A repeat makes a second letter with the same headers.
        """
        record = rejected.record
        original = record.headers if self._copy_value else ()
        headers = (*original, *dead_letter_headers(rejected, self._group))
        value = record.value if self._copy_value else None
        # A letter without a key and value would be refused by the client; its headers say everything then.
        self._producer.publish(Record(self._topic, record.key, value if value is not None else b"", headers))


def dead_letter_headers(rejected: Rejected, group: str) -> tuple[Header, ...]:
    """The ``__dlq.errors.*`` headers of KIP-1191, each as text in UTF-8."""
    record = rejected.record
    values = {
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "group": group,
        "delivery.count": str(rejected.attempts),
        "message": rejected.reason,
    }
    return tuple((DEAD_LETTER_PREFIX + name, value.encode()) for name, value in values.items())
