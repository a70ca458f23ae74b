"""What holds for working time in every calendar, zone and year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.wall_clock import decent_after, decent_before
from chassis.worktime import Calendar

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Europe/Moscow",
    "Africa/Casablanca",
)
instants = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # Bounds.
# No shorter than an hour: a week of one minute makes the search for a day of work as long as it sounds.
periods = st.builds(
    lambda day, opens, length: (day, opens, min(opens + length, 1440)),
    st.integers(1, 7),
    st.integers(0, 1380),
    st.integers(60, 1440),
)
calendars = st.builds(
    Calendar.from_policy,
    st.lists(periods, min_size=1, max_size=10),
    st.sampled_from(ZONES),
    st.sampled_from(["", "DE-BE", "US", "IN"]),
    st.lists(st.dates(datetime(2020, 1, 1).date(), datetime(2030, 1, 1).date()).map(str), max_size=3),  # noqa: DTZ001  # Dates.
)
work = st.timedeltas(timedelta(0), timedelta(hours=30))
thorough = settings(max_examples=80, deadline=None)


@thorough
@given(calendars, instants, work)
def test_after_and_between_are_inverse(calendar: Calendar, start: datetime, span: timedelta) -> None:
    end = calendar.after(start, span)
    assert end >= start + span
    assert calendar.between(start, end) == span
    if span:
        assert calendar.between(start, end - timedelta(microseconds=1)) < span


@thorough
@given(calendars, instants, work, work)
def test_more_work_is_never_done_earlier_and_pieces_add_up(
    calendar: Calendar, start: datetime, one: timedelta, two: timedelta
) -> None:
    first, both = calendar.after(start, one), calendar.after(start, one + two)
    assert first <= both
    assert calendar.after(first, two) == both or not two


@thorough
@given(calendars, instants, st.timedeltas(timedelta(0), timedelta(days=20)), work)
def test_who_starts_later_ends_no_earlier(
    calendar: Calendar, start: datetime, wait: timedelta, span: timedelta
) -> None:
    assert calendar.after(start, span) <= calendar.after(start + wait, span)
    assert timedelta(0) <= calendar.between(start, start + wait) <= wait


@thorough
@given(calendars, instants)
def test_nothing_is_worked_until_it_opens_and_something_from_then_on(calendar: Calendar, at: datetime) -> None:
    opens = calendar.next_open(at)
    assert calendar.is_open(opens)
    assert calendar.is_open(at) == (opens == at)
    assert calendar.between(at, opens) == timedelta(0)
    assert calendar.between(opens, opens + timedelta(microseconds=1)) == timedelta(microseconds=1)


@thorough
@given(instants, st.sampled_from(ZONES))
def test_decent_moments_are_near_and_decent(at: datetime, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    before, after = decent_before(at, zone), decent_after(at, zone)
    assert before <= at <= after
    # A night has eleven hours, twelve when clocks go back, and a day more where a country left one out.
    assert at - before <= timedelta(hours=36)
    assert after - at <= timedelta(hours=36)
    assert decent_before(before - timedelta(microseconds=1), zone) == before - timedelta(microseconds=1)
    assert decent_after(after, zone) == after
