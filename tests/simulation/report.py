"""What came of the year, for people and for machines: results.json, report.md and two plots."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from notifier.care.measures import care_day
from tests.simulation.disasters import OUTAGES, SILENT_WAREHOUSE, STRIKE, TRIAL_WAVE, Window
from tests.simulation.year import LIVED, Side, Year

_TEMPLATE = Path(__file__).with_name("report.md.txt")
_ON, _OFF = "#274690", "#d98e04"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHOWN = 20


def results(year: Year, seed: int, seconds: float) -> dict[str, object]:
    """Every figure, by name."""
    on, off, measures = year.with_watchdog, year.without, care_day(year.measures)
    return {
        "seed": seed,
        "orders": year.orders,
        "events": year.events,
        "dark_past_policy": on.dark_orders,
        "alerts_missed": len(year.missed),
        "alerts_early": len(year.early),
        "obligations_left_open": year.left_open,
        "messages_per_order": _per_order(on.messages),
        "messages_per_order_without": _per_order(off.messages),
        "buyer_hours_dark_with": round(on.hours_dark, 1),
        "buyer_hours_dark_without": round(off.hours_dark, 1),
        "buyer_hours_dark_in_outages": round(on.hours_in_outages, 1),
        "buyer_hours_dark_wrong_address": round(on.hours_unreachable, 1),
        "longest_dark_hours_with": round(on.longest, 1),
        "longest_dark_hours_without": round(off.longest, 1),
        "orders_dark_without": off.dark_orders,
        "promise_kept_rate": round(measures.promises_kept / max(1, measures.promises_due), 4),
        "promises_due": measures.promises_due,
        "promises_moved": measures.promises_moved,
        "first_to_know_rate": round(measures.troubles_told_first / max(1, measures.troubles), 4),
        "empty_update_rate": round(on.empty / max(1, sum(on.messages)), 4),
        "questions": measures.questions,
        "questions_answered_in_time": measures.questions_answered_in_time,
        "bounces": on.bounces,
        "charges": measures.charges,
        "notice_lead_days_smallest": round(measures.notice_lead_seconds_smallest / 86400, 2),
        "notices": dict(year.notices.most_common()),
        "alerts": dict(year.alerts.most_common()),
        "watchdog_looks": year.looks,
        "seconds": round(seconds, 1),
        "missed": year.missed[:_SHOWN],
        "early": year.early[:_SHOWN],
        "dark": year.dark[:_SHOWN],
    }


def write(year: Year, figures: dict[str, object], folder: Path) -> None:
    """The files, into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (folder / "report.md").write_text(_report(figures), encoding="utf-8")
    _plot_months(year, folder / "dark-hours.svg")
    _plot_messages(year, folder / "messages.svg")


def _per_order(messages: Sequence[int]) -> dict[str, float]:
    ranked = sorted(messages)
    p99 = ranked[min(len(ranked) - 1, int(0.99 * len(ranked)))] if ranked else 0
    return {"mean": round(fmean(ranked), 2) if ranked else 0, "p99": p99, "most": max(ranked, default=0)}


def _report(f: dict[str, object]) -> str:
    on, off = f["messages_per_order"], f["messages_per_order_without"]
    assert isinstance(on, dict)
    assert isinstance(off, dict)
    rows = [
        ("buyers in the dark past the policy", f["dark_past_policy"], f["orders_dark_without"]),
        ("buyer-hours in the dark", f["buyer_hours_dark_with"], f["buyer_hours_dark_without"]),
        ("longest time in the dark, hours", f["longest_dark_hours_with"], f["longest_dark_hours_without"]),
        ("alerts missed", f["alerts_missed"], "–"),
        ("alerts early", f["alerts_early"], "–"),
        ("messages per order: mean", on["mean"], off["mean"]),
        ("messages per order: p99", on["p99"], off["p99"]),
        ("messages per order: most", on["most"], off["most"]),
    ]
    table = "\n".join(f"| {name} | {with_it} | {without} |" for name, with_it, without in rows)
    words = {
        "table": table,
        "days": LIVED.days,
        "strike": _when(STRIKE),
        "silent_warehouse": _when(SILENT_WAREHOUSE),
        "trial_wave": _when(TRIAL_WAVE),
        "outages": "; ".join(_when(one) for one in OUTAGES),
        "said": _named(f["notices"]),
        "alerted": _named(f["alerts"]),
    }
    return _TEMPLATE.read_text(encoding="utf-8").format(**{**f, **words})


def _when(window: Window) -> str:
    return f"{window.begins:%d %b %H:%M} to {window.ends:%d %b %H:%M}"


def _named(counts: object) -> str:
    assert isinstance(counts, dict)
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())


def _plot_months(year: Year, target: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "wismo"  # The same figures give the same file.
    figure, axes = plt.subplots(figsize=(9, 3.6))
    sides: tuple[tuple[str, Side, str, str, float], ...] = (
        ("without the watchdog", year.without, _OFF, "//", -0.2),
        ("with the watchdog", year.with_watchdog, _ON, "", 0.2),
    )
    for name, side, colour, hatch, shift in sides:
        hours = [side.months[month] for month in range(1, 13)]
        at = [month + shift for month in range(12)]
        axes.bar(at, hours, width=0.4, color=colour, hatch=hatch, edgecolor="white", label=name)
    axes.set_xticks(range(12), _MONTHS)
    axes.set_ylabel("buyer-hours in the dark")
    axes.set_yscale("symlog", linthresh=10)
    axes.set_title("Hours in the dark, by the month of the order", fontsize=10, loc="left")
    axes.legend(fontsize=8, frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
    _finish(figure, axes, target)


def _plot_messages(year: Year, target: Path) -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 3.2))
    most = max((*year.with_watchdog.messages, *year.without.messages, 1))
    edges = [number - 0.5 for number in range(most + 2)]
    axes.hist(year.without.messages, edges, color=_OFF, hatch="//", edgecolor="white", label="without the watchdog")
    axes.hist(year.with_watchdog.messages, edges, histtype="step", linewidth=2, color=_ON, label="with the watchdog")
    axes.set_xlabel("messages to one buyer")
    axes.set_ylabel("orders")
    axes.set_title("How many messages an order's buyer got", fontsize=10, loc="left")
    axes.legend(fontsize=8, frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
    _finish(figure, axes, target)


def _finish(figure: object, axes: object, target: Path) -> None:
    from matplotlib import pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    assert isinstance(figure, Figure)
    assert isinstance(axes, Axes)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(target, format="svg", metadata={"Date": None})
    plt.close(figure)
