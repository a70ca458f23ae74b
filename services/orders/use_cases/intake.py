"""Group commit: commands that arrive together share one transaction.

One group is in flight; the next one gathers meanwhile, so that groups grow with the load by themselves. Two in flight
were measured to halve the groups and the rate. Each command is answered by itself once its group is durable: a refused
or failing one never takes another with it.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chassis import tracing
from chassis.clock import Clock
from orders.domain.vocabulary import Effect
from orders.measures import Measures
from orders.use_cases.commands import Answer, Command
from orders.use_cases.errors import Overloaded, Unavailable, stopping
from orders.use_cases.folding import Outcome, fold_group
from orders.use_cases.moments import to_milliseconds
from orders.use_cases.order_cache import OrderCache
from orders.use_cases.ports import Encoding, OrderStore, StoreConflict, StoreUnavailable
from orders.use_cases.stored import Changes, StoredOrder


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """`group` commands share a transaction at most, `waiting` may queue; a group is split after `conflicts` tries.

    In seconds: how long a group of several may gather while the one before is answered, and after what pause in
    arrivals it goes at once.
    """

    group: int = 256
    waiting: int = 8192
    conflicts: int = 4
    gather: float = 0.03
    pause: float = 0.004


@dataclass(slots=True, eq=False)
class _Item:
    command: Command
    answer: "asyncio.Future[Answer]"


class Intake:
    """Takes commands and answers them, durably. Belongs to one event loop; `run` does the work until `drain` has
    emptied it.
    """

    def __init__(
        self,
        store: OrderStore,
        encoding: Encoding,
        clock: Clock,
        measures: Measures,
        *,
        cache: OrderCache | None = None,
        limits: IntakeLimits | None = None,
        on_commit: Callable[[Changes], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._encoding = encoding
        self._clock = clock
        self._measures = measures
        self._cache = cache if cache is not None else OrderCache()
        self._limits = limits or IntakeLimits()
        self._on_commit = on_commit
        self._queue: deque[_Item] = deque()
        self._in_flight: Sequence[_Item] = ()
        self._wake = asyncio.Event()
        self._drained = asyncio.Event()
        self._draining = False
        self._waiting = measures.waiting
        self._effects = {effect: measures.commands.labels(effect.name.lower()) for effect in Effect}

    def submit(self, command: Command) -> "asyncio.Future[Answer]":
        """Queue a command; the future holds its answer or the error that refuses it.

        Cancelling it (the caller went away, or its time is up) takes a command that still waits out of the
        queue. Raises Overloaded or Unavailable at once when nothing more is taken.
        """
        if self._draining:
            raise stopping()
        if len(self._queue) >= self._limits.waiting:
            raise Overloaded("Too many calls are waiting; nothing was written. Call again in a moment.")
        if traceparent := tracing.current():
            command = replace(command, traceparent=traceparent)
        item = _Item(command, asyncio.get_running_loop().create_future())
        self._queue.append(item)
        self._wake.set()
        return item.answer

    async def run(self) -> None:
        """Work until drained. Ends only by itself, or when cancelled (what waits is then answered with Unavailable)."""
        try:
            while True:
                if not self._queue:
                    if self._draining:
                        self._drained.set()
                        return
                    self._wake.clear()
                    await self._wake.wait()
                    continue
                group = self._take()
                if group:
                    self._in_flight = group
                    await self._commit(group)
                    self._in_flight = ()
                    await self._gather(len(group))
        finally:
            for item in [*self._in_flight, *self._queue]:
                _fail(item, stopping())
            self._queue.clear()
            self._drained.set()

    async def drain(self) -> None:
        """Take no more, and return once everything taken is answered (when `run` is running)."""
        self._draining = True
        self._wake.set()
        await self._drained.wait()

    async def _gather(self, expected: int) -> None:
        """Let the callers that were just answered send what comes next, so that groups stay as large as they were.

        A transaction costs the same few round trips for one command and for a hundred; without this, those who were
        quickest would travel in small groups while the others still wait to be read. A lone caller never waits here.
        """
        if expected <= 1:
            return
        loop = asyncio.get_running_loop()
        began = grown_at = loop.time()
        waiting = len(self._queue)
        while waiting < min(expected, self._limits.group) and not self._draining:
            await asyncio.sleep(self._limits.pause / 4)
            now = loop.time()
            if len(self._queue) > waiting:
                waiting, grown_at = len(self._queue), now
            if now - grown_at > self._limits.pause or now - began > self._limits.gather:
                return

    def _take(self) -> list[_Item]:
        group: list[_Item] = []
        while self._queue and len(group) < self._limits.group:
            item = self._queue.popleft()
            if not item.answer.done():  # Done already means that its caller went away or ran out of time.
                group.append(item)
        self._waiting.set(len(self._queue))
        return group

    async def _commit(self, group: Sequence[_Item]) -> None:
        for attempt in range(1, self._limits.conflicts + 1):
            try:
                outcomes = await self._attempt([item.command for item in group])
            except StoreConflict:
                self._measures.conflicts.inc()
                self._forget(group)
                # Evenly over a span that doubles: two replicas that met must not meet again.
                await asyncio.sleep(random.uniform(0, 0.004 * 2**attempt))  # noqa: S311  # Jitter needs no secrecy.
                continue
            except StoreUnavailable as down:
                self._forget(group)
                for item in group:
                    _fail(item, _unavailable(nothing_written=down.nothing_written))
                return
            except Exception as error:  # noqa: BLE001  # A document that the database refuses, or a defect of ours.
                self._forget(group)
                await self._split(group, error)
                return
            self._settle(group, outcomes)
            return
        contention = Overloaded("The order is being changed by others all the time; call again.", reason="CONTENTION")
        await self._split(group, contention)

    async def _split(self, group: Sequence[_Item], error: Exception) -> None:
        """Find the command that fails by itself, by halves; the others are committed."""
        if len(group) == 1:
            _fail(group[0], error)
            return
        middle = len(group) // 2
        await self._commit(group[:middle])
        await self._commit(group[middle:])

    async def _attempt(self, commands: Sequence[Command]) -> list[Outcome]:
        started, since = asyncio.get_running_loop().time(), time.time_ns()
        cached: dict[str, StoredOrder | None] = {}
        for command in commands:
            if command.key not in cached:
                cached[command.key] = self._cache.get(command.key)
        async with self._store.transaction() as transaction:
            known = {key: order.version if order else 0 for key, order in cached.items()}
            cached.update(await transaction.read(known))
            outcomes, changes = fold_group(commands, cached, to_milliseconds(self._clock.now()), self._encoding)
            if changes:
                await transaction.write(changes)
        for order in (*changes.created, *changes.replaced):
            self._cache.put(order)
        for row in changes.outbox:
            tracing.begin("outbox write", parent=row.traceparent, since=since, wismo__event_id=row.event_id).end()
        if changes:
            self._on_commit(changes)
        self._measures.group_size.observe(len(commands))
        self._measures.commit_seconds.observe(asyncio.get_running_loop().time() - started)
        return outcomes

    def _settle(self, group: Sequence[_Item], outcomes: Sequence[Outcome]) -> None:
        for item, outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Exception):
                _fail(item, outcome)
            else:
                self._effects[Effect(outcome.effect)].inc()
                if not item.answer.done():
                    item.answer.set_result(outcome)

    def _forget(self, group: Sequence[_Item]) -> None:
        for item in group:
            self._cache.forget(item.command.key)


def _fail(item: _Item, error: Exception) -> None:
    if not item.answer.done():
        item.answer.set_exception(error)


def _unavailable(*, nothing_written: bool) -> Unavailable:
    if nothing_written:
        return Unavailable("The database does not answer. Nothing was written; call again with the same request_id.")
    return Unavailable(
        "The database did not confirm the write. It may have taken place: call again with the same request_id.",
        reason="OUTCOME_UNKNOWN",
    )
