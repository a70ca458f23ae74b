"""The rows as horizontal bars: figure, limit and peer, so that a glance tells how far each is from both."""

from collections.abc import Sequence
from pathlib import Path

from tests.bench.rows import Row

_COLOURS = {"measured": "#274690", "limit": "#b8c0cc", "peer": "#d98e04"}


def draw(title: str, rows: Sequence[Row], target: Path) -> None:
    """Write an SVG. Each row has a scale of its own, because their units differ: its longest bar is 1."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt
    from matplotlib.patches import Rectangle

    mpl.rcParams["svg.hashsalt"] = "wismo"  # The same figures give the same file.
    figure, axes = plt.subplots(figsize=(9, 0.9 * max(1, len(rows)) + 1.2))
    for index, row in enumerate(rows):
        bars = {"measured": row.value, "limit": row.limit, "peer": row.peer}
        longest = max(value for value in bars.values() if value is not None) or 1.0
        shown = [(name, value) for name, value in bars.items() if value is not None]
        for number, (name, value) in enumerate(shown):
            y = index + (number - (len(shown) - 1) / 2) * 0.26
            axes.barh(y, value / longest, height=0.24, color=_COLOURS[name], label=name if index == 0 else None)
            axes.text(value / longest + 0.01, y, f"{value:,.4g}", va="center", fontsize=7)
    axes.set_yticks(range(len(rows)), [f"{row.name}\n({row.unit})" for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.15)
    axes.set_xticks([])
    axes.set_title(title, fontsize=10, loc="left")
    handles = [Rectangle((0, 0), 1, 1, color=colour) for colour in _COLOURS.values()]
    axes.legend(handles, _COLOURS.keys(), fontsize=8, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1, 1))
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(target, format="svg", metadata={"Date": None})
    plt.close(figure)
