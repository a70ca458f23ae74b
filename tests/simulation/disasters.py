"""What goes wrong in the year: when the carrier strikes, the warehouse is silent, no mail leaves, buyers wave in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from notifier.sending.rows import Row
from tests.simulation.one_order import Handed


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which something is not as it should be."""

    begins: datetime
    ends: datetime

    def holds(self, at: datetime) -> bool:
        """Whether it is now."""
        return self.begins <= at < self.ends


def window(month: int, day: int, hour: int, hours: float) -> Window:
    """So many hours from then on, in the simulated year."""
    begins = datetime(YEAR, month, day, hour, tzinfo=UTC)
    return Window(begins, begins + timedelta(hours=hours))


YEAR = 2026
STRIKE = window(3, 9, 6, 10 * 24)
"""The carrier moves nothing and scans nothing."""
SILENT_WAREHOUSE = window(7, 6, 0, 6 * 24)
"""Nobody packs, and nobody says so."""
TRIAL_WAVE = window(9, 1, 0, 7 * 24)
OUTAGES = (window(2, 17, 7, 4), window(5, 21, 15, 9), window(10, 25, 0, 26), window(11, 27, 9, 3))
"""The mail provider takes nothing. The third one lies over the end of summer time, the last in the busiest days."""
BACK_AFTER = timedelta(minutes=10)
"""By then the queue of an outage has left."""


class SimulatedPost:
    """The way to one buyer: outages for all, and an address of their own that may be wrong."""

    def __init__(self, random: Random, *, wrong: bool, full: bool) -> None:
        self._random = random
        self.wrong = wrong
        """Every message comes back for good, until the shop has mended the address."""
        self._full = full

    def hand_over(self, row: Row, at: datetime) -> Handed:
        seconds = timedelta(seconds=self._random.uniform(0.5, 9))
        for outage in OUTAGES:
            if outage.holds(at):
                return Handed(outage.ends + timedelta(minutes=1) + seconds * 20)
        accepted = at + seconds
        if self.wrong:
            return Handed(accepted, accepted + timedelta(minutes=self._random.uniform(1, 20)), permanent=True)
        if self._full:
            self._full = False
            return Handed(accepted, accepted + timedelta(minutes=self._random.uniform(1, 90)))
        return Handed(accepted)
