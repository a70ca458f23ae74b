"""What the run has seen so far: acknowledged, refused, not acknowledged, and how long it took."""

import json
from bisect import insort
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from wismo.cli.simulation.plans import Plan


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One request that the server has answered. `seconds`: from the first try to the answer; `sequence`: 0 where the
    answer names none.
    """

    order: str
    request_id: str
    kind: str
    sequence: int
    effect: str
    acked_at: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """One request that was refused, or never answered."""

    order: str
    request_id: str
    kind: str
    error: str
    reason: str


@dataclass
class Tally:
    """Counts and lists. Never sampled: fault tests check every single acknowledgement."""

    planned: int = 0
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: list[Failed] = field(default_factory=list)
    unanswered: list[Failed] = field(default_factory=list)
    retries: int = 0
    waiting: int = 0
    last_error: str = ""
    seconds: float = 0.0
    disasters: Counter[str] = field(default_factory=Counter)
    """How many of the planned orders each disaster befell."""
    _waits: list[float] = field(default_factory=list)

    @property
    def done(self) -> int:
        return len(self.acknowledged) + len(self.refused) + len(self.unanswered)

    @property
    def effects(self) -> Counter[str]:
        return Counter(each.effect for each in self.acknowledged)

    def percentile(self, share: float) -> float:
        """Seconds within which this share of the acknowledgements came; 0 before the first."""
        waits = self._waits
        return waits[min(len(waits) - 1, int(share * len(waits)))] if waits else 0.0

    def acknowledge(self, each: Acknowledged) -> None:
        """Note one acknowledgement."""
        self.acknowledged.append(each)
        insort(self._waits, each.seconds)

    def rows(self) -> list[tuple[str, str]]:
        """The summary, as names and values."""
        rate = self.done / self.seconds if self.seconds else 0.0
        effects = self.effects
        return [
            ("orders", str(len({each.order for each in self.acknowledged}))),
            ("requests acknowledged", f"{len(self.acknowledged)} of {self.planned}"),
            *((f"  {effect}", str(effects[effect])) for effect in sorted(effects)),
            *((name, f"{count} orders") for name, count in sorted(self.disasters.items())),
            ("refused", str(len(self.refused))),
            ("never acknowledged", str(len(self.unanswered))),
            ("tries again", str(self.retries)),
            ("seconds", f"{self.seconds:.1f}"),
            ("requests per second", f"{rate:.1f}"),
            ("acknowledged within, p50", f"{self.percentile(0.5) * 1000:.1f} ms"),
            ("acknowledged within, p99", f"{self.percentile(0.99) * 1000:.1f} ms"),
        ]


def report(tally: Tally, plans: list[Plan], run: dict[str, Any]) -> dict[str, Any]:
    """Everything, order by order. `events` are in the order of their acknowledgement."""
    by_order: dict[str, list[dict[str, Any]]] = {}
    for each in tally.acknowledged:
        by_order.setdefault(each.order, []).append(asdict(each))
    return {
        "run": run,
        "summary": dict(tally.rows()),
        "orders": [
            {
                "order": name,
                "reference": plan.order.reference,
                "buyer_email": plan.order.buyer.email,
                "locale": plan.order.buyer.locale,
                "postcode": plan.order.buyer.shipping_address.postcode,
                "highest_sequence": max((each["sequence"] for each in by_order[name]), default=0),
                "disasters": sorted(plan.befell),
                "events": by_order[name],
            }
            for plan in plans
            if (name := f"{run['merchant']}/orders/{plan.order.reference}") in by_order
        ],
        "refused": [asdict(each) for each in tally.refused],
        "never_acknowledged": [asdict(each) for each in tally.unanswered],
    }


def write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all: a reader never sees half a report."""
    half = path.with_name(path.name + ".part")
    half.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    half.replace(path)
