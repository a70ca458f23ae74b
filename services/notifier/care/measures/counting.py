"""From what was observed to what is added to each of the merchant's days."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from chassis.wall_clock import end_of_day
from notifier.care.measures.tally import Tally
from notifier.care.observations import Observation, Seen

_COUNTS: Mapping[Seen, str] = {
    Seen.ORDER: "orders",
    Seen.PROMISE_DUE: "promises_due",
    Seen.PROMISE_KEPT: "promises_kept",
    Seen.PROMISE_MOVED: "promises_moved",
    Seen.TROUBLE: "troubles",
    Seen.TROUBLE_TOLD_FIRST: "troubles_told_first",
    Seen.QUESTION: "questions",
    Seen.ANSWERED: "questions_answered",
    Seen.ANSWERED_IN_TIME: "questions_answered_in_time",
    Seen.MESSAGE: "messages",
    Seen.MESSAGE_EMPTY: "messages_empty",
    Seen.BOUNCE: "bounces",
    Seen.DOWNLOAD_NEVER: "downloads_never",
    Seen.CHARGE: "charges",
}
_SPREADS: Mapping[Seen, str] = {
    Seen.ACKNOWLEDGED: "acknowledge_seconds",
    Seen.ANSWERED: "answer_seconds",
    Seen.NOTICE_LEAD: "notice_lead_seconds",
}
_SPANS: Mapping[Seen, str] = {Seen.DARK: "dark_seconds", Seen.ASK_DARK: "ask_dark_seconds"}


def increments(observed: Iterable[Observation], zone: ZoneInfo) -> dict[date, Tally]:
    """What is to be added, by the merchant's own day; a span is split at its midnights."""
    days: dict[date, Tally] = {}

    def day(at: datetime) -> Tally:
        return days.setdefault(at.astimezone(zone).date(), Tally())

    for one in observed:
        if one.seen in _COUNTS:
            day(one.at).add(_COUNTS[one.seen])
        if one.seen in _SPREADS:
            day(one.at).spread(_SPREADS[one.seen], one.value)
        if one.seen in _SPANS and one.until is not None:
            _span(one, one.until, day, zone)
    return days


def _span(one: Observation, until: datetime, day: Callable[[datetime], Tally], zone: ZoneInfo) -> None:
    for begins, ends in by_day(one.at, until, zone):
        day(begins).add(_SPANS[one.seen], (ends - begins).total_seconds())
    if one.seen == Seen.DARK:
        # How long a buyer was in the dark counts whole, on the day on which it ended.
        day(until).spread("dark_span_seconds", (until - one.at).total_seconds())


def by_day(begins: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """A span in pieces, none of which goes over a midnight of the zone; a day may have 23 or 25 hours."""
    while begins < ends:
        midnight = end_of_day(begins.astimezone(zone).date(), zone)
        yield begins, min(ends, midnight)
        begins = midnight
