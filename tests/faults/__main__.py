"""`python -m tests.faults [DRILL] [--orders N]`: the long drills, each into docs/faults/<name>/."""

import argparse
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from rich.console import Console

from tests.faults import erase, kill_in_turn, restore, rolling_restart, rotate, two_of_each

DOCS = Path(__file__).resolve().parents[2] / "docs" / "faults"
DRILLS: dict[str, ModuleType] = {
    "kill-in-turn": kill_in_turn,
    "rolling-restart": rolling_restart,
    "two-of-each": two_of_each,
    "rotate": rotate,
    "erase": erase,
    "restore": restore,
}


def main() -> int:
    """0 when every drill found nothing wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drill", nargs="?", default="all", choices=["all", *DRILLS])
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--rate", type=float, default=30.0, help="events a second")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    console = Console()
    fine = True
    for name in DRILLS if options.drill == "all" else [options.drill]:
        console.rule(name)
        with tempfile.TemporaryDirectory(prefix="wismo-faults-") as folder:
            drill = DRILLS[name].run(
                Path(folder), orders=options.orders, rate=options.rate, seed=options.seed, say=console.print
            )
        drill.write(DOCS / name)
        console.print_json(data=drill.as_json())
        fine = fine and drill.fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
