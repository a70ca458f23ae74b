"""What came of the year, for people and for machines: results.json, report.md and two plots."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from notifier.care.measures import care_day
from tests.simulation.disasters import OUTAGES, SILENT_WAREHOUSE, STRIKE, TRIAL_WAVE, Window
from tests.simulation.year import LIVED, Side, Year

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
    wrong, outages = f["buyer_hours_dark_wrong_address"], f["buyer_hours_dark_in_outages"]
    return f"""# A simulated year

`make simulate-year` lives {f["orders"]:,} orders of one shop through the real code: the fold of `orders`, the planning table, the
watchdog's domain, over a ledger in memory that follows the same rules; and the same lives once more with the watchdog off. It took
{f["seconds"]:,.0f} seconds. An outsider, written without any of that code, judges every life from what happened ([how](#how-it-is-judged)).

| | with the watchdog | without |
| --- | --- | --- |
{table}

![Hours in the dark by month, with the watchdog and without](dark-hours.svg)

![How many messages an order's buyer got](messages.svg)

The hours that are left with the watchdog on are those in which no message could arrive: {outages} while the mail provider took
nothing, and {wrong} for buyers whose address was wrong, of which the shop was told at once. They are in the total, and not
counted as past the policy.

Promises kept in time: {f["promise_kept_rate"]:.1%} of {f["promises_due"]:,}; {f["promises_moved"]:,} were moved, each naming the old time.
Problems told before the buyer asked: {f["first_to_know_rate"]:.1%}. Messages without a new fact: {f["empty_update_rate"]:.1%}.
Questions: {f["questions"]:,}, answered in time {f["questions_answered_in_time"]:,}. Charges: {f["charges"]:,}, the shortest notice
{f["notice_lead_days_smallest"]} days.

## What went wrong in it

| disaster | when (UTC) |
| --- | --- |
| the carrier strikes | {_when(STRIKE)} |
| the warehouse is silent | {_when(SILENT_WAREHOUSE)} |
| a wave of trials | {_when(TRIAL_WAVE)} |
| the mail provider takes nothing | {"; ".join(_when(one) for one in OUTAGES)} |
| parcels are lost | 3 in 200, all year |
| addresses are wrong for good; mailboxes are full once | 4 and 8 in 1,000 |
| buyers ask, many of them more than once | 12 in 100 |
| the team overlooks an alert | 1 in 10 |

## What was said

To buyers, by the watchdog: {_named(f["notices"])}.

To the team: {_named(f["alerts"])}.

## How it is judged

- **In the dark**: between any two things that happened, the order as it was known then says how long its buyer may be without a word
  (24 hours; 48 once everything is shipped), and the newest message that was accepted and did not come back says since when. What is
  left over is time in the dark. A minute's grace is the watchdog's and the mail's own time.
- **Missed**: each reply-by time, promised word, date and scan that passed unmet must be said within 15 minutes; each charge that was
  made must have had its notice seven days before, or an alert; each message that came back, an alert.
- **Early**: nothing may be called late that is not.
- Each life is followed for {LIVED.days} days. The seed is {f["seed"]}; the same seed gives the same year.
"""


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
    axes.legend(fontsize=8, frameon=False)
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
    axes.legend(fontsize=8, frameon=False)
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
