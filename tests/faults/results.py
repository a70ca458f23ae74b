"""What a drill found, for machines and for people, in docs/faults/<name>/."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.faults.counting import Counts


def rows_of(counts: Counts, seconds_to_settle: float) -> list[tuple[str, object]]:
    """The counts in words; every row from `lost` on must be 0."""
    return [
        ("events acknowledged to the backend", counts.acknowledged),
        ("events that Wismo itself recorded meanwhile (its own words were accepted)", counts.reported_by_wismo),
        ("published", counts.published),
        ("records published again, dropped by the consumers", counts.published_again),
        ("events on their page", counts.on_the_page),
        ("messages that the events call for", counts.to_be_told),
        ("told by mail", counts.told),
        ("told besides by the watchdog (a promise passed, a silence)", counts.told_by_the_watchdog),
        ("skipped, because newer news had overtaken them", counts.skipped),
        ("mails that came twice", counts.told_again),
        *((name.replace("_", " "), number) for name, number in counts.wrong.items()),
        ("seconds from the last acknowledgement until all was settled", f"{seconds_to_settle:.1f}"),
    ]


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table; numbers stand right."""
    found = [[str(cell) for cell in row] for row in rows]
    marks = [
        "---:" if column and all(_is_number(row[column]) for row in found) else "---" for column in range(len(heads))
    ]
    return [f"| {' | '.join(heads)} |", f"| {' | '.join(marks)} |", *(f"| {' | '.join(row)} |" for row in found), ""]


def write(folder: Path, title: str, words: str, tables: Iterable[list[str]], data: Mapping[str, Any]) -> None:
    """`results.json`, and a README for people."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    lines = [f"# {title}", "", *words.splitlines(), "", *(line for one in tables for line in one)]
    (folder / "README.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).lstrip("-").isdigit()
