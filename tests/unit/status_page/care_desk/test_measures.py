"""The measures page: plots that need no colour, a table, CSV, and a span that cannot be broken."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from status_page.care_desk.measures.plots import Plot, Series, svg
from status_page.care_desk.measures.spans import LONGEST, span_of
from status_page.care_desk.measures.table import MEASURES
from status_page.web.languages import catalog
from tests.fakes.care_desk_site import DeskSite
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import measures_pb2

TODAY = date(2026, 11, 20)
RUSSIAN = catalog().language("ru")


def day(at: str, **values: float) -> measures_pb2.CareDay:
    spread = measures_pb2.Spread(count=3, p50=3600, p90=7200, p99=9000)
    return measures_pb2.CareDay(date=at, answer_seconds=spread, **values)  # type: ignore[arg-type]  # Numbers all.


@pytest.fixture(autouse=True)
def measured(site: DeskSite) -> None:
    days = [
        day("2026-11-18", promises_due=10, promises_kept=9, buyer_hours_dark=4.5, questions=3),
        day("2026-11-20", promises_due=4, promises_kept=4, questions=2, questions_answered=2),
    ]
    total = day("", promises_due=14, promises_kept=13, buyer_hours_dark=4.5, questions=5)
    now = measures_pb2.CareNow(open_orders=31, dark_orders=2, open_questions=4)
    site.care.told = care.GetMeasuresResponse(days=days, total=total, now=now)


def test_each_measure_is_shown_with_its_meaning(site: DeskSite) -> None:
    shown = site.colleague("rea").get("/desk/measures").text
    for measure in MEASURES:
        assert measure.label in shown
    assert "93%" in shown
    assert "4.5 h" in shown
    assert "2 hours" in shown


def test_plots_tell_their_series_apart_without_colour(site: DeskSite) -> None:
    shown = site.colleague("rea").get("/desk/measures").text
    assert shown.count('<svg class="plot"') == 4
    assert {"solid", "hatch", "dots"} <= set(re.findall(r'class="bar (\w+)"', shown))
    assert len(set(re.findall(r'stroke-dasharray="([^"]*)"', shown))) == 3
    assert "style=" not in shown


def test_the_csv_has_every_number_as_it_is(site: DeskSite) -> None:
    answer = site.colleague("rea").get("/desk/measures.csv?from=2026-11-14&to=2026-11-20")
    assert "care-2026-11-14-2026-11-20.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["date"] for row in rows] == ["2026-11-18", "2026-11-20"]
    assert (rows[0]["promises_kept"], rows[0]["answer_seconds_p90"]) == ("9", "7200.0")


def test_without_the_notifier_there_is_a_calm_word(site: DeskSite) -> None:
    site.care.down = True
    assert site.colleague("rea").get("/desk/measures").status_code == 503


@given(st.text(max_size=12) | st.dates().map(str), st.text(max_size=12) | st.dates().map(str))
def test_whatever_is_typed_the_span_is_one(first: str, last: str) -> None:
    span = span_of(first, last, TODAY)
    assert timedelta(0) <= span.last - span.first < LONGEST


@given(st.lists(st.none() | st.floats(0, 1e6), min_size=1, max_size=60), st.sampled_from(["bars", "lines"]))
def test_any_values_become_a_plot_within_its_frame(values: list[float | None], kind: str) -> None:
    days = [TODAY + timedelta(days=n) for n in range(len(values))]
    plot = Plot("p", "<Title>", "h", days, (Series("a", values), Series("b", values)), kind)
    drawn = svg(plot, RUSSIAN)
    assert "&lt;Title&gt;" in drawn
    assert "nan" not in drawn
    assert all(float(y) <= 220 for y in re.findall(r' c?y="([\d.-]+)"', drawn))
