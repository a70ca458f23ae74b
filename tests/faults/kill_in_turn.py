"""`kill -9` of each service and of each server in turn, under load: nothing acknowledged may be lost or told twice."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.mongo import connect
from tests.faults.counting import Acknowledged, Counts, Kept, count_all
from tests.faults.running_stack import SERVERS, SERVICES, RunningStack


@dataclass(slots=True)
class Drill:
    """What happened: the kills with the seconds until each part ran again, and the counts at the end."""

    orders: int
    seed: int
    kills: list[dict[str, Any]] = field(default_factory=list)
    seconds_to_settle: float = 0.0
    """From the last acknowledgement until every message was settled and every page was up to date (I6)."""
    counts: Counts = field(default_factory=Counts)

    def as_json(self) -> dict[str, Any]:
        return {
            "orders": self.orders,
            "seed": self.seed,
            "kills": self.kills,
            "seconds_to_settle": round(self.seconds_to_settle, 1),
            **self.counts.as_json(),
        }


def run_drill(
    folder: Path,
    *,
    orders: int,
    rate: float,
    seed: int,
    between_kills: float = 4.0,
    parts: tuple[str, ...] = (*SERVICES, *SERVERS),
    say: Callable[[str], None] = print,
) -> Drill:
    """Start the stack, send `orders` at `rate` events a second, kill `parts` in turn, wait until all is settled, count.

    Bounded: the load ends by itself, and every wait has an end that raises TimeoutError.
    """
    drill = Drill(orders, seed)
    report = folder / "report.json"
    with RunningStack(folder / "stack") as stack:
        addresses = stack.addresses
        simulate = f"simulate --orders {orders} --rate {rate} --seed {seed} --report {report}"
        load = subprocess.Popen(
            [
                *(
                    sys.executable,
                    "-m",
                    "wismo.cli",
                    "--target",
                    addresses["target"],
                    "--api-key",
                    addresses["api_key"],
                ),
                *simulate.split(),
            ],
            stdout=(folder / "simulate.log").open("wb"),
            stderr=subprocess.STDOUT,
        )
        try:
            for part in parts:
                time.sleep(between_kills)
                still = load.poll() is None
                old = stack.kill(part)
                seconds = stack.wait_for_restart(part, old)
                drill.kills.append({"part": part, "under_load": still, "seconds_until_restart": round(seconds, 1)})
                say(f"killed {part}{'' if still else ' (the load had ended)'}; runs again after {seconds:.1f} s")
            load.wait(600)
        finally:
            if load.poll() is None:
                load.kill()
                load.wait()
        if load.returncode != 0:
            raise RuntimeError(
                f"simulate ended with {load.returncode}:\n{(folder / 'simulate.log').read_text()[-3000:]}"
            )
        drill.seconds_to_settle = _wait_until_settled(addresses["mongo_url"], report, 150, say)
        say(f"settled {drill.seconds_to_settle:.1f} s after the last acknowledgement")
        drill.counts = count_all(addresses, stack.folder, report)
    return drill


def _outstanding(mongo: str, report: Path) -> dict[str, int]:
    """What is still to be done, by kind; empty when all is settled."""
    acknowledged = Acknowledged.read(report)
    wanted = Kept.read(mongo, acknowledged).newest
    client = connect(mongo, "fault-drill")
    try:
        pages = client["wismo_status_page"]["orders"].find({"_id": {"$in": list(wanted)}}, {"sequence": 1})
        shown = {page["_id"]: page["sequence"] for page in pages}
        known = client["wismo_notifier"]["orders"].find({"_id": {"$in": list(wanted)}}, {"version": 1})
        heard = {order["_id"]: order["version"] for order in known}
        left = {
            "acknowledged orders unknown to orders": len(acknowledged.sequences.keys() - wanted.keys()),
            "rows in the outbox": len(list(client["wismo_orders"]["outbox"].find({}, {"_id": 1}))),
            "pages behind": sum(shown.get(order) != newest for order, newest in wanted.items()),
            "orders behind in the notifier": sum(heard.get(order) != newest for order, newest in wanted.items()),
        }
        for row in client["wismo_notifier"]["messages"].find({"state": {"$in": ["planned", "claimed"]}}, {"state": 1}):
            left[f"messages {row['state']}"] = left.get(f"messages {row['state']}", 0) + 1
    finally:
        client.close()
    return {what: number for what, number in left.items() if number}


def _wait_until_settled(mongo: str, report: Path, seconds: float, say: Callable[[str], None]) -> float:
    """Wait, saying every few seconds what is left; the seconds that it took."""
    began, said = time.monotonic(), 0.0
    while left := _outstanding(mongo, report):
        waited = time.monotonic() - began
        if waited > seconds:
            raise TimeoutError(f"not settled within {seconds:.0f} s: {left}")
        if waited - said > 5:
            said = waited
            say(f"after {waited:.0f} s still to be done: {left}")
        time.sleep(0.5)
    return time.monotonic() - began


def write_results(drill: Drill, folder: Path) -> None:
    """`results.json` and a table for people, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(drill.as_json(), indent=2) + "\n", encoding="utf-8")
    counts = drill.counts
    lines = [
        "# Killed in turn, under load",
        "",
        f"`kill -9` of every part in turn while `wismo simulate --orders {drill.orders}` runs; made by",
        "`make faults FAULTS=kill-in-turn`. A mail may come twice, with one Message-ID, where a kill fell between the",
        "end of its content and the server's answer: up to one for each sender thread and kill of notifier or inbox.",
        "",
        "| part | under load | seconds until it ran again |",
        "| --- | --- | ---: |",
        *(
            f"| {k['part']} | {'yes' if k['under_load'] else 'no'} | {k['seconds_until_restart']} |"
            for k in drill.kills
        ),
        "",
        "| what | count |",
        "| --- | ---: |",
        f"| events acknowledged to the backend | {counts.acknowledged} |",
        f"| events that Wismo itself recorded meanwhile (its own words were accepted) | {counts.reported_by_wismo} |",
        f"| published | {counts.published} |",
        f"| records published again, dropped by the consumers | {counts.published_again} |",
        f"| events on their page | {counts.on_the_page} |",
        f"| messages that the events call for | {counts.to_be_told} |",
        f"| told by mail | {counts.told} |",
        f"| told besides by the watchdog (a promise passed, a silence) | {counts.told_by_the_watchdog} |",
        f"| skipped, because newer news had overtaken them | {counts.skipped} |",
        f"| mails that came twice | {counts.told_again} |",
        *(f"| {name.replace('_', ' ')} | {number} |" for name, number in counts.wrong.items()),
        f"| seconds from the last acknowledgement until all was settled | {drill.seconds_to_settle:.1f} |",
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
