"""Working time: what "within 8 hours" means to a shop that opens from nine to five and has holidays.

Pure: no clock is read. Instants are aware; what comes back is in UTC.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chassis.wall_clock import instant_at

DAY = 24 * 60
"""Minutes of a day by the clock on the wall, whichever number of hours it has."""

Period = tuple[int, int]
"""Minutes after midnight: the first one of a period, and the first one after it."""

_SEARCHED = 2 * 366
"""Days without an opening after which a calendar is taken for one that never opens."""
_ONE_DAY = timedelta(days=1)


class BadCalendar(ValueError):
    """No time can be counted in this calendar. The message says why, in words for whoever set it."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody works. Made by ``from_policy`` or ``around_the_clock``; equal to, and hashed like, its like.

    A period begins when clocks of the zone first show its beginning, and ends when they last show its end: an hour that
    is shown twice is worked twice, one that is never shown is not worked.
    """

    week: tuple[tuple[Period, ...], ...] = ()
    """Per weekday from Monday, disjoint and in order. Empty: around the clock, without a day off."""
    zone: str = "UTC"
    holidays: str = ""
    closed_days: frozenset[date] = frozenset()

    @classmethod
    def around_the_clock(cls) -> "Calendar":
        """Every minute is worked."""
        return cls()

    @classmethod
    def from_policy(
        cls, periods: Iterable[tuple[int, int, int]], zone: str, holidays: str, closed_days: Iterable[str]
    ) -> "Calendar":
        """The calendar of a merchant's policies.

        ``periods`` are (ISO weekday, first minute, first minute after it), several a day, in any order, and may touch
        or overlap; none at all means around the clock, and then there are no days off either. ``holidays`` is a
        country (``DE``) or a part of one (``DE-BE``), ``closed_days`` are ISO dates. Raises BadCalendar.
        """
        days: list[list[Period]] = [[] for _ in range(7)]
        for weekday, opens, closes in periods:
            if not (1 <= weekday <= 7 and 0 <= opens < closes <= DAY):
                raise BadCalendar(f"weekday {weekday} from minute {opens} to {closes} is no period of a day")
            days[weekday - 1].append((opens, closes))
        if not any(days):
            return cls.around_the_clock()
        try:
            ZoneInfo(zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadCalendar(f"time zone {zone!r} is not known") from error
        try:
            closed = frozenset(date.fromisoformat(day) for day in closed_days)
        except ValueError as error:
            raise BadCalendar(f"closed days: {error}") from error
        if holidays:
            public_holidays(holidays, 2026)  # Any year says whether the place is known.
        return cls(tuple(_merged(day) for day in days), zone or "UTC", holidays, closed)

    def after(self, start: datetime, work: timedelta) -> datetime:
        """The earliest instant by which ``work`` has been worked since ``start``. Raises BadCalendar if none comes."""
        start = _utc(start)
        if work < timedelta(0):
            raise ValueError(f"working time is never negative: {work}")
        if not self.week or not work:
            return start + work
        for begins, ends in self._spans(start):
            if ends - begins >= work:
                return begins + work
            work -= ends - begins
        raise AssertionError("the spans have no end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much is worked from ``start`` to ``end``; nothing when ``end`` is not later."""
        start, end = _utc(start), _utc(end)
        if not self.week:
            return max(end - start, timedelta(0))
        return sum((min(ends, end) - begins for begins, ends in self._spans(start, end)), timedelta(0))

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at this instant."""
        at = _utc(at)
        return not self.week or any(self._spans(at, at))

    def next_open(self, at: datetime) -> datetime:
        """``at`` itself when somebody works then, else when the next period begins. Raises BadCalendar if none does."""
        at = _utc(at)
        return next(self._spans(at))[0] if self.week else at

    def _spans(self, start: datetime, end: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        """What is worked from ``start`` on, in order and disjoint: each span that begins at ``end`` or before.

        Without ``end`` they go on for ever, or until BadCalendar.
        """
        zone = ZoneInfo(self.zone)
        # A day earlier: where clocks went back over midnight, the day before is shown once more.
        day = start.astimezone(zone).date() - _ONE_DAY
        last = None if end is None else end.astimezone(zone).date() + _ONE_DAY
        reached, searched = start, 0
        while last is None or day <= last:
            for opens, closes in self._day(day, zone):
                # Where clocks go back, two spans of the wall may share instants: each is counted once.
                begins = max(opens, reached)
                if closes > begins and (end is None or begins <= end):
                    yield begins, closes
                    reached, searched = closes, 0
            day += _ONE_DAY
            searched += 1
            if last is None and searched > _SEARCHED:
                raise BadCalendar(f"nobody works for {_SEARCHED} days from {start:%Y-%m-%d}: all of them are days off")

    def _day(self, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        periods = self.week[day.weekday()]
        if (
            not periods
            or day in self.closed_days
            or (self.holidays and day in public_holidays(self.holidays, day.year))
        ):
            return
        midnight = datetime.combine(day, time())
        for opens, closes in periods:
            begins = instant_at(midnight + timedelta(minutes=opens), zone)
            # The end of the day is where the next one begins, also where that midnight is shown twice.
            ends = instant_at(midnight + timedelta(minutes=closes), zone, last=closes < DAY)
            if begins < ends:
                yield begins, ends


@lru_cache(maxsize=512)
def public_holidays(place: str, year: int) -> frozenset[date]:
    """The public holidays of a country or a part of one (``DE``, ``DE-BE``) in a year. Raises BadCalendar."""
    # Late: only merchants with holidays pay for reading all the world's.
    import holidays as library

    country, _, part = place.partition("-")
    try:
        # It warns of years for which it knows only some of the days; there is nobody here who could know more.
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            return frozenset(library.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError as error:
        raise BadCalendar(f"public holidays of {place!r} are not known") from error


def _merged(periods: Sequence[Period]) -> tuple[Period, ...]:
    """The same minutes in disjoint periods that do not touch, in order."""
    starts = sorted(periods)
    merged: list[Period] = starts[:1]
    for opens, closes in starts[1:]:
        first, end = merged[-1]
        if opens <= end:
            merged[-1] = (first, max(end, closes))
        else:
            merged.append((opens, closes))
    assert all(a[1] < b[0] for a, b in pairwise(merged))
    return tuple(merged)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant has a zone")
    return at.astimezone(UTC)
