"""What a benchmark states: a figure, beside what bounds it and what one would do otherwise, and whether that is good
enough.
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked of a figure. Several conditions must all hold; none set means that there is no goal.

    `of_limit` is the least share of the limit, `times_peer` the least multiple of the peer; `at_most_of_limit` is
    for times.
    """

    at_least: float | None = None
    at_most: float | None = None
    of_limit: float | None = None
    at_most_of_limit: float | None = None
    times_peer: float | None = None

    def text(self, unit: str) -> str:
        """The goal in words."""
        parts = []
        if self.times_peer is not None:
            parts.append(f"≥ {self.times_peer:g} × peer")
        if self.of_limit is not None:
            parts.append(f"≥ {self.of_limit:.0%} of limit")
        if self.at_most_of_limit is not None:
            parts.append(f"≤ {self.at_most_of_limit:g} × limit")
        if self.at_least is not None:
            parts.append(f"≥ {self.at_least:,g} {unit}")
        if self.at_most is not None:
            parts.append(f"≤ {self.at_most:,g} {unit}")
        return ", ".join(parts)

    def met(self, value: float, limit: float | None, peer: float | None) -> bool | None:
        """Whether it is reached; None when nothing is asked."""
        asked: list[bool] = []
        if self.at_least is not None:
            asked.append(value >= self.at_least)
        if self.at_most is not None:
            asked.append(value <= self.at_most)
        if self.of_limit is not None:
            asked.append(limit is not None and value >= self.of_limit * limit)
        if self.at_most_of_limit is not None:
            asked.append(limit is not None and value <= self.at_most_of_limit * limit)
        if self.times_peer is not None:
            asked.append(peer is not None and value >= self.times_peer * peer)
        return all(asked) if asked else None


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `ratio` is value to limit, or to peer where there is no limit."""

    name: str
    value: float
    unit: str
    limit: float | None
    peer: float | None
    ratio: float | None
    goal: str
    met: bool | None

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def make_row(
    name: str,
    value: float,
    unit: str,
    *,
    limit: float | None = None,
    peer: float | None = None,
    goal: Goal | None = None,
) -> Row:
    """A row with its ratio and verdict."""
    beside = limit or peer
    asked = goal or Goal()
    ratio = value / beside if beside else None
    return Row(name, value, unit, limit, peer, ratio, asked.text(unit), asked.met(value, limit, peer))
