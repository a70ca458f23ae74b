"""A dashboard's panels as one picture, drawn with matplotlib as Grafana lays them out: two in a row."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from observe.panels import Dashboard
from tests.deploy.observe.scraping import Series

_UNITS = {
    "s": "seconds",
    "reqps": "per second",
    "cps": "per second",
    "percentunit": "share",
    "bytes": "bytes",
    "h": "hours",
}


def draw(board: Dashboard, data: dict[str, Series], begin: float, path: Path) -> None:
    """`data` holds each panel's series by its title; time is shown in seconds since `begin`."""
    rows = (len(board.panels) + 1) // 2
    # The same data give the same file, byte by byte.
    with mpl.rc_context({"svg.hashsalt": board.name, "font.size": 8, "svg.fonttype": "none"}):
        figure = Figure(figsize=(13, 2.7 * rows), layout="constrained")
        figure.suptitle(board.title, fontsize=12, fontweight="bold")
        for number, panel in enumerate(board.panels, 1):
            axes = figure.add_subplot(rows, 2, number)
            for name, points in sorted(data[panel.title].items()):
                axes.plot([at - begin for at, _ in points], [value for _, value in points], label=name, linewidth=1.2)
            axes.set_title(panel.title, fontsize=9, loc="left")
            axes.set_ylabel(_UNITS.get(panel.unit, ""))
            axes.set_xlabel("seconds of the run")
            highest = max(value for points in data[panel.title].values() for _, value in points)
            # A line at 0 is to be seen too, above the frame.
            axes.set_ylim(-0.04 * (highest or 1), 1.06 * (highest or 1))
            axes.grid(alpha=0.25)
            axes.legend(fontsize=6, ncols=2, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        figure.savefig(path, metadata={"Date": None})
