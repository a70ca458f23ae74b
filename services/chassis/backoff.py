"""How long to wait before trying again: exponential with full jitter, bounded."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from ``initial`` to ``maximum`` seconds, each drawn evenly from zero to its bound.

    Full jitter spreads many clients that failed together over the whole interval, so that they do not come back
    together. ``floor`` is added nowhere but holds from below: no wait is shorter. ``draw`` yields numbers in [0, 1) and
    is replaced in tests.
    """

    initial: float = 0.1
    maximum: float = 30.0
    floor: float = 0.0
    draw: Callable[[], float] = random.random

    def bound(self, attempt: int) -> float:
        """The longest wait in seconds after failed attempt number ``attempt``, counted from 1."""
        if attempt < 1:
            raise ValueError(f"attempts are counted from 1, not {attempt}")
        # Past 2**60 a float multiplication would overflow long after the maximum has been reached anyway.
        return min(self.maximum, self.initial * 2.0 ** min(attempt - 1, 60))

    def delay(self, attempt: int) -> float:
        """Seconds to wait after failed attempt number ``attempt``, counted from 1."""
        return max(self.floor, self.draw() * self.bound(attempt))

    def delays(self) -> Iterator[float]:
        """The waits one after the other, without end."""
        attempt = 1
        while True:
            yield self.delay(attempt)
            attempt += 1
