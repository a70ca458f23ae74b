"""A tally as the care service shows it."""

from notifier.care.measures.tally import Tally
from wismo.care.v1 import measures_pb2

_HOUR = 3600.0
_COUNTS = (
    "orders",
    "promises_due",
    "promises_kept",
    "promises_moved",
    "troubles",
    "troubles_told_first",
    "questions",
    "questions_answered",
    "questions_answered_in_time",
    "messages",
    "messages_empty",
    "bounces",
    "downloads_never",
    "charges",
)


def care_day(tally: Tally, date: str = "") -> measures_pb2.CareDay:
    """One day, or a span without a date."""
    day = measures_pb2.CareDay(
        date=date,
        buyer_hours_dark=tally.sums.get("dark_seconds", 0.0) / _HOUR,
        dark_hours_p90=tally.percentile("dark_span_seconds", 0.9) / _HOUR,
        dark_hours_longest=tally.most.get("dark_span_seconds", 0.0) / _HOUR,
        ask_hours_dark=tally.sums.get("ask_dark_seconds", 0.0) / _HOUR,
        notice_lead_seconds_smallest=int(tally.least.get("notice_lead_seconds", 0)),
        notice_lead_seconds_p10=int(tally.percentile("notice_lead_seconds", 0.1)),
        acknowledge_seconds=_spread(tally, "acknowledge_seconds"),
        answer_seconds=_spread(tally, "answer_seconds"),
    )
    for name in _COUNTS:
        setattr(day, name, int(tally.sums.get(name, 0)))
    return day


def _spread(tally: Tally, name: str) -> measures_pb2.Spread:
    return measures_pb2.Spread(
        count=tally.count(name),
        p50=tally.percentile(name, 0.5),
        p90=tally.percentile(name, 0.9),
        p99=tally.percentile(name, 0.99),
    )
