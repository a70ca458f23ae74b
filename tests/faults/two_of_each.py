"""Two processes of each kind at once, and one of each dies in the middle: work is shared, and nothing is told twice."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.counting import Counts, count_all
from tests.faults.load import Load, Say, wait_until_settled
from tests.faults.results import rows_of, table, write
from tests.faults.running_stack import RunningStack
from tests.faults.second import Second, counted

WORK = {
    "orders": (("wismo_orders_commands_total", "commands"), ("wismo_orders_relay_published_total", "records relayed")),
    "notifier": (
        ("wismo_notifier_planned_total", "messages planned"),
        ("wismo_notifier_messages_total", "messages settled"),
    ),
    "projector": (("wismo_projector_records", "records projected"),),
}
"""What each process of a kind counts of its work."""
WORDS = """\
A second orders (with its relay), notifier (with its watchdog) and projector run beside the first ones while
`wismo simulate` sends {orders} orders, its calls shared out between both orders services; made by
`make faults FAULTS=two-of-each`. In the middle the second ones are killed by `kill -9`, and started again. The shares
were counted before that. A mail may come twice, with one Message-ID, where the kill fell between the end of its
content and the server's answer."""


@dataclass(slots=True)
class Drill:
    """Shares of work: what, by the first and by the second process, before any was killed."""

    orders: int
    seed: int
    shares: list[dict[str, Any]] = field(default_factory=list)
    failed_calls: int = 0
    seconds_to_settle: float = 0.0
    counts: Counts = field(default_factory=Counts)

    @property
    def fine(self) -> bool:
        """Everybody did a part of everything. As many as were on the wire at the kill may come twice."""
        shared = all(one["first"] > 0 and one["second"] > 0 for one in self.shares)
        return self.counts.fine and shared and not self.failed_calls

    def as_json(self) -> dict[str, Any]:
        return {
            "orders": self.orders,
            "seed": self.seed,
            "shares": self.shares,
            "failed_calls": self.failed_calls,
            "seconds_to_settle": round(self.seconds_to_settle, 1),
            **self.counts.as_json(),
        }

    def write(self, folder: Path) -> None:
        shares = ((one["part"], one["what"], one["first"], one["second"]) for one in self.shares)
        failed = ("failed calls", self.failed_calls)
        tables = [
            table(("service", "what", "the first", "the second"), shares),
            table(("what", "count"), [failed, *rows_of(self.counts, self.seconds_to_settle)]),
        ]
        write(folder, "Two of each at once", WORDS.format(orders=self.orders), tables, self.as_json())


def run(folder: Path, *, orders: int, rate: float, seed: int, say: Say = print) -> Drill:
    """Start the stack and a second process of each kind, send, kill the second ones half-way, wait, count. Bounded."""
    drill = Drill(orders, seed)
    with RunningStack(folder / "stack") as stack, ExitStack() as left:
        known = stack.addresses
        seconds = {part: left.enter_context(Second(stack, part, folder)) for part in WORK}
        say("two of each run")
        before = {(ops, metric): counted(ops, metric) for _, ops, metric in _places(known, seconds)}
        target = f"ipv4:{known['target']},{seconds['orders'].grpc}"
        with Load(known, folder, orders=orders, rate=rate, seed=seed, target=target) as load:
            time.sleep(15)
            for part, works in WORK.items():
                for metric, what in works:
                    first, second = (
                        int(counted(ops, metric) - before[ops, metric])
                        for ops in (known["ops"][part], seconds[part].ops)
                    )
                    drill.shares.append({"part": part, "what": what, "first": first, "second": second})
                    say(f"{part}: {what}: {first} and {second}")
            for part in WORK:
                seconds[part].kill()
            say(f"the second ones were killed{'' if load.runs else ' (the load had ended)'}")
            time.sleep(5)
            for part in WORK:
                seconds[part].__enter__()
            say("and run again")
            report = load.finish()
        drill.failed_calls = len(report["never_acknowledged"]) + len(report["refused"])
        drill.seconds_to_settle = wait_until_settled(known["mongo_url"], load.report, 150, say)
        drill.counts = count_all(known, stack.folder, load.report)
    return drill


def _places(known: dict[str, Any], seconds: dict[str, Second]) -> list[tuple[str, str, str]]:
    return [
        (part, ops, metric)
        for part, works in WORK.items()
        for ops in (known["ops"][part], seconds[part].ops)
        for metric, _ in works
    ]
