"""Which shards this process relays: one lease each, taken in fair shares, given back when others want theirs."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from chassis.leases import Lease, LeaseLost
from chassis.logs import get_logger
from orders.use_cases.outbox import SHARDS

_log = get_logger(__name__)


class ShardLeases(Protocol):
    """Leases of shards, and who else wants some. chassis.AsyncLeases does the first three."""

    async def acquire(self, name: str) -> Lease | None:
        """The lease, or None while another holds it."""
        ...

    async def renew(self, lease: Lease) -> Lease:
        """The same lease with a later expiry. Raises LeaseLost."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give the lease back."""
        ...

    async def members(self) -> int:
        """How many relays live, this one included; asking is this one's own sign of life."""
        ...

    async def leave(self) -> None:
        """This relay stops: the others' shares grow at once."""
        ...


class Shards:
    """The shards held. `tend` renews, takes and gives back; a shard is held only while its time has not run out by our
    clock.
    """

    def __init__(
        self, leases: ShardLeases, *, renew_seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._leases = leases
        self._renew_seconds = renew_seconds
        self._monotonic = monotonic
        self._held: dict[int, Lease] = {}

    def holds(self, shard: int) -> bool:
        """Whether this process may publish rows of a shard now."""
        lease = self._held.get(shard)
        return lease is not None and not lease.is_over(self._monotonic())

    def ranges(self) -> list[tuple[int, int]]:
        """The shards held, as runs from first to last, so that few reads cover them."""
        runs: list[tuple[int, int]] = []
        for shard in (shard for shard in range(SHARDS) if self.holds(shard)):
            if runs and runs[-1][1] == shard - 1:
                runs[-1] = (runs[-1][0], shard)
            else:
                runs.append((shard, shard))
        return runs

    async def keep(self, changed: Callable[[], None]) -> None:
        """Tend for ever; `changed` is called whenever shards were taken."""
        while True:
            before = len(self._held)
            try:
                await self.tend()
            except Exception as error:  # noqa: BLE001  # The database may be down; leases then run out by themselves.
                _log.warning("leases not tended", error_kind=type(error).__name__)
            if len(self._held) > before:
                changed()
            await asyncio.sleep(self._renew_seconds)

    async def tend(self) -> None:
        """One round: renew what is held, give back what is more than a fair share, take what is free up to it."""
        fair = -(-SHARDS // max(1, await self._leases.members()))
        await asyncio.gather(*(self._renew(shard) for shard in list(self._held)))
        for shard in sorted(self._held, reverse=True)[: max(0, len(self._held) - fair)]:
            await self._leases.release(self._held.pop(shard))
        for shard in range(SHARDS):
            if len(self._held) >= fair:
                break
            if shard not in self._held:
                lease = await self._leases.acquire(f"relay/{shard:02d}")
                if lease is not None:
                    self._held[shard] = lease

    async def give_back(self) -> None:
        """Release everything, so that another relay goes on at once."""
        held, self._held = self._held, {}
        for lease in held.values():
            await self._leases.release(lease)
        await self._leases.leave()

    async def _renew(self, shard: int) -> None:
        try:
            self._held[shard] = await self._leases.renew(self._held[shard])
        except LeaseLost:
            self._held.pop(shard, None)
            _log.warning("shard lost to another relay", shard=shard)
