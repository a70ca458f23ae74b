"""Working time: each example is one that another product got wrong, or one that a clock on a wall makes hard."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chassis.wall_clock import decent_after, decent_before, end_of_day, instant_at
from chassis.worktime import BadCalendar, Calendar, public_holidays

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = [(day, 9 * 60, 17 * 60) for day in range(1, 6)]
EVERY_MINUTE = [(day, 0, 24 * 60) for day in range(1, 8)]


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def at(zone: str, year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def office(zone: str = "Europe/Berlin", holidays: str = "", closed: tuple[str, ...] = ()) -> Calendar:
    return Calendar.from_policy(WEEKDAYS, zone, holidays, closed)


def test_work_goes_on_the_next_day_and_not_over_the_weekend() -> None:
    friday = at("Europe/Berlin", 2026, 7, 10, 15, 0)
    assert office().after(friday, hours(4)) == at("Europe/Berlin", 2026, 7, 13, 11, 0)
    assert office().between(friday, at("Europe/Berlin", 2026, 7, 13, 11, 0)) == hours(4)


def test_work_that_fills_the_day_ends_when_it_closes_not_when_it_opens_again() -> None:
    start = at("Europe/Berlin", 2026, 7, 10, 9, 0)
    assert office().after(start, hours(8)) == at("Europe/Berlin", 2026, 7, 10, 17, 0)


def test_no_minute_is_lost_per_day_around_the_clock() -> None:
    """zammad#3180: days that end at 23:59 lose a minute each."""
    around = Calendar.from_policy(EVERY_MINUTE, "Europe/Berlin", "", [])
    start = datetime(2024, 1, 1, 0, 30, tzinfo=UTC)
    for span in (timedelta(days=1), timedelta(days=400, minutes=7, microseconds=3)):
        assert around.after(start, span) == start + span
        assert around.between(start, start + span) == span
        assert Calendar.around_the_clock().after(start, span) == start + span
        assert Calendar.around_the_clock().between(start, start + span) == span


def test_several_periods_a_day_and_public_holidays_count() -> None:
    """chatwoot#14009: no holidays, and one period a day."""
    split = [(day, *period) for day in range(1, 6) for period in ((9 * 60, 12 * 60), (14 * 60, 18 * 60))]
    calendar = Calendar.from_policy(split, "Europe/Berlin", "DE-BE", [])
    # Friday 1 May is a holiday; Thursday has three hours and four.
    start = at("Europe/Berlin", 2026, 4, 30, 11, 0)
    assert calendar.after(start, hours(5)) == at("Europe/Berlin", 2026, 4, 30, 18, 0)
    assert calendar.after(start, hours(6)) == at("Europe/Berlin", 2026, 5, 4, 10, 0)
    assert not calendar.is_open(at("Europe/Berlin", 2026, 5, 1, 10, 0))
    assert not calendar.is_open(at("Europe/Berlin", 2026, 4, 30, 13, 0))


def test_a_holiday_of_one_part_of_a_country_is_a_working_day_in_the_others() -> None:
    womens_day = date(2027, 3, 8)
    assert womens_day in public_holidays("DE-BE", 2027)
    assert womens_day not in public_holidays("DE-BY", 2027)
    assert womens_day not in public_holidays("DE", 2027)


def test_a_holiday_is_the_day_in_the_merchants_zone() -> None:
    newyear = Calendar.from_policy(EVERY_MINUTE, "Pacific/Auckland", "NZ", [])
    assert not newyear.is_open(at("Pacific/Auckland", 2026, 1, 1, 0, 0))
    assert newyear.is_open(at("Pacific/Auckland", 2025, 12, 31, 23, 59))


def test_closed_days_are_days_off() -> None:
    calendar = office(closed=("2026-12-24", "2026-12-25", "2026-12-28"))
    wednesday = at("Europe/Berlin", 2026, 12, 23, 16, 0)
    assert calendar.after(wednesday, hours(2)) == at("Europe/Berlin", 2026, 12, 29, 10, 0)


def test_a_changed_calendar_is_another_calendar_and_gives_another_time() -> None:
    """zammad#534: a changed calendar was not applied. Ours carries no state: asking the new one is enough."""
    start = at("Europe/Berlin", 2026, 12, 23, 16, 0)
    before, later = office(), office(closed=("2026-12-24",))
    assert before != later
    assert before == office()
    assert before.after(start, hours(2)) == at("Europe/Berlin", 2026, 12, 24, 10, 0)
    assert later.after(start, hours(2)) == at("Europe/Berlin", 2026, 12, 25, 10, 0)


