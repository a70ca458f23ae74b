"""What a dashboard is made of: panels of queries. `dashboards.py` makes Grafana's JSON of the five in `boards/`.

A counter that has counted nothing yet may have no series; where nothing is what one hopes for, the query says 0.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Query:
    """One PromQL expression; `legend` may name labels, as in ``{{topic}}``. `$window` is the panel's rate window."""

    expr: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """One plot over time. `unit` is Grafana's name of it."""

    title: str
    about: str
    unit: str
    queries: tuple[Query, ...]


@dataclass(frozen=True)
class Dashboard:
    """A page of panels, two in a row."""

    name: str
    title: str
    panels: tuple[Panel, ...]


def quantiles(metric: str) -> tuple[Query, ...]:
    """p50, p95 and p99 of a histogram."""
    return tuple(
        Query(f"histogram_quantile({share}, sum by (le) (rate({metric}_bucket[$window])))", f"p{round(share * 100)}")
        for share in (0.5, 0.95, 0.99)
    )


def rate(metric: str, by: str, match: str = "") -> Query:
    """How much a counter grows in a second, by one label."""
    return Query(f"sum by ({by}) (rate({metric}{match}[$window]))", f"{{{{{by}}}}}")


def hoped_none(expr: str, legend: str) -> Query:
    """0 where there is no series, because nothing of the kind has happened."""
    return Query(f"{expr} or vector(0)", legend)


def care_now(what: str) -> Query:
    """One of the watchdog's counts as it is now."""
    return Query(f'max(wismo_care_now{{what="{what}"}})', what.replace("_", " "))


def care_today(what: str) -> Query:
    """One of today's measures of care."""
    return Query(f'max(wismo_care_today{{what="{what}"}})', what.replace("_", " "))
