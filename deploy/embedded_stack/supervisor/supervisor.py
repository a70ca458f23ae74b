"""Starts parts in the order of their needs, restarts what dies, stops all in the opposite order."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from embedded_stack.servers.data_folder import DataFolder
from embedded_stack.supervisor.keeper import Keeper
from embedded_stack.supervisor.part import Part
from embedded_stack.supervisor.watcher import Watcher


class DoesNotStartError(RuntimeError):
    """A part died again and again before it was ready even once."""


class Supervisor:
    """Runs `parts` until `stop`. Belongs to one event loop, on the main thread (see servers/guard.py for why)."""

    def __init__(self, parts: Sequence[Part], watcher: Watcher, *, logs: Path, pids: DataFolder) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._parts = list(parts)
        self._keepers = {part.name: Keeper(part, watcher, logs / f"{part.name}.log", pids) for part in parts}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Start all. Returns when each was ready once; raises DoesNotStartError when one will not be."""
        for part in self._parts:
            needed = [self._keepers[name].was_ready for name in part.needs]
            self._tasks[part.name] = asyncio.create_task(self._keepers[part.name].keep(needed), name=part.name)
        all_ready = asyncio.create_task(self._all_ready())
        try:
            # A keeper ends by itself only when it gives up.
            await asyncio.wait([all_ready, *self._tasks.values()], return_when=asyncio.FIRST_COMPLETED)
            self._raise_what_gave_up()
        finally:
            all_ready.cancel()
            await asyncio.gather(all_ready, return_exceptions=True)

    async def run(self) -> None:
        """Keep all running. Only ends with an error of the supervisor itself, or cancelled."""
        await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        self._raise_what_gave_up()

    async def stop(self) -> None:
        """End all: what needs others first, what others need last. Safe to call at any time, and more than once."""
        left = list(self._parts)
        while left:
            needed = {name for part in left for name in part.needs}
            # Parts that need each other in a ring would never start, and are all ended together.
            last = [part for part in left if part.name not in needed] or left
            await asyncio.gather(*(self._stop(part) for part in last))
            left = [part for part in left if part not in last]

    def kill(self) -> None:
        """End everything at once, without asking."""
        for keeper in self._keepers.values():
            keeper.kill()

    async def _all_ready(self) -> None:
        for keeper in self._keepers.values():
            await keeper.was_ready.wait()

    async def _stop(self, part: Part) -> None:
        keeper = self._keepers[part.name]
        await keeper.stop()
        if task := self._tasks.get(part.name):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _raise_what_gave_up(self) -> None:
        for name, task in self._tasks.items():
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise DoesNotStartError(f"{name} does not start: {error}") from error