def test_each_day_has_the_offset_of_its_own_rules_not_of_today() -> None:
    """dbt_zendesk#25: today's offset applied to the past. Moscow was at +4 in 2013, is at +3 since October 2014."""
    calendar = office("Europe/Moscow")
    assert calendar.next_open(datetime(2013, 7, 1, 0, 0, tzinfo=UTC)) == datetime(2013, 7, 1, 5, 0, tzinfo=UTC)
    assert calendar.next_open(datetime(2015, 7, 1, 0, 0, tzinfo=UTC)) == datetime(2015, 7, 1, 6, 0, tzinfo=UTC)
    assert office().next_open(datetime(2026, 1, 5, tzinfo=UTC)) == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    assert office().next_open(datetime(2026, 7, 6, tzinfo=UTC)) == datetime(2026, 7, 6, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)])
def test_a_day_has_the_hours_that_it_has(day: date, length: int) -> None:
    around = Calendar.from_policy(EVERY_MINUTE, "Europe/Berlin", "", [])
    begins = end_of_day(day - timedelta(days=1), BERLIN)
    assert end_of_day(day, BERLIN) - begins == hours(length)
    assert around.between(begins, end_of_day(day, BERLIN)) == hours(length)


def test_an_hour_that_is_never_shown_is_not_worked_and_one_shown_twice_is_worked_twice() -> None:
    night = Calendar.from_policy([(7, 60, 4 * 60)], "Europe/Berlin", "", [])
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, worked in ((spring, 2), (autumn, 4)):
        begins = end_of_day(day - timedelta(days=1), BERLIN)
        assert night.between(begins, end_of_day(day, BERLIN)) == hours(worked)
    assert night.after(at("Europe/Berlin", *_ymd(spring), 1, 0), hours(1.5)) == at("Europe/Berlin", 2026, 3, 29, 3, 30)
    # The second showing of half past two.
    assert night.after(at("Europe/Berlin", *_ymd(autumn), 1, 0), hours(2.5)) == at(
        "Europe/Berlin", 2026, 10, 25, 2, 30, fold=1
    )


def test_a_period_that_begins_or_ends_in_the_hour_that_is_never_shown() -> None:
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    opens = Calendar.from_policy([(7, 150, 4 * 60)], "Europe/Berlin", "", [])
    closes = Calendar.from_policy([(7, 60, 150)], "Europe/Berlin", "", [])
    inside = Calendar.from_policy([(7, 130, 150), (7, 600, 660)], "Europe/Berlin", "", [])
    assert opens.next_open(jump - hours(3)) == jump
    assert closes.after(jump - hours(3), hours(1)) == jump
    assert inside.next_open(jump - hours(3)) == at("Europe/Berlin", 2026, 3, 29, 10, 0)


def test_periods_that_share_the_hour_shown_twice_count_each_instant_once() -> None:
    shared = Calendar.from_policy([(7, 60, 135), (7, 165, 240)], "Europe/Berlin", "", [])
    begins = end_of_day(date(2026, 10, 24), BERLIN)
    # From one to the second quarter past two, and from the first quarter to three to four: all of one to four.
    assert shared.between(begins, begins + hours(25)) == hours(4)


def test_a_leap_day_is_a_day() -> None:
    around = Calendar.from_policy(EVERY_MINUTE, "Europe/Berlin", "", [])
    start = at("Europe/Berlin", 2028, 2, 28, 12, 0)
    assert around.after(start, hours(48)) == at("Europe/Berlin", 2028, 3, 1, 12, 0)
    assert Calendar.from_policy([(2, 0, 60)], "UTC", "", []).next_open(start) == datetime(2028, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "opens"), [("Asia/Kolkata", (3, 30)), ("Asia/Kathmandu", (3, 15)), ("Australia/Lord_Howe", (22, 30))]
)
def test_zones_that_are_not_at_a_full_hour(zone: str, opens: tuple[int, int]) -> None:
    start = at(zone, 2026, 7, 7, 0, 0)
    found = office(zone).next_open(start)
    assert found == at(zone, 2026, 7, 7, 9, 0)
    assert (found.hour, found.minute) == opens


def test_summer_time_of_half_an_hour() -> None:
    around = Calendar.from_policy(EVERY_MINUTE, "Australia/Lord_Howe", "", [])
    zone = ZoneInfo("Australia/Lord_Howe")
    begins = end_of_day(date(2026, 4, 4), zone)
    assert around.between(begins, end_of_day(date(2026, 4, 5), zone)) == hours(24.5)


