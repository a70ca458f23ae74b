"""The measures page and its CSV."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Response, request

from chassis.localisation import mark
from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.guard import colleague
from status_page.care_desk.measures.plots import Plot, Series, legend, patterns, svg
from status_page.care_desk.measures.spans import CHOICES, Span, span_of
from status_page.care_desk.measures.table import MEASURES, Measure, csv_of
from status_page.care_desk.parts import desk
from status_page.care_desk.rendering import desk_page, reader_here
from status_page.care_desk.rendering import span as length
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import measures_pb2
from wording import Reader

_HOUR = 3600
_BY_KEY = {one.key: one for one in MEASURES}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure over the whole span, in words."""

    label: str
    meaning: str
    value: str
    key: str


@blueprint.get("/measures")
def measures() -> Response:
    """The span as a whole, how it is now, plots, and a table by day."""
    span, told = _asked()
    reader = reader_here()
    drawn = [(plot, svg(plot, reader.language), legend(plot)) for plot in _plots(span, told, reader)]
    today = _today(reader)
    return desk_page(
        "measures.html",
        span=span,
        choices=[(days, today - timedelta(days=days - 1)) for days in CHOICES],
        today=today,
        figures=[_figure(one, told.total, reader) for one in MEASURES],
        state=told.now,
        plots=drawn,
        patterns=patterns(),
        table=[(day.date, [_shown(one, day, reader) for one in MEASURES]) for day in reversed(told.days)],
        heads=[reader.gettext(one.label) for one in MEASURES],
        whole=reader.language.day_range(span.first, span.last, now=reader.now),
    )


@blueprint.get("/measures.csv")
def measures_csv() -> Response:
    """The same as CSV, every number of every day."""
    span, told = _asked()
    response = Response(csv_of(told.days), mimetype="text/csv")
    name = f"care-{span.first.isoformat()}-{span.last.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _asked() -> tuple[Span, care.GetMeasuresResponse]:
    span = span_of(request.args.get("from", ""), request.args.get("to", ""), _today(reader_here()))
    return span, desk().care.measures(colleague().merchant, span.first, span.last)


def _today(reader: Reader) -> date:
    return reader.now.astimezone(ZoneInfo(reader.zone)).date()


def _plots(span: Span, told: care.GetMeasuresResponse, reader: Reader) -> tuple[Plot, ...]:
    by_day = {day.date: day for day in told.days}
    days = span.days
    say = reader.gettext

    def series(label: str, read: Callable[[measures_pb2.CareDay], float | None]) -> Series:
        found = [by_day.get(day.isoformat()) for day in days]
        return Series(say(label), [read(day) if day is not None else None for day in found])

    def hours(key: str) -> Callable[[measures_pb2.CareDay], float | None]:
        def read(day: measures_pb2.CareDay) -> float | None:
            seconds = _BY_KEY[key].read(day)
            return None if seconds is None else seconds / _HOUR

        return read

    return (
        Plot(
            "dark",
            say(mark("Hours in the dark")),
            say(mark("hours")),
            days,
            (
                series(mark("Buyers who heard nothing"), lambda day: day.buyer_hours_dark),
                series(mark("Questions past their time"), lambda day: day.ask_hours_dark),
            ),
        ),
        Plot(
            "promises",
            say(mark("Promises")),
            "%",
            days,
            (
                series(mark("kept in time"), _BY_KEY["promise_kept_rate"].read),
                series(mark("moved"), _BY_KEY["repromise_rate"].read),
                series(mark("troubles told before the buyer asked"), _BY_KEY["first_to_know_rate"].read),
            ),
            "lines",
            1.0,
        ),
        Plot(
            "answers",
            say(mark("Time to answer")),
            say(mark("hours")),
            days,
            (series(mark("half within"), hours("answer_p50")), series(mark("nine of ten within"), hours("answer_p90"))),
            "lines",
        ),
        Plot(
            "questions",
            say(mark("Questions")),
            "",
            days,
            (
                series(mark("asked"), lambda day: day.questions),
                series(mark("answered"), lambda day: day.questions_answered),
                series(mark("answered in time"), lambda day: day.questions_answered_in_time),
            ),
        ),
    )


def _figure(measure: Measure, total: measures_pb2.CareDay, reader: Reader) -> Figure:
    label, meaning = reader.gettext(measure.label), reader.gettext(measure.meaning)
    return Figure(label, meaning, _shown(measure, total, reader), measure.key)


def _shown(measure: Measure, day: measures_pb2.CareDay, reader: Reader) -> str:
    value = measure.read(day)
    if value is None:
        return "–"
    match measure.unit:
        case "share":
            return reader.language.percent(value)
        case "hours":
            return reader.gettext("%(hours)s h", hours=reader.language.number(round(value, 1)))
        case "seconds":
            return length(value, reader)
        case _:
            return reader.language.number(round(value, 1))
