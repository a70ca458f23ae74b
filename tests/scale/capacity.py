"""The formulas: from measured rates and sizes to processes, cores and bytes."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

DAYS = 365
SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Assumed:
    """What was not measured: how a shop's year and day go, and how full a machine may run."""

    busiest_day: float = 8.0
    """Orders of the busiest day, by those of a mean day."""
    busiest_hour: float = 2.5
    """The busiest hour's orders of that day, by those of its mean hour."""
    page_views: float = 6.0
    """Full pages per order."""
    load: float = 0.6
    """The part of its measured rate that a process is given in the busiest hour."""
    topic_days: int = 30
    """How long the topic keeps a record."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`rates`: works a second of one process with its database and load beside it, on a machine of `cores` cores.
    `per_order`: works per order. Bytes are of one copy, before compression, without indexes.
    """

    cores: int
    rates: dict[str, float]
    per_order: dict[str, float]
    stored_per_order: float
    topic_per_order: float

    @classmethod
    def read(cls, docs: Path, assumed: Assumed) -> "Measured":
        """From what `make bench`, `make simulate-year` and `make scale ARGS=sizes` wrote."""

        def row(part: str, name: str) -> float:
            rows = json.loads((docs / "benchmarks" / part / "results.json").read_text(encoding="utf-8"))["rows"]
            return float(next(one["value"] for one in rows if one["name"] == name))

        year = json.loads((docs / "simulation" / "results.json").read_text(encoding="utf-8"))
        sizes = json.loads((docs / "scale" / "sizes.json").read_text(encoding="utf-8"))
        events = year["events"] / year["orders"]
        return cls(
            cores=2,
            rates={
                "orders": row("intake", "unary RecordEvent, 64 callers"),
                "relay": row("relay", "backlog of 20,000 drained"),
                "notifier": row("notifier", "one process"),
                "watchdog": 1000 / row("watchdog", "one due watch, looked at, told and written back"),
                "page": row("page", "full page, cookie holder, made anew"),
            },
            per_order={
                "orders": events,
                "relay": events,
                "notifier": year["messages_per_order"]["mean"],
                "watchdog": year["watchdog_looks"] / year["orders"],
                "page": assumed.page_views,
            },
            stored_per_order=sum(size for name, size in sizes["per_order"].items() if name.startswith("wismo_")),
            topic_per_order=sizes["per_order"]["topic, bytes"],
        )

    @property
    def core_seconds(self) -> float:
        """Of an order's whole life: the sum of works x cores / rate."""
        return sum(self.per_order[part] * self.cores / rate for part, rate in self.rates.items())


@dataclass(frozen=True, slots=True)
class Needs:
    """What one size of shop needs. Rates are orders a second."""

    orders: int
    load: float
    mean: float
    peak: float
    processes: dict[str, int]
    partitions: int
    core_hours: float
    stored_gb: float
    topic_gb: float

    @classmethod
    def of(cls, orders: int, measured: Measured, assumed: Assumed) -> "Needs":
        """For `orders` a year."""
        mean = orders / DAYS / SECONDS_A_DAY
        peak = mean * assumed.busiest_day * assumed.busiest_hour
        processes = {
            part: max(math.ceil(peak * measured.per_order[part] / (rate * assumed.load)), 2)
            for part, rate in measured.rates.items()
        }
        return cls(
            orders=orders,
            load=assumed.load,
            mean=mean,
            peak=peak,
            processes=processes,
            # Twice the consumers, so that one more can be added and shares stay even; in steps of the default.
            partitions=max(12, 12 * math.ceil(2 * processes["notifier"] / 12)),
            core_hours=orders * measured.core_seconds / 3600,
            stored_gb=orders * measured.stored_per_order / 1e9,
            topic_gb=orders * measured.topic_per_order / 1e9 * assumed.topic_days / DAYS,
        )

    @property
    def title(self) -> str:
        """The size, and how full its processes may run in the busiest hour."""
        return f"{self.orders:,} orders a year, {self.load:.0%} full"
