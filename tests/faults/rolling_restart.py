"""Every service is restarted in turn, as an upgrade does: no call fails, and nothing is lost or told twice."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.counting import Counts, count_all
from tests.faults.load import Load, Say, wait_until_settled
from tests.faults.results import rows_of, table, write
from tests.faults.running_stack import SERVICES, RunningStack

WORDS = """\
Every service gets TERM and is started again, one after the other and twice round, while `wismo simulate` sends
{orders} orders; made by `make faults FAULTS=rolling-restart`. There is one process of each kind, which is harder than
what a cluster does: while it starts, nobody else answers, and the client tries again. `failed calls` are those that
stayed without an acknowledgement after that."""


@dataclass(slots=True)
class Drill:
    """What happened: each restart with how long the old process took to end and the new one to be ready."""

    orders: int
    seed: int
    restarts: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0
    failed_calls: int = 0
    tries_again: int = 0
    seconds_to_settle: float = 0.0
    counts: Counts = field(default_factory=Counts)

    @property
    def fine(self) -> bool:
        """Also no mail twice: a graceful end leaves none in doubt."""
        gently = all(one["ended_with_grace"] and one["under_load"] for one in self.restarts)
        return self.counts.fine and gently and not self.failed_calls and not self.counts.told_again

    def as_json(self) -> dict[str, Any]:
        return {
            "orders": self.orders,
            "seed": self.seed,
            "restarts": self.restarts,
            "calls": self.calls,
            "failed_calls": self.failed_calls,
            "tries_again": self.tries_again,
            "seconds_to_settle": round(self.seconds_to_settle, 1),
            **self.counts.as_json(),
        }

    def write(self, folder: Path) -> None:
        heads = ("part", "under load", "seconds until it had ended", "seconds until the next one was ready")
        restarts = (
            (one["part"], "yes" if one["under_load"] else "no", one["seconds_to_end"], one["seconds_until_ready"])
            for one in self.restarts
        )
        calls = [("calls", self.calls), ("failed calls", self.failed_calls), ("tries again", self.tries_again)]
        tables = [
            table(heads, restarts),
            table(("what", "count"), [*calls, *rows_of(self.counts, self.seconds_to_settle)]),
        ]
        write(folder, "Restarted in turn, under load", WORDS.format(orders=self.orders), tables, self.as_json())


def run(folder: Path, *, orders: int, rate: float, seed: int, say: Say = print, rounds: int = 2) -> Drill:
    """Start the stack, send `orders` at `rate` events a second, restart each service in turn, wait, count. Bounded."""
    drill = Drill(orders, seed)
    with RunningStack(folder / "stack") as stack:
        with Load(stack.addresses, folder, orders=orders, rate=rate, seed=seed) as load:
            for part in SERVICES * rounds:
                time.sleep(2.0)
                still = load.runs
                began = time.monotonic()
                old, in_time = stack.terminate(part)
                ended = time.monotonic() - began
                ready = stack.wait_for_restart(part, old)
                drill.restarts.append(
                    {
                        "part": part,
                        "under_load": still,
                        "ended_with_grace": in_time,
                        "seconds_to_end": round(ended, 1),
                        "seconds_until_ready": round(ready, 1),
                    }
                )
                say(f"{part} ended within {ended:.1f} s; the next one was ready {ready:.1f} s later")
            report = load.finish()
        drill.calls = sum(len(order["events"]) for order in report["orders"])
        drill.failed_calls = len(report["never_acknowledged"]) + len(report["refused"])
        drill.tries_again = int(report["summary"]["tries again"])
        drill.seconds_to_settle = wait_until_settled(stack.addresses["mongo_url"], load.report, 150, say)
        drill.counts = count_all(stack.addresses, stack.folder, load.report)
    return drill
