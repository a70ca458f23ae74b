"""The relay's loop: read what waits, publish it, delete it once the broker has it.

It never asks *when* something was written: commits become visible in another order than their times. Rows are read in
order of their key, lap after lap, and a row is gone as soon as it is published; so whatever is there is what waits.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chassis.backoff import Backoff
from chassis.crash_points import crash_point
from chassis.kafka import BrokerUnavailable
from chassis.logs import get_logger
from orders.measures import Measures
from orders.relay.shards import Shards
from orders.use_cases.relaying import Outbox, Publisher
from orders.use_cases.stored import OutboxRow

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RelayPace:
    """How many rows at once, and how long to wait when nothing waits (a wake-up ends that), in seconds."""

    batch: int = 500
    poll: float = 0.25
    count_every: float = 5.0


@dataclass(slots=True)
class _Blocked:
    """A key whose record the broker refuses, and when it is tried again."""

    failures: int
    until: float


@dataclass(slots=True)
class Relay:
    """Moves rows of the shards held to the broker. `run` ends only when cancelled; `wake` may be called from the same
    loop.
    """

    outbox: Outbox
    publisher: Publisher
    shards: Shards
    measures: Measures
    pace: RelayPace = field(default_factory=RelayPace)
    monotonic: Callable[[], float] = time.monotonic
    beat: Callable[[], None] = lambda: None
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _blocked: dict[str, _Blocked] = field(default_factory=dict)
    _broker_down: int = 0

    def wake(self) -> None:
        """There is something new: look at once."""
        self._wake.set()

    async def run(self) -> None:
        """Relay for ever. An outage of broker or database is waited for, with backoff; nothing is lost by it."""
        outage = Backoff(initial=0.1, maximum=3.0, floor=0.05)
        failures = 0
        keeper = asyncio.create_task(self.shards.keep(self.wake))
        counter = asyncio.create_task(self._count())
        try:
            while True:
                self.beat()
                self._wake.clear()
                published = 0
                try:
                    for first, last in self.shards.ranges():
                        published += await self.lap(first, last)
                    failures = self._broker_down
                except Exception as error:  # noqa: BLE001  # The database may be down, or a defect shows: never end.
                    failures += 1
                    _log.warning("relay waits", error_kind=type(error).__name__, failures=failures)
                if failures:
                    await asyncio.sleep(outage.delay(failures))
                elif not published:
                    await self._pause()
        finally:
            keeper.cancel()
            counter.cancel()
            await asyncio.gather(keeper, counter, return_exceptions=True)

    async def lap(self, first: int, last: int) -> int:
        """Go once through the rows of these shards; how many were published. Deleting overlaps with publishing what
        follows.
        """
        published, after, deleting = 0, "", asyncio.create_task(self._delete(()))
        try:
            while True:
                rows = await self.outbox.read(first, last, after, self.pace.batch)
                done = await self._publish([row for row in rows if self._may_go(row)])
                published += len(done)
                await deleting
                deleting = asyncio.create_task(self._delete([row.id for row in done]))
                if len(rows) < self.pace.batch or self._broker_down:
                    return published
                after = rows[-1].id
        finally:
            await deleting  # A lap that begins before would publish the same rows again.

    async def _publish(self, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
        if not rows:
            return []
        crash_point("relay.before_publish")
        errors = await asyncio.to_thread(self.publisher.publish, rows)
        crash_point("relay.after_publish")
        done, down = [], False
        for row, error in zip(rows, errors, strict=True):
            if error is None:
                done.append(row)
                self._blocked.pop(row.key, None)
            else:
                down = down or isinstance(error, BrokerUnavailable)
                self._refused(row, error)
        for topic in {row.topic for row in done}:
            self.measures.published.labels(topic).inc(sum(row.topic == topic for row in done))
        self._broker_down = self._broker_down + 1 if down and not done else 0
        if self._broker_down:
            _log.warning("broker unavailable", failures=self._broker_down)
        return done

    async def _delete(self, ids: Sequence[str]) -> None:
        if ids:
            crash_point("relay.before_delete")
            await self.outbox.delete(ids)
            crash_point("relay.after_delete")

    def _may_go(self, row: OutboxRow) -> bool:
        if not self.shards.holds(row.shard):
            return False
        blocked = self._blocked.get(row.key)
        return blocked is None or self.monotonic() >= blocked.until

    def _refused(self, row: OutboxRow, error: Exception) -> None:
        """A broker that is down holds up everything alike; one record that it refuses holds up its own order only."""
        cause = type(error).__name__
        self.measures.publish_failures.labels(cause).inc()
        if isinstance(error, BrokerUnavailable):
            return
        blocked = self._blocked.setdefault(row.key, _Blocked(0, 0.0))
        blocked.failures += 1
        blocked.until = self.monotonic() + Backoff(initial=1.0, maximum=60.0, floor=0.5).delay(blocked.failures)
        _log.error(
            "record refused by the broker, its order waits",
            event_id=row.event_id,
            cause=cause,
            failures=blocked.failures,
        )

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self.pace.poll):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _count(self) -> None:
        while True:
            try:
                backlog = await self.outbox.backlog()
                self.measures.outbox_rows.set(backlog.rows)
                self.measures.outbox_age.set(backlog.oldest_seconds)
                self.measures.relay_shards.set(sum(last - first + 1 for first, last in self.shards.ranges()))
            except Exception as error:  # noqa: BLE001  # A gauge that is not fresh must not end the relay.
                _log.debug("backlog not counted", error_kind=type(error).__name__)
            await asyncio.sleep(self.pace.count_every)
