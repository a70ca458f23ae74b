"""Plots as SVG, drawn on the server: told apart by pattern, dash and label, never by colour alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

from markupsafe import Markup, escape

from chassis.localisation import Language

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 12, 30, 34
_DASHES = ("", "7 4", "2 4")
_FILLS = ("solid", "hatch", "dots")


@dataclass(frozen=True, slots=True)
class Series:
    """Values by day; None where there is nothing to draw."""

    label: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot. ``kind`` is bars (side by side) or lines; ``unit`` stands at the top of the scale."""

    id: str
    title: str
    unit: str
    days: Sequence[date]
    series: Sequence[Series]
    kind: str = "bars"
    top: float = 0.0
    """The least upper end of the scale."""


def svg(plot: Plot, language: Language) -> Markup:
    """The plot as inline SVG. Its numbers stand in the table too, so it is one image to a screen reader."""
    top = _scale(max([plot.top, *(value or 0.0 for one in plot.series for value in one.values)]))
    body = [_axis(top, plot, language)]
    for number, series in enumerate(plot.series):
        body.append(_bars(plot, series, number, top) if plot.kind == "bars" else _line(plot, series, number, top))
    return Markup(
        '<svg class="plot" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{id}-title">'
        '<title id="{id}-title">{title}</title>{body}</svg>'
    ).format(w=WIDTH, h=HEIGHT, id=plot.id, title=plot.title, body=Markup("").join(body))


def legend(plot: Plot) -> Markup:
    """What each pattern or dash means."""
    items = []
    for number, series in enumerate(plot.series):
        items.append(
            Markup('<li><svg class="key" viewBox="0 0 28 14" aria-hidden="true">{mark}</svg>{label}</li>').format(
                mark=_key(plot.kind, number), label=series.label
            )
        )
    return Markup('<ul class="legend">{}</ul>').format(Markup("").join(items))


def patterns() -> Markup:
    """The fills that the plots of a page share."""
    return Markup(
        '<svg class="defs" width="0" height="0" aria-hidden="true"><defs>'
        '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="p-ground" width="6" height="6"/><path class="p-ink" d="M0 0v6" /></pattern>'
        '<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect class="p-ground" width="6" height="6"/><circle class="p-dot" cx="3" cy="3" r="1.5"/></pattern>'
        "</defs></svg>"
    )


def _axis(top: float, plot: Plot, language: Language) -> Markup:
    parts = []
    for step in range(3):
        value = top * step / 2
        y = _y(value, top)
        label = language.percent(value) if plot.unit == "%" else language.number(_short(value))
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>')
        parts.append(f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(label)}</text>')
    if plot.unit and plot.unit != "%":
        parts.append(f'<text class="tick" x="2" y="{_TOP - 12}">{escape(plot.unit)}</text>')
    shown = max(1, ceil(len(plot.days) / 6))
    for nth, number in enumerate(range(0, len(plot.days), shown)):
        x = _x(number, len(plot.days))
        text = escape(language.day(plot.days[number]))
        thin = " thin" if nth % 2 else ""
        parts.append(f'<text class="tick{thin}" x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{text}</text>')
    return Markup("".join(parts))  # noqa: S704  # Numbers of ours, and texts that were escaped.


def _bars(plot: Plot, series: Series, number: int, top: float) -> Markup:
    slot = (WIDTH - _LEFT - _RIGHT) / max(1, len(plot.days))
    width = min(26.0, max(1.0, slot * 0.72 / len(plot.series)))
    parts = []
    for at, value in enumerate(series.values):
        if not value:
            continue
        x = _x(at, len(plot.days)) - width * len(plot.series) / 2 + number * width
        y = _y(value, top)
        height = HEIGHT - _BOTTOM - y
        fill = _FILLS[number % 3]
        parts.append(f'<rect class="bar {fill}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>')
    return Markup("".join(parts))  # noqa: S704  # Numbers and names of ours.


def _line(plot: Plot, series: Series, number: int, top: float) -> Markup:
    points = [(_x(at, len(plot.days)), _y(value, top)) for at, value in enumerate(series.values) if value is not None]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""
    parts = [f'<path class="line" d="{path}" stroke-dasharray="{_DASHES[number % 3]}"/>']
    if len(points) <= 45:
        parts += [_mark(x, y, number) for x, y in points]
    return Markup("".join(parts))  # noqa: S704  # Numbers and names of ours.


def _mark(x: float, y: float, number: int) -> str:
    if number % 3 == 1:
        return f'<rect class="point" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>'
    if number % 3 == 2:
        return f'<path class="point" d="M{x:.1f} {y - 4:.1f}l4 7h-8z"/>'
    return f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def _key(kind: str, number: int) -> Markup:
    if kind == "bars":
        return Markup(f'<rect class="bar {_FILLS[number % 3]}" x="1" y="1" width="26" height="12"/>')  # noqa: S704  # Ours.
    dash = _DASHES[number % 3]
    text = f'<path class="line" d="M1 7H27" stroke-dasharray="{dash}"/>{_mark(14, 7, number)}'
    return Markup(text)  # noqa: S704  # Numbers and names of ours.


def _x(number: int, count: int) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * (number + 0.5) / max(1, count)


def _y(value: float, top: float) -> float:
    return _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - min(value, top) / top)


def _scale(most: float) -> float:
    """The next round number, so that the scale is read easily."""
    if most < 1e-6:  # Nothing, or so little that its power of ten is none.
        return 1.0
    power = 10 ** floor(log10(most))
    return float(next(step * power for step in (1, 2, 4, 5, 10) if step * power >= most - 1e-9))


def _short(value: float) -> float:
    return round(value) if value >= 10 or value == int(value) else round(value, 1)
