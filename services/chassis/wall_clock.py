"""Between what a clock on a wall shows and the instant that it is, also on days of 23 and of 25 hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


def instant_at(wall: datetime, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """The instant, in UTC, at which clocks of the zone show ``wall`` (naive), by the rules that held on that day.

    Of a time that is shown twice (the end of summer time) the first, or with ``last`` the last. For a time that is
    never shown (its beginning) the instant at which clocks jump over it.
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= second:
        return second if last else first
    return _jump(second, first, zone)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, after that day in the zone."""
    return instant_at(datetime.combine(day + _DAY, time()), zone)


def decent_before(at: datetime, zone: ZoneInfo, *, earliest: int = 8, latest: int = 21) -> datetime:
    """``at`` if it falls between these two hours of the zone's day, else the end of the last such span before it.

    For what is said ahead of a time that must be met: it moves to before the night, never behind it.
    """
    wall = at.astimezone(zone)
    if earliest <= wall.hour < latest:
        return at.astimezone(UTC)
    day = wall.date() if wall.hour >= latest else wall.date() - _DAY
    return min(at.astimezone(UTC), instant_at(datetime.combine(day, time(latest)), zone))


def decent_after(at: datetime, zone: ZoneInfo, *, earliest: int = 8, latest: int = 21) -> datetime:
    """``at`` if it falls between these two hours of the zone's day, else the beginning of the next such span."""
    wall = at.astimezone(zone)
    if earliest <= wall.hour < latest:
        return at.astimezone(UTC)
    day = wall.date() + _DAY if wall.hour >= latest else wall.date()
    return max(at.astimezone(UTC), instant_at(datetime.combine(day, time(earliest)), zone))


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant after ``before``, at the latest ``after``, at which the zone's clocks jump: found by halving."""
    offset = before.astimezone(zone).utcoffset()
    low, high = before.replace(microsecond=0), after.replace(microsecond=0)
    while high - low > _SECOND:
        middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
