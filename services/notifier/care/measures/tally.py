"""What is counted on one day: sums, and the largest and smallest of something. Adding tallies is adding days."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

PER_DOUBLING = 4
"""Buckets of a spread: a quarter of a power of two apart, so that what is read is exact to 19 %."""


@dataclass(slots=True)
class Tally:
    """``sums`` by name; a spread's buckets are named ``{spread}:{number}``. ``most`` and ``least`` by name.

    A store adds a tally to what it has: sums by ``$inc``, the others by ``$max`` and ``$min``.
    """

    sums: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    least: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, amount: float = 1) -> None:
        """Count something."""
        self.sums[name] = self.sums.get(name, 0) + amount

    def spread(self, name: str, value: float) -> None:
        """Count a value in the spread of its kind."""
        self.add(f"{name}:{bucket(value)}")
        self.most[name] = max(self.most.get(name, value), value)
        self.least[name] = min(self.least.get(name, value), value)

    def join(self, other: "Tally") -> None:
        """Add another one to it."""
        for name, amount in other.sums.items():
            self.add(name, amount)
        for name, value in other.most.items():
            self.most[name] = max(self.most.get(name, value), value)
        for name, value in other.least.items():
            self.least[name] = min(self.least.get(name, value), value)

    def count(self, name: str) -> int:
        """How many values are in a spread."""
        return int(sum(_buckets(self.sums, name).values()))

    def percentile(self, name: str, share: float) -> float:
        """The value that so large a share is at most; 0 of none. Never beyond the largest or the least."""
        buckets = _buckets(self.sums, name)
        wanted, seen = share * sum(buckets.values()), 0.0
        for number in sorted(buckets):
            seen += buckets[number]
            if seen >= wanted and seen > 0:
                return min(max(ceiling(number), self.least.get(name, 0.0)), self.most.get(name, math.inf))
        return 0.0


def bucket(value: float) -> int:
    """The bucket of a value; everything up to 1 is in bucket 0."""
    return max(0, math.ceil(PER_DOUBLING * math.log2(value) - 1e-9)) if value > 1 else 0


def ceiling(number: int) -> float:
    """The largest value of a bucket."""
    return float(2 ** (number / PER_DOUBLING))


def merged(tallies: Iterable[Tally]) -> Tally:
    """All of them as one."""
    total = Tally()
    for one in tallies:
        total.join(one)
    return total


def _buckets(sums: Mapping[str, float], name: str) -> dict[int, float]:
    prefix = f"{name}:"
    return {int(key.removeprefix(prefix)): count for key, count in sums.items() if key.startswith(prefix)}
