"""Follow orders as they change.

A watcher is put on the list, and the feed is known to be open, *before* orders are read as they are; whatever is
committed after that reading comes by the feed, and what the reading showed already is dropped by its sequence. So no
change falls between the two.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chassis.logs import get_logger
from orders.use_cases.errors import Overloaded, Unavailable, stopping
from orders.use_cases.outbox import ORDER_EVENTS
from orders.use_cases.ports import OutboxFeed
from orders.use_cases.stored import OutboxRow

_log = get_logger(__name__)
_BUFFERED = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """One record of the feed: the order's resource name, its sequence after it, and the encoded OrderEvent."""

    order: str
    sequence: int
    event: bytes


@dataclass(slots=True, eq=False)
class _Watcher:
    prefix: str
    orders: frozenset[str]
    changes: "asyncio.Queue[Change | Exception]" = field(default_factory=asyncio.Queue)

    def wants(self, order: str) -> bool:
        return order in self.orders if self.orders else order.startswith(self.prefix)


class Watching:
    """Hands what one feed tells to any number of watchers. The feed is open only while somebody watches."""

    def __init__(self, feed: OutboxFeed, count: Callable[[int], None], *, buffered: int = _BUFFERED) -> None:
        self._feed = feed
        self._count = count
        self._buffered = buffered
        self._watchers: set[_Watcher] = set()
        self._following: asyncio.Task[None] | None = None
        self._open: asyncio.Event = asyncio.Event()

    @asynccontextmanager
    async def watch(self, merchant: str, orders: Sequence[str]) -> AsyncIterator[AsyncIterator[Change]]:
        """Every change committed after the block was entered, of these orders (none: all of the merchant's).

        Those of one order come in order. The iterator raises Unavailable when the feed breaks, and Overloaded when the
        caller takes too long to keep up: either way begin anew with the orders as they are.
        """
        watcher = _Watcher(f"{merchant}/orders/", frozenset(orders))
        self._watchers.add(watcher)
        self._count(len(self._watchers))
        try:
            await self._ensure_open()
            yield _changes(watcher)
        finally:
            self._watchers.discard(watcher)
            self._count(len(self._watchers))
            if not self._watchers and self._following is not None:
                self._following.cancel()
                self._following = None
                self._open.clear()

    def end(self) -> None:
        """The process stops: every watcher is told to begin anew elsewhere."""
        for watcher in self._watchers:
            watcher.changes.put_nowait(stopping())

    async def _ensure_open(self) -> None:
        if self._following is None:
            self._following = asyncio.create_task(self._follow())
        opened = asyncio.create_task(self._open.wait())
        done, _ = await asyncio.wait({opened, self._following}, return_when=asyncio.FIRST_COMPLETED)
        if opened not in done:
            opened.cancel()
            raise _broken()

    async def _follow(self) -> None:
        try:
            async with self._feed.follow() as rows:
                self._open.set()
                async for row in rows:
                    if row.topic == ORDER_EVENTS:
                        self._hand_out(row)
        except Exception as error:  # noqa: BLE001  # Every watcher is told; the next one opens the feed anew.
            _log.warning("watching interrupted", error_kind=type(error).__name__, watchers=len(self._watchers))
        finally:
            if self._following is asyncio.current_task():
                self._following = None
                self._open.clear()
            for watcher in self._watchers:
                watcher.changes.put_nowait(_broken())

    def _hand_out(self, row: OutboxRow) -> None:
        change = Change(row.key, int(row.event_id.rpartition("#")[2]), row.value)
        for watcher in self._watchers:
            if not watcher.wants(row.key):
                continue
            if watcher.changes.qsize() >= self._buffered:
                watcher.changes.put_nowait(
                    Overloaded("The watcher does not keep up; call again with send_current.", reason="WATCH_TOO_SLOW")
                )
            else:
                watcher.changes.put_nowait(change)


async def _changes(watcher: _Watcher) -> AsyncIterator[Change]:
    while True:
        change = await watcher.changes.get()
        if isinstance(change, Exception):
            raise change
        yield change


def _broken() -> Unavailable:
    return Unavailable("Watching was interrupted; call again with send_current.", reason="WATCH_INTERRUPTED")
