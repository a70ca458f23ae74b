"""`python -m tests.scale [day|sizes]`: the capacity table and the busiest day, or the bytes of an order anew."""

import argparse
import json
import sys
import tempfile
from dataclasses import fields, replace
from pathlib import Path

from tests.scale.busiest_day import SALE_FACTOR, day
from tests.scale.capacity import Assumed, Measured, Needs
from tests.scale.report import write
from tests.scale.sizes import measure

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> int:
    """Write into docs/scale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", default="day", choices=["day", "sizes"])
    parser.add_argument("--orders", type=int, nargs="+", default=[10**6, 10**8, 10**9], help="a year, for `day`")
    parser.add_argument("--seed", type=int, default=1)
    for each in fields(Assumed):
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=type(each.default), default=each.default)
    options = parser.parse_args()
    folder = DOCS / "scale"
    folder.mkdir(exist_ok=True)
    if options.what == "sizes":
        sent = 200
        with tempfile.TemporaryDirectory(prefix="wismo-scale-") as temporary:
            found = measure(Path(temporary), orders=sent, rate=50.0, seed=options.seed)
        content = {"orders": sent, "per_order": found}
        (folder / "sizes.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        return 0
    assumed = Assumed(**{each.name: getattr(options, each.name) for each in fields(Assumed)})
    measured = Measured.read(DOCS, assumed)
    needs = [Needs.of(orders, measured, assumed) for orders in options.orders]
    # And the largest one with room for the sale.
    needs.append(Needs.of(max(options.orders), measured, replace(assumed, load=0.9 / SALE_FACTOR)))
    write(folder, measured, assumed, needs, {one.title: day(one, measured, assumed, options.seed) for one in needs})
    return 0


if __name__ == "__main__":
    sys.exit(main())
