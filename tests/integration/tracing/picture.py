"""Draw the trace of one order from a real run: `python -m tests.integration.tracing.picture FILE.svg`."""

import os
import sys
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

from tests.integration.tracing.one_order import one_order_traced
from tests.integration.tracing.receiver import Seen

_LEFT, _PLOT, _RIGHT = 330, 520, 90
_TOP, _ROW = 58, 34
_COLOURS = {"orders": "#1f5fa8", "notifier": "#9a4a00", "status_page.projector": "#2c6e2c", "status_page": "#6a3d9a"}
_STYLE = "font-family='system-ui, sans-serif' font-size='13' fill='#222'"


def draw(spans: Sequence[Seen]) -> str:
    """A waterfall of one trace in SVG, a row a span by when it began. A span of a linked trace stands last, its time
    counted from its own beginning.
    """
    linked = [span for span in spans if span.links]
    own = [span for span in spans if not span.links]
    began, ended = min(span.start for span in own), max(span.end for span in own)
    scale = _PLOT / max(ended - began, *(span.end - span.start for span in spans))
    height, width = _TOP + _ROW * len(spans) + 20, _LEFT + _PLOT + _RIGHT
    title = f"Trace of one order, {(ended - began) / 1e6:.0f} ms from the call to the last span"
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' role='img' aria-label='{title}'>",
        f"<rect width='{width}' height='{height}' fill='#fff'/><g {_STYLE}>",
        f"<text x='16' y='28' font-size='15' font-weight='600'>{title}</text>",
    ]
    for number, span in enumerate([*own, *linked]):
        y = _TOP + number * _ROW
        start = began if span in linked else span.start
        x, long = _LEFT + (start - began) * scale, max(2.0, (span.end - span.start) * scale)
        colour = _COLOURS[span.service]
        name = f"{span.name} (by link)" if span in linked else span.name
        parts += [
            f"<line x1='{_LEFT}' x2='{_LEFT + _PLOT}' y1='{y + 22}' y2='{y + 22}' stroke='#ddd'/>",
            f"<text x='16' y='{y + 14}'>{escape(name)}</text>",
            f"<text x='{_LEFT - 12}' y='{y + 14}' text-anchor='end' fill='{colour}'>{escape(span.service)}</text>",
            f"<rect x='{x:.1f}' y='{y + 2}' width='{long:.1f}' height='15' rx='2' fill='{colour}'/>",
            f"<text x='{x + long + 6:.1f}' y='{y + 14}'>{(span.end - span.start) / 1e6:.1f} ms</text>",
        ]
    return "\n".join([*parts, "</g></svg>", ""])


def main(file: Path) -> None:
    """Run the stack, send one order, draw."""

    def setenv(name: str, value: str) -> None:
        os.environ[name] = value

    with tempfile.TemporaryDirectory(prefix="wismo-trace-") as folder:
        spans, _ = one_order_traced(Path(folder), setenv)
    file.write_text(draw(spans), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
