"""What clocks do: minutes and days off, both changes of summer time, a leap day, a process that was frozen."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notifier.care import Kind, PlannedNotice, State, Step, Watch, catch_up, due_notices, heard, reconcile
from notifier.care.measures.counting import by_day
from notifier.care.moments import before_night, next_word_at

from .stories import BOOK, DAY, HOUR, MINUTE, START, asks, ended, expected, merchant, open_of, placed, said, told

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = datetime(2026, 3, 28, 10, 0, tzinfo=UTC)  # The day before clocks go forward.
AUTUMN = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)  # The day before they go back.


@pytest.mark.parametrize("start", [SPRING, AUTUMN, datetime(2028, 2, 28, 22, 30, tzinfo=UTC)])
def test_a_limit_of_24_hours_is_24_hours_whatever_the_clock_on_the_wall_does(start: datetime) -> None:
    one = placed(at=start)
    one.run(start + 4 * DAY)
    assert {ob.state for ob in ended(one, Kind.SILENCE)} == {State.KEPT}
    assert {ob.due_at - ob.made_at for ob in ended(one, Kind.SILENCE)} == {24 * HOUR}


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime(2026, 3, 29, tzinfo=UTC), 23), (datetime(2026, 10, 25, tzinfo=UTC), 25)]
)
def test_a_day_of_the_merchants_has_as_many_hours_as_it_has(day: datetime, hours: int) -> None:
    begins = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    first, *_ = by_day(begins, begins + 3 * DAY, BERLIN)
    assert first[1] - first[0] == hours * HOUR


def test_what_was_promised_for_the_leap_day_is_due_at_its_end() -> None:
    one = placed(expected(BOOK, datetime(2028, 2, 29, 0, 0, tzinfo=UTC)), at=datetime(2028, 2, 25, tzinfo=UTC))
    (date,) = open_of(one, Kind.DATE)
    assert date.due_at == datetime(2028, 2, 29, 23, 0, tzinfo=UTC)


def test_a_word_for_the_hour_that_is_never_shown_comes_the_evening_before() -> None:
    never_shown = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    at = before_night(never_shown, BERLIN, "merchants/shop/orders/R-1", SPRING)
    assert at <= datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
    assert at >= datetime(2026, 3, 28, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize("hour", range(24))
def test_the_next_word_is_promised_by_day_and_within_the_limit(hour: int) -> None:
    now = START + hour * HOUR + timedelta(seconds=7)
    at = next_word_at(now, 24 * HOUR, BERLIN)
    assert now < at <= now + 24 * HOUR
    assert 9 <= at.astimezone(BERLIN).hour <= 21
    assert (at.minute % 15, at.second) == (0, 0)


@pytest.mark.parametrize("off", [timedelta(minutes=-7), timedelta(minutes=7), timedelta(days=-1), timedelta(days=1)])
def test_a_clock_that_is_off_moves_no_verdict(off: timedelta) -> None:
    """The watchdog's own clock says only when it looks."""
    one = placed(watchdog=False)
    asks(one, START + HOUR, START + 25 * HOUR)
    one.run(START + 4 * DAY)
    watch = Watch()
    for message in one.story.told:
        watch = heard(watch, message)
    at = START + 4 * DAY + off
    done = catch_up(watch, one.story.versions, one.merchant, at)
    due = {(ob.kind, ob.cause): ob.due_at for ob in (*done.ended, *done.watch.obligations)}
    assert due[Kind.ANSWER, "question/q-1/1"] == START + 25 * HOUR
    acknowledged = next(ob for ob in done.ended if ob.kind == Kind.ACKNOWLEDGEMENT)
    assert acknowledged.state == State.KEPT


def test_a_process_that_was_frozen_speaks_once_when_it_wakes_and_skips_what_is_past() -> None:
    one = placed(watchdog=False)
    asks(one, START + HOUR, START + 25 * HOUR)
    one.run(START + 3 * DAY)
    watch = Watch()
    for message in one.story.told:
        watch = heard(watch, message)
    watch = catch_up(watch, one.story.versions, one.merchant, one.now).watch
    everything: list[PlannedNotice] = []
    now = one.now
    for _ in range(5):
        watch = reconcile(watch, one.proto, one.merchant, now).watch
        due = due_notices(watch, one.proto, one.merchant, now)
        watch = due.watch
        everything += due.notices
        now += timedelta(seconds=30)
    # The answer that is late names the missed time, and breaks the silence with it.
    (word,) = [notice for notice in everything if notice.recipient == "buyer"]
    assert word.kind == "answer_late"
    assert word.notice.missed_at.ToDatetime(tzinfo=UTC) == START + 25 * HOUR
    # The reminder for what was due long ago goes to nobody.
    assert [notice for notice in everything if notice.step == Step.REMIND and notice.obligation == Kind.ANSWER] == []


def test_a_buyer_in_another_zone_is_told_by_their_own_day() -> None:
    one = placed(buyer_zone="America/Los_Angeles", at=START)
    one.run(START + 3 * DAY)
    for at in said(one, "still_with_you"):
        assert 8 <= at.astimezone(ZoneInfo("America/Los_Angeles")).hour <= 21
    assert told(one, "still_with_you")


def test_a_zone_that_nobody_knows_is_read_as_utc() -> None:
    one = placed(shop=merchant(zone="Mars/Olympus"), buyer_zone="", at=START)
    one.run(START + DAY + 10 * MINUTE)
    assert told(one, "still_with_you")
