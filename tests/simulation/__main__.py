"""`python -m tests.simulation`: a shop's year with disasters, into docs/simulation/."""

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.report import results, write
from tests.simulation.year import run

_FOLDER = Path(__file__).resolve().parents[2] / "docs" / "simulation"


def main(arguments: list[str]) -> int:
    """Live the year, show and write what came of it. Fails when a buyer was in the dark or an alert was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000, help="how many orders (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of all chance (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="processes to live in (default: %(default)s)")
    parser.add_argument("--into", type=Path, default=_FOLDER, help="where results.json, report.md and the plots go")
    asked = parser.parse_args(arguments)
    console = Console()
    columns = (TextColumn("living a year"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    started = time.monotonic()
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=asked.orders)
        year = run(asked.seed, asked.orders, lambda done: bar.update(task, completed=done), asked.workers)
    figures = results(year, asked.seed, time.monotonic() - started)
    write(year, figures, asked.into)
    for name, value in figures.items():
        console.print(f"{name:34}", value, highlight=False)
    console.print(f"written to {asked.into}")
    return int(bool(year.dark or year.missed or year.early))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
