"""The loop of every consuming process: poll, handle, commit.

Nothing is skipped, and a failure only ever means "again".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chassis.backoff import Backoff
from chassis.kafka.dead_letters import DeadLetterLimit, DeadLetters, TooManyDeadLetters
from chassis.kafka.records import BrokerUnavailable, Partition, Record, Rejected, first_offsets, next_offsets
from chassis.logs import get_logger

_log = get_logger(__name__)

Handler = Callable[[Sequence[Record]], Sequence[Rejected] | None]
"""Handles a batch. On return everything in it is handled durably, except for what it returns as rejected. On an
exception nothing counts as handled and the batch comes again, so a handler must bear repeats."""


class Consumes(Protocol):
    """What the loop needs of a consumer; ``BatchConsumer`` is one."""

    def poll(self, max_records: int, timeout: float) -> list[Record]: ...
    def commit(self, offsets: Mapping[Partition, int]) -> bool: ...
    def seek_back(self, offsets: Mapping[Partition, int]) -> None: ...


class Stops(Protocol):
    """What the loop needs of a stop signal; ``chassis.shutdown.StopSignal`` and ``threading.Event`` are such."""

    def is_set(self) -> bool: ...
    def wait(self, timeout: float | None = None) -> bool: ...


@dataclass(slots=True)
class LoopStats:
    """Counts since the loop began, for metrics. Read from any thread."""

    polled: int = 0
    handled: int = 0
    retries: int = 0
    dead: int = 0


def run_consumer(
    consumer: Consumes,
    handle_batch: Handler,
    stop: Stops,
    *,
    dead_letters: DeadLetters,
    is_unavailable: Callable[[Exception], bool] = lambda _: False,
    limit: DeadLetterLimit | None = None,
    max_records: int = 500,
    poll_timeout: float = 0.5,
    attempts: int = 3,
    backoff: Backoff | None = None,
    heartbeat: Callable[[], object] = lambda: None,
    after_poll: Callable[[], object] = lambda: None,
    stats: LoopStats | None = None,
) -> None:
    """Consume until ``stop`` is set: poll up to ``max_records``, handle them, commit what was handled. Blocks.

    When handling raises, the consumer goes back to the start of the batch and waits with backoff:

    - BrokerUnavailable, and whatever ``is_unavailable`` says, means that something we need is down: tried again for
      ever.
    - Anything else is tried ``attempts`` times as a batch, then record by record; a record that still raises is
      rejected.

    Rejected records (also those that the handler returns) go to ``dead_letters`` before their offsets are committed.
    More of them than ``limit`` allows raise TooManyDeadLetters: a bad deploy must not dead-letter the topic. Then
    nothing more is committed and the process should end with an error.

    ``heartbeat`` is called each time round, also while waiting; ``after_poll`` once after each poll (to publish lag,
    say). The consumer is not closed here. No wait is longer than ``backoff.maximum``, which must stay below the poll
    interval.
    """
    backoff = backoff or Backoff(initial=0.2, maximum=15.0, floor=0.05)
    loop = _Loop(
        consumer, handle_batch, dead_letters, is_unavailable, limit or DeadLetterLimit(), attempts, stats or LoopStats()
    )
    failed = 0
    while not stop.is_set():
        heartbeat()
        try:
            records = consumer.poll(max_records, poll_timeout)
            after_poll()
        except BrokerUnavailable as error:
            records, done = [], False
            _log.warning("cannot poll", error_kind=str(error), attempt=failed + 1)
        else:
            done = not records or loop.work(records)
        failed = 0 if done else failed + 1
        if failed:
            loop.stats.retries += 1
            stop.wait(backoff.delay(failed))


@dataclass(slots=True)
class _Loop:
    consumer: Consumes
    handle: Handler
    dead_letters: DeadLetters
    is_unavailable: Callable[[Exception], bool]
    limit: DeadLetterLimit
    attempts: int
    stats: LoopStats
    failures: int = 0
    """How often in a row a batch has failed for a reason of its own, rather than because something is down."""

    def work(self, records: Sequence[Record]) -> bool:
        """Handle a batch and commit it. False when it has to come again.

        The consumer has then gone back to its start.
        """
        self.stats.polled += len(records)
        try:
            rejected = self._one_by_one(records) if self.failures >= self.attempts else list(self.handle(records) or ())
            for one in rejected:
                self._set_aside(one)
        except TooManyDeadLetters:
            self.consumer.seek_back(first_offsets(records))
            raise
        except Exception as error:  # noqa: BLE001  # Whatever it is, the batch must come again rather than be skipped.
            self.consumer.seek_back(first_offsets(records))
            down = self._is_down(error)
            self.failures += not down
            # The traceback only for our own mistakes: an outage is known by its name.
            _log.warning(
                "batch to be tried again",
                records=len(records),
                error_kind=type(error).__name__,
                down=down,
                exc_info=not down,
            )
            return False
        self.failures = 0
        self.stats.handled += len(records) - len(rejected)
        self.consumer.commit(next_offsets(records))
        return True

    def _one_by_one(self, records: Sequence[Record]) -> list[Rejected]:
        """Find the records that fail by themselves; the others of the batch are handled."""
        rejected: list[Rejected] = []
        for record in records:
            try:
                rejected += self.handle([record]) or ()
            except Exception as error:
                if self._is_down(error):
                    raise
                # Only the class of the error: its text may quote what is in the record.
                rejected.append(Rejected(record, f"handler raised {type(error).__name__}", self.attempts + 1))
        return rejected

    def _set_aside(self, rejected: Rejected) -> None:
        self.limit.take()
        self.dead_letters.publish(rejected)
        self.stats.dead += 1
        at = rejected.record
        _log.error(
            "record dead-lettered", topic=at.topic, partition=at.partition, offset=at.offset, reason=rejected.reason
        )

    def _is_down(self, error: Exception) -> bool:
        return isinstance(error, BrokerUnavailable) or self.is_unavailable(error)
