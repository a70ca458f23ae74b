"""The report of one part: progress while it runs, and table, plot and results.json once it is done.

    def run(report: Report) -> None:
        medians = report.rounds(lambda: {"bare": measure_bare(), "ours": measure_ours()})
        report.row("our thing", medians["ours"], "calls/s", limit=medians["bare"], goal=Goal(of_limit=0.6))

Every round measures everything once, so that what disturbs the machine disturbs limit, peer and figure alike.
"""

import json
import os
import platform
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.bench.plot import draw
from tests.bench.rows import Goal, Row, make_row

ROOT = Path(__file__).parents[2]
ROUNDS = 3


@dataclass
class Report:
    """What a part tells while it runs, and what it leaves in docs/benchmarks/<part>/."""

    part: str
    title: str = ""
    rounds_wanted: int = ROUNDS
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    samples: dict[str, list[float]] = field(default_factory=dict)
    console: Console = field(default_factory=Console)
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])
    _progress: Progress | None = None

    def rounds(self, measure: Callable[[], Mapping[str, float]]) -> dict[str, float]:
        """Run `measure` three times; the median of each figure by its name."""
        found: dict[str, list[float]] = {}
        for number in range(1, self.rounds_wanted + 1):
            with self.stage(f"round {number} of {self.rounds_wanted}"):
                for name, value in measure().items():
                    found.setdefault(name, []).append(value)
        self.samples.update(found)
        return {name: statistics.median(values) for name, values in found.items()}

    @contextmanager
    def stage(self, what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
        """Show what is going on; the function that is yielded advances the bar when `total` is given."""
        if self._progress is None:
            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            with Progress(*columns, console=self.console, transient=not self.console.is_terminal) as progress:
                self._progress = progress
                try:
                    with self.stage(what, total) as advance:
                        yield advance
                finally:
                    self._progress = None
            return
        progress = self._progress
        task = progress.add_task(f"{self.part}: {what}", total=total)
        if not self.console.is_terminal:
            self.console.print(f"{self.part}: {what}")
        try:
            yield lambda step: progress.advance(task, step)
        finally:
            progress.remove_task(task)

    def row(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        limit: float | None = None,
        peer: float | None = None,
        goal: Goal | None = None,
    ) -> Row:
        """State a figure."""
        made = make_row(name, value, unit, limit=limit, peer=peer, goal=goal)
        self.rows.append(made)
        return made

    def note(self, text: str) -> None:
        """A sentence that a reader needs to judge the figures by."""
        self.notes.append(text)

    def show(self) -> None:
        """Print the table."""
        table = Table(title=self.title or self.part)
        for heading in ("", "measured", "limit", "peer", "ratio", "goal", "met"):
            table.add_column(heading, justify="right" if heading in {"measured", "limit", "peer", "ratio"} else "left")
        for row in self.rows:
            table.add_row(row.name, *_cells(row))
        self.console.print(table)
        for note in self.notes:
            self.console.print(f"· {note}")

    def write(self, folder: Path | None = None) -> Path:
        """Leave results.json, README.md (the table) and plot.svg; the folder."""
        target = folder or ROOT / "docs" / "benchmarks" / self.part
        target.mkdir(parents=True, exist_ok=True)
        results = {
            "part": self.part,
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine(),
            "load_before": round(self.load_before, 1),
            "rounds": self.rounds_wanted,
            "rows": [row.as_json() for row in self.rows],
            "samples": self.samples,
            "notes": self.notes,
        }
        (target / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
        (target / "README.md").write_text(self._markdown())
        draw(self.title or self.part, self.rows, target / "plot.svg")
        return target

    def _markdown(self) -> str:
        lines = [
            f"# {self.title or self.part}",
            "",
            f"`make bench BENCH={self.part}`, {datetime.now(UTC).date().isoformat()}, {machine()['summary']}.",
            f"Median of {self.rounds_wanted} rounds; limit and peer come from the same ones. All of it: results.json.",
            f"Other work on the machine when it began (load average of one minute): {self.load_before:.1f}.",
            "",
            "| what | measured | limit | peer | ratio | goal | met |",
            "| --- | --: | --: | --: | --: | --- | --- |",
            *(f"| {row.name} | " + " | ".join(_cells(row)) + " |" for row in self.rows),
            "",
            "![the same as a plot](plot.svg)",
            "",
            *(f"- {note}" for note in self.notes),
        ]
        return "\n".join(lines).rstrip() + "\n"


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    memory = round(psutil.virtual_memory().total / 2**30)
    cores = os.cpu_count() or 0
    python = platform.python_version()
    return {
        "cores": cores,
        "memory_gib": memory,
        "python": python,
        "system": platform.system(),
        "architecture": platform.machine(),
        "summary": f"{cores} cores, {memory} GiB, Python {python}, {platform.system()} {platform.machine()}",
    }


def _cells(row: Row) -> list[str]:
    met = {True: "yes", False: "no", None: ""}[row.met]
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
    return [f"{_number(row.value)} {row.unit}", _number(row.limit), _number(row.peer), ratio, row.goal, met]


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
