"""`python -m tests.faults [kill-in-turn] [--orders N]`: the long drills, each into docs/faults/<name>/."""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.faults.kill_in_turn import run_drill, write_results

DOCS = Path(__file__).resolve().parents[2] / "docs" / "faults"


def main() -> int:
    """0 when every drill found nothing wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drill", nargs="?", default="all", choices=["all", "kill-in-turn"])
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--rate", type=float, default=30.0, help="events a second")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="wismo-faults-") as folder:
        drill = run_drill(
            Path(folder),
            orders=options.orders,
            rate=options.rate,
            seed=options.seed,
            say=console.print,
        )
    write_results(drill, DOCS / "kill-in-turn")
    console.print_json(data=drill.as_json())
    return 0 if drill.counts.fine else 1


if __name__ == "__main__":
    sys.exit(main())
