"""How long parcels take, learnt from those that arrived: observed in the commit of each delivery, folded by one process
at a time, and remembered by every process that takes events.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry

from chassis.leases import Lease
from chassis.logs import get_logger
from orders.domain.transits import Counts, Road, Transit, learnt, road_of
from orders.measures import Measures

_log = get_logger(__name__)
_LEASE = "transits"


def _unseen() -> Measures:
    """Measures that nobody scrapes."""
    return Measures(CollectorRegistry())


@dataclass(frozen=True, slots=True)
class Learnt:
    """The counts of roads that have changed, and from when on to ask for the next ones."""

    roads: Sequence[tuple[Road, Counts]]
    until: datetime | None


class TransitStore(Protocol):
    """Where deliveries are observed and counted. Every method raises StoreUnavailable."""

    async def fold(self, limit: int) -> int:
        """Count observations, at most so many, each exactly once; how many there were."""
        ...

    async def changed(self, since: datetime | None) -> Learnt:
        """Every road that was counted anew since then, some perhaps once more than needed; None is all roads."""
        ...


class OneAtATime(Protocol):
    """Leases, as chassis has them."""

    async def acquire(self, name: str) -> Lease | None:
        """The lease, also when it is held already; None while another holds it."""
        ...


@dataclass(slots=True)
class TransitLearner:
    """Counts what was observed. Any number may run; one works. Two at once would do no harm but work in vain."""

    store: TransitStore
    leases: OneAtATime
    batch: int = 500
    pause: float = 5.0
    measures: Measures = field(default_factory=_unseen)

    async def run(self) -> None:
        """For ever. An outage is waited for."""
        while True:
            try:
                if await self.leases.acquire(_LEASE) is not None:
                    while await self._fold() == self.batch:
                        await self.leases.acquire(_LEASE)
            except Exception as error:  # noqa: BLE001  # The database may be down, or a defect shows: never end.
                self.measures.transit_failures.labels("count").inc()
                _log.warning("transits not counted", error_kind=type(error).__name__)
            await asyncio.sleep(self.pause)

    async def _fold(self) -> int:
        counted = await self.store.fold(self.batch)
        self.measures.transits_counted.inc(counted)
        return counted


@dataclass(slots=True)
class LearntTransits:
    """What was learnt, in memory: folding asks it for every hand-over, and never waits. Some seconds behind."""

    store: TransitStore
    pause: float = 10.0
    measures: Measures = field(default_factory=_unseen)
    _known: dict[Road, Transit] = field(default_factory=dict)
    _until: datetime | None = None

    def transit(self, merchant: str, carrier: str, country: str) -> Transit | None:
        """How long this merchant's parcels take, or None while nobody knows."""
        return self._known.get(road_of(merchant, carrier, country))

    async def refresh(self) -> None:
        """Read what has changed. Raises StoreUnavailable."""
        news = await self.store.changed(self._until)
        self._until = news.until
        for road, counts in news.roads:
            transit = learnt(counts)
            if transit is not None:
                self._known[road] = transit
        self.measures.transit_roads.set(len(self._known))

    async def keep(self) -> None:
        """Read what has changed now and then, for ever."""
        while True:
            try:
                await self.refresh()
            except Exception as error:  # noqa: BLE001  # The database may be down; what is known stays known.
                self.measures.transit_failures.labels("read").inc()
                _log.debug("transits not read", error_kind=type(error).__name__)
            await asyncio.sleep(self.pause)
