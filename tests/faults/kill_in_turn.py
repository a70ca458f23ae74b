"""`kill -9` of each service and of each server in turn, under load: nothing acknowledged may be lost or told twice."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.counting import Counts, count_all
from tests.faults.load import Load, Say, wait_until_settled
from tests.faults.results import rows_of, table, write
from tests.faults.running_stack import SERVERS, SERVICES, RunningStack

WORDS = """\
`kill -9` of every part in turn while `wismo simulate` sends {orders} orders; made by
`make faults FAULTS=kill-in-turn`. A mail may come twice, with one Message-ID, where a kill fell between the
end of its content and the server's answer: up to one for each sender thread and kill of notifier or inbox."""


@dataclass(slots=True)
class Drill:
    """What happened: the kills with the seconds until each part ran again, and the counts at the end."""

    orders: int
    seed: int
    kills: list[dict[str, Any]] = field(default_factory=list)
    seconds_to_settle: float = 0.0
    """From the last acknowledgement until every message was settled and every page was up to date (I6)."""
    counts: Counts = field(default_factory=Counts)

    @property
    def fine(self) -> bool:
        return self.counts.fine

    def as_json(self) -> dict[str, Any]:
        return {
            "orders": self.orders,
            "seed": self.seed,
            "kills": self.kills,
            "seconds_to_settle": round(self.seconds_to_settle, 1),
            **self.counts.as_json(),
        }

    def write(self, folder: Path) -> None:
        kills = ((k["part"], "yes" if k["under_load"] else "no", k["seconds_until_restart"]) for k in self.kills)
        tables = [
            table(("part", "under load", "seconds until it ran again"), kills),
            table(("what", "count"), rows_of(self.counts, self.seconds_to_settle)),
        ]
        write(folder, "Killed in turn, under load", WORDS.format(orders=self.orders), tables, self.as_json())


def run(
    folder: Path,
    *,
    orders: int,
    rate: float,
    seed: int,
    say: Say = print,
    between_kills: float = 4.0,
    parts: tuple[str, ...] = (*SERVICES, *SERVERS),
) -> Drill:
    """Start the stack, send `orders` at `rate` events a second, kill `parts` in turn, wait until all is settled, count.

    Bounded: the load ends by itself, and every wait has an end that raises TimeoutError.
    """
    drill = Drill(orders, seed)
    with RunningStack(folder / "stack") as stack:
        with Load(stack.addresses, folder, orders=orders, rate=rate, seed=seed) as load:
            for part in parts:
                time.sleep(between_kills)
                still = load.runs
                old = stack.kill(part)
                seconds = stack.wait_for_restart(part, old)
                drill.kills.append({"part": part, "under_load": still, "seconds_until_restart": round(seconds, 1)})
                say(f"killed {part}{'' if still else ' (the load had ended)'}; runs again after {seconds:.1f} s")
            load.finish()
        drill.seconds_to_settle = wait_until_settled(stack.addresses["mongo_url"], load.report, 150, say)
        say(f"settled {drill.seconds_to_settle:.1f} s after the last acknowledgement")
        drill.counts = count_all(stack.addresses, stack.folder, load.report)
    return drill
