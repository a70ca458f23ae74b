"""`python -m tests.bench intake|relay|notifier|page|watchdog|all`: measure, show, and write to docs/benchmarks/."""

import argparse
import importlib
import sys
from pathlib import Path

from tests.bench.report import ROUNDS, Report

PARTS = {
    "intake": "Intake: events acknowledged, durable before the answer",
    "relay": "Relay: outbox to broker acknowledgement",
    "notifier": "Notifier: events to mails",
    "page": "Status page",
    "watchdog": "Watchdog: a tick by how much is watched",
}


def main(arguments: list[str]) -> int:
    """Measure the parts asked for. The status tells whether a part failed to run, not whether goals are met: that the
    table says.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", choices=[*PARTS, "all"])
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="rounds of which the median counts (default: %(default)s)"
    )
    parser.add_argument("--into", type=Path, help="write below this folder instead of docs/benchmarks/")
    asked = parser.parse_args(arguments)
    for part in PARTS if asked.part == "all" else [asked.part]:
        report = Report(part, PARTS[part], rounds_wanted=asked.rounds)
        importlib.import_module(f"tests.bench.{part}").run(report)
        report.show()
        folder = report.write(asked.into / part if asked.into else None)
        report.console.print(f"written to {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
