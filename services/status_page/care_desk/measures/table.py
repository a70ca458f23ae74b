"""Each measure: what it is called, what it means, and how it is read from a day."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chassis.localisation import mark
from wismo.care.v1 import measures_pb2


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. ``unit`` is hours, count, share or seconds; ``read`` gives None where nothing was measured."""

    key: str
    label: str
    meaning: str
    unit: str
    read: Callable[[measures_pb2.CareDay], float | None]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _spread(spread: measures_pb2.Spread, which: str) -> float | None:
    return float(getattr(spread, which)) if spread.count else None


MEASURES = (
    Measure(
        "buyer_hours_dark",
        mark("Buyer-hours in the dark"),
        mark("Over all open orders: hours since the buyer last heard something worth hearing, past your limit."),
        "hours",
        lambda day: day.buyer_hours_dark,
    ),
    Measure(
        "dark_hours_p90",
        mark("Time in the dark, 9 of 10"),
        mark("Of the orders that were in the dark, nine of ten were so for at most this long."),
        "hours",
        lambda day: day.dark_hours_p90,
    ),
    Measure(
        "dark_hours_longest",
        mark("Longest time in the dark"),
        mark("The one buyer who waited longest."),
        "hours",
        lambda day: day.dark_hours_longest,
    ),
    Measure(
        "ask_hours_dark",
        mark("Ask-hours in the dark"),
        mark("Hours in which a question was open past its reply-by time; several of one buyer count once."),
        "hours",
        lambda day: day.ask_hours_dark,
    ),
    Measure(
        "promise_kept_rate",
        mark("Promises kept"),
        mark("Of all times that you named and that have come: how many you kept. Open ones past due count as broken."),
        "share",
        lambda day: _share(day.promises_kept, day.promises_due),
    ),
    Measure(
        "repromise_rate",
        mark("Promises moved"),
        mark("Of all promises, those that were moved to a later time. A high share makes the one before worth less."),
        "share",
        lambda day: _share(day.promises_moved, day.promises_due),
    ),
    Measure(
        "first_to_know_rate",
        mark("First to know"),
        mark("Problems and delays that you told before the buyer asked, of all of them."),
        "share",
        lambda day: _share(day.troubles_told_first, day.troubles),
    ),
    Measure(
        "acknowledge_p90",
        mark("Time to acknowledge, 9 of 10"),
        mark("From the first word of a question to “it has arrived, you have an answer by …”."),
        "seconds",
        lambda day: _spread(day.acknowledge_seconds, "p90"),
    ),
    Measure(
        "answer_p50",
        mark("Time to answer, half"),
        mark("Half of the questions were answered within this time."),
        "seconds",
        lambda day: _spread(day.answer_seconds, "p50"),
    ),
    Measure(
        "answer_p90",
        mark("Time to answer, 9 of 10"),
        mark("Nine of ten questions were answered within this time."),
        "seconds",
        lambda day: _spread(day.answer_seconds, "p90"),
    ),
    Measure("questions", mark("Questions asked"), mark("New questions."), "count", lambda day: day.questions),
    Measure(
        "answered_in_time",
        mark("Answered in time"),
        mark("Of the answered questions, those that were answered by the promised time."),
        "share",
        lambda day: _share(day.questions_answered_in_time, day.questions_answered),
    ),
    Measure(
        "messages_per_order",
        mark("Messages per order"),
        mark("Accepted messages divided by orders that were placed."),
        "count",
        lambda day: _share(day.messages, day.orders),
    ),
    Measure(
        "empty_update_rate",
        mark("Messages without news"),
        mark("Messages that told nothing new, of all. They keep a promise, and too many of them tire."),
        "share",
        lambda day: _share(day.messages_empty, day.messages),
    ),
    Measure(
        "bounces",
        mark("Messages that came back"),
        mark("The buyer did not hear them."),
        "count",
        lambda day: day.bounces,
    ),
    Measure(
        "downloads_never",
        mark("Downloads never begun"),
        mark("Downloads that ended without ever being started."),
        "count",
        lambda day: day.downloads_never,
    ),
    Measure(
        "notice_lead",
        mark("Notice before a charge, smallest"),
        mark("From the accepted notice to the charge, the shortest. Seven days satisfy the card schemes."),
        "seconds",
        lambda day: float(day.notice_lead_seconds_smallest) if day.charges else None,
    ),
)


def csv_of(days: Sequence[measures_pb2.CareDay]) -> str:
    """One row a day: every number as it is, so that whoever adds them up gets what the desk shows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    plain = [field.name for field in measures_pb2.CareDay.DESCRIPTOR.fields if field.message_type is None]
    spreads = [field.name for field in measures_pb2.CareDay.DESCRIPTOR.fields if field.message_type is not None]
    parts = ("count", "p50", "p90", "p99")
    writer.writerow([*plain, *(f"{name}_{part}" for name in spreads for part in parts)])
    for day in days:
        values = [getattr(day, name) for name in plain]
        values += [getattr(getattr(day, name), part) for name in spreads for part in parts]
        writer.writerow([round(value, 3) if isinstance(value, float) else value for value in values])
    return out.getvalue()
