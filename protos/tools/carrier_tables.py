"""Write docs/carriers.md from the mappings of `wismo.client.carriers`; `--check` only compares, as a test does."""

import sys
from collections.abc import Mapping
from pathlib import Path

from wismo.client.carriers import CarrierWord, aftership, easypost, karrio, shopify
from wismo.client.carriers.aftership import SUBTAGS, TAGS
from wismo.client.carriers.easypost import DETAILS
from wismo.client.carriers.easypost import STATUSES as EASYPOST
from wismo.client.carriers.karrio import REASONS
from wismo.client.carriers.karrio import STATUSES as KARRIO
from wismo.client.carriers.shopify import STATUSES as SHOPIFY

PAGE = Path(__file__).resolve().parents[2] / "docs" / "carriers.md"
INTRODUCTION = """\
# Carriers' words in Wismo's vocabulary

Made from `wismo.client.carriers` by `python protos/tools/carrier_tables.py`; a test holds it to the code. Status and
reason are those of [tracking.proto](../protos/wismo/orders/v1/tracking.proto).
A value that a table does not have is sent as `IN_TRANSIT` (a reason as `OTHER`), with the value as `carrier_code`.
"""


def page() -> str:
    """The whole page."""
    parts = [
        INTRODUCTION,
        _table("AfterShip: tags", "tag", {tag: aftership(tag) for tag in TAGS}),
        _table(
            "AfterShip: subtags",
            "subtag",
            {subtag: aftership(subtag.partition("_")[0], subtag) for subtag in sorted(SUBTAGS)},
            "A subtag says more than its tag and wins over it; one that is not here counts as its tag.",
        ),
        _table(
            "Shopify: FulfillmentEventStatus and FulfillmentDisplayStatus",
            "status",
            {one: shopify(one) for one in SHOPIFY},
        ),
        _table("Karrio: statuses", "status", {one: karrio(one) for one in KARRIO}),
        _reasons(),
        _table("EasyPost: statuses", "status", {one: easypost(one) for one in EASYPOST}),
        _table(
            "EasyPost: status details",
            "detail",
            {detail: easypost("in_transit", detail) for detail in DETAILS},
            "As they come with `in_transit`. With `delivered`, `available_for_pickup`, `return_to_sender` and "
            "`cancelled` the status stays, and the detail gives the reason only.",
        ),
    ]
    return "\n".join(parts)


def _table(title: str, heading: str, words: Mapping[str, CarrierWord], note: str = "") -> str:
    lines = [f"## {title}", "", *([note, ""] if note else []), f"| {heading} | status | reason | handed over |"]
    lines.append("| --- | --- | --- | --- |")
    for value, word in words.items():
        reason = f"`{word.reason.name}`" if word.reason else ""
        mode = f"`{word.delivery_mode.name}`" if word.delivery_mode else ""
        lines.append(f"| `{value}` | `{word.status.name}` | {reason} | {mode} |")
    return "\n".join(lines) + "\n"


def _reasons() -> str:
    lines = [
        "## Karrio: incident reasons",
        "",
        "The status is that of the event.",
        "",
        "| reason | reason here |",
        "| --- | --- |",
    ]
    lines.extend(f"| `{value}` | `{reason.name}` |" for value, reason in REASONS.items())
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write, or compare; the exit code."""
    made = page()
    if "--check" in arguments:
        return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == made else 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