def test_a_day_that_a_country_left_out_has_no_working_time() -> None:
    """Samoa went from 29 to 31 December 2011."""
    zone = ZoneInfo("Pacific/Apia")
    begins = end_of_day(date(2011, 12, 29), zone)
    assert end_of_day(date(2011, 12, 30), zone) == begins
    assert office("Pacific/Apia").after(at("Pacific/Apia", 2011, 12, 29, 16, 0), hours(2)) == at(
        "Pacific/Apia", 2012, 1, 2, 10, 0
    )


@pytest.mark.parametrize(("zone", "day"), [("America/Havana", (2026, 11, 1)), ("America/St_Johns", (2010, 11, 7))])
def test_clocks_that_go_back_at_midnight_or_over_it(zone: str, day: tuple[int, int, int]) -> None:
    around = Calendar.from_policy(EVERY_MINUTE, zone, "", [])
    start = at(zone, *day) - hours(12)
    assert around.between(start, start + hours(48)) == hours(48)
    assert around.after(start, hours(48)) == start + hours(48)


def test_periods_that_touch_or_overlap_are_one() -> None:
    pieces = [(1, 600, 720), (1, 540, 600), (1, 700, 1020), (1, 560, 570)]
    assert Calendar.from_policy(pieces, "UTC", "", []) == Calendar.from_policy([(1, 540, 1020)], "UTC", "", [])


@pytest.mark.parametrize("period", [(0, 1, 2), (8, 1, 2), (1, -1, 2), (1, 5, 5), (1, 9, 5), (1, 0, 1441)])
def test_what_is_no_period_is_refused(period: tuple[int, int, int]) -> None:
    with pytest.raises(BadCalendar, match="no period"):
        Calendar.from_policy([period], "UTC", "", [])


@pytest.mark.parametrize(
    ("zone", "holidays", "closed", "reason"),
    [
        ("Mars/Olympus", "", [], "zone"),
        ("../secrets", "", [], "zone"),
        ("UTC", "XQ", [], "holidays"),
        ("UTC", "DE-XX", [], "holidays"),
        ("UTC", "", ["24.12.2026"], "closed days"),
    ],
)
def test_what_is_not_known_is_refused_by_name(zone: str, holidays: str, closed: list[str], reason: str) -> None:
    with pytest.raises(BadCalendar, match=reason):
        Calendar.from_policy(WEEKDAYS, zone, holidays, closed)


def test_a_calendar_that_never_opens_is_refused_instead_of_searched_for_ever() -> None:
    mondays = [f"{date(2026, 1, 5) + timedelta(weeks=week)}" for week in range(160)]
    never = Calendar.from_policy([(1, 540, 600)], "UTC", "", mondays)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(BadCalendar, match="nobody works for 732 days from 2026-01-01"):
        never.after(start, hours(1))
    with pytest.raises(BadCalendar, match="nobody works"):
        never.next_open(start)
    assert not never.is_open(start)
    assert never.between(start, start + timedelta(days=900)) == timedelta(0)


def test_an_instant_without_a_zone_and_negative_work_are_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  # What is refused.
    with pytest.raises(ValueError, match="zone"):
        office().after(naive, hours(1))
    with pytest.raises(ValueError, match="negative"):
        office().after(datetime(2026, 1, 1, tzinfo=UTC), hours(-1))


def test_what_falls_into_the_night_moves_before_it() -> None:
    """zammad#4432: mails at midnight."""
    evening = at("Europe/Berlin", 2026, 7, 6, 21, 0)
    for wall in ((2026, 7, 6, 23, 30), (2026, 7, 7, 3, 0), (2026, 7, 7, 7, 59), (2026, 7, 6, 21, 0)):
        assert decent_before(at("Europe/Berlin", *wall), BERLIN) == evening
    for wall in ((2026, 7, 7, 8, 0), (2026, 7, 7, 20, 59)):
        assert decent_before(at("Europe/Berlin", *wall), BERLIN) == at("Europe/Berlin", *wall)


def test_what_may_wait_waits_for_the_end_of_the_night() -> None:
    morning = at("Europe/Berlin", 2026, 3, 29, 8, 0)
    for wall in ((2026, 3, 28, 21, 0), (2026, 3, 28, 23, 30), (2026, 3, 29, 7, 59), (2026, 3, 29, 8, 0)):
        assert decent_after(at("Europe/Berlin", *wall), BERLIN) == morning


def test_a_time_on_the_wall_and_its_instants() -> None:
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    for minute in (0, 1, 30, 59):
        wall = datetime(2026, 3, 29, 2, minute)  # noqa: DTZ001  # What a clock on a wall shows has no zone.
        assert instant_at(wall, BERLIN) == jump
    twice = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001  # The same.
    assert instant_at(twice, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant_at(twice, BERLIN, last=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def _ymd(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day
