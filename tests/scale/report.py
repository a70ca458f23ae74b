"""docs/scale/: the capacity table, the busiest day as a table and a plot, and all of it for machines."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from tests.faults.results import table
from tests.scale.busiest_day import OUTAGE, SALE, SALE_FACTOR, Stage
from tests.scale.capacity import Assumed, Measured, Needs

HEAD = """\
# Sizes and the busiest day

`make scale` computes this from what was measured ([benchmarks](../benchmarks/), [a simulated year](../simulation/),
[sizes](sizes.json)); [docs/scale.md](../scale.md) has the formulas and what follows from them. Processes are counted
as they were measured: each with its share of the database and of the load on one machine of {cores} cores, so that
{cores} cores a process include its database. The projector was not measured by itself: it is in none of the figures."""
DAY = """\
Second by second: arrivals by chance (Poisson) on a day's curve that is highest at 20:30, {busiest_day:g} times the
orders of a mean day; a sale from 20:00 to 20:10 with {sale:g} times as much of everything; and from 13:00 to
13:30 the mail provider takes nothing. First come, first served, at the measured rates, by the processes of the table
above. All events of the day's orders are taken to fall on that day, and the watchdog's looks are multiplied as the
rest is in the sale: both more than can be. `full` is the part of its measured rate that a process is given in the
busiest hour without the sale."""


def write(
    folder: Path, measured: Measured, assumed: Assumed, needs: list[Needs], days: Mapping[str, list[Stage]]
) -> None:
    """`results.json`, `README.md` and `busiest-day.svg`."""
    results = {
        "measured": asdict(measured) | {"core_seconds_per_order": measured.core_seconds},
        "assumed": asdict(assumed),
        "needs": [asdict(one) for one in needs],
        "busiest_day": {
            title: [{name: value for name, value in asdict(one).items() if name != "backlog"} for one in stages]
            for title, stages in days.items()
        },
    }
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    lines = [HEAD.format(cores=measured.cores), "", "## Per order", "", *_per_order(measured)]
    lines += ["## Capacity", "", *_capacity(needs, assumed), "## The busiest day", ""]
    lines += [DAY.format(busiest_day=assumed.busiest_day, sale=SALE_FACTOR), ""]
    for title, stages in days.items():
        lines += [f"### {title}", "", *_day(stages)]
    lines += ["![What waited for each kind of process](busiest-day.svg)"]
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _plot(days, folder / "busiest-day.svg")


def _per_order(measured: Measured) -> list[str]:
    rows = [
        (
            part,
            f"{measured.per_order[part]:.2f}",
            f"{rate:.0f}",
            f"{measured.per_order[part] * measured.cores / rate:.4f}",
        )
        for part, rate in measured.rates.items()
    ]
    rows.append(("all", "", "", f"{measured.core_seconds:.4f}"))
    stored = f"{measured.stored_per_order:,.0f} bytes of documents, {measured.topic_per_order:,.0f} bytes in the topic."
    heads = ("kind of process", "works per order", "works a second, measured", "core-seconds per order")
    return [*table(heads, rows), f"And {stored}", ""]


def _capacity(needs: list[Needs], assumed: Assumed) -> list[str]:
    heads = ["", *(one.title for one in needs)]
    rows = [
        ["orders a second, mean", *(f"{one.mean:.2f}" for one in needs)],
        ["orders a second, busiest hour of the busiest day", *(f"{one.peak:.1f}" for one in needs)],
        *(
            [f"{part} processes, two at least", *(str(one.processes[part]) for one in needs)]
            for part in needs[0].processes
        ),
        ["partitions of the topic", *(str(one.partitions) for one in needs)],
        ["core-hours a year of work", *(f"{one.core_hours:,.0f}" for one in needs)],
        ["documents a year, GB, one copy", *(f"{one.stored_gb:,.1f}" for one in needs)],
        [f"topic with {assumed.topic_days} days, GB, one copy", *(f"{one.topic_gb:,.2f}" for one in needs)],
    ]
    return table(heads, rows)


def _day(stages: list[Stage]) -> list[str]:
    heads = ("", "works", "most waiting", "wait p50, s", "p99", "longest", "busiest hour, % of capacity")
    rows = [
        (
            one.part,
            one.works,
            one.most_waiting,
            f"{one.wait_p50:.0f}",
            f"{one.wait_p99:.0f}",
            f"{one.longest_wait:.0f}",
            f"{100 * one.busiest:.0f}",
        )
        for one in stages
    ]
    cleared = next(one.cleared_after_outage for one in stages if one.part == "notifier")
    words = "The backlog of mails did not clear that day."
    if cleared is not None:
        words = f"The backlog of the mail provider's half hour was gone {cleared:,.0f} seconds after its end."
    return [*table(heads, rows), words, ""]


def _plot(days: Mapping[str, list[Stage]], target: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "wismo"  # The same figures give the same file.
    figure, frames = plt.subplots(len(days), 1, figsize=(9, 2.4 * len(days)), sharex=True, squeeze=False)
    for (title, stages), (axes,) in zip(days.items(), frames, strict=True):
        for one in stages:
            hours = [minute / 60 for minute in range(len(one.backlog))]
            axes.plot(hours, one.backlog, label=one.part, linewidth=1)
        axes.axvspan(OUTAGE.start / 3600, OUTAGE.stop / 3600, color="#dddddd", zorder=0)
        axes.axvspan(SALE.start / 3600, SALE.stop / 3600, color="#f3e2c0", zorder=0)
        axes.set_yscale("symlog", linthresh=10)
        axes.set_title(f"{title}: works waiting, largest of each minute", fontsize=10, loc="left")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    frames[0][0].legend(fontsize=8, frameon=False, ncols=5)
    frames[-1][0].set_xlabel("hour of the busiest day; grey: the mail provider takes nothing; yellow: a sale opens")
    figure.tight_layout()
    figure.savefig(target, format="svg", metadata={"Date": None})
    plt.close(figure)
