"""Each thing that went wrong with clocks elsewhere (care.md), and how it goes here."""

from datetime import UTC, datetime, timedelta

from chassis.worktime import Calendar
from notifier.care import AttentionKind, Kind, State, Step, Watch, catch_up, due_notices, heard, reconcile
from notifier.care.policies import policies_of

from .stories import (
    BOOK,
    DAY,
    HOUR,
    MINUTE,
    START,
    answers,
    asks,
    ended,
    expected,
    merchant,
    nine_to_five,
    notices,
    open_of,
    placed,
    said,
    step_at,
    told,
    verdicts,
)


def test_what_was_late_and_then_mended_is_late_for_whoever_looks_afterwards() -> None:
    """A scan of the live state would see an answered question and nothing amiss (Chatwoot's evaluator)."""
    one = placed(watchdog=False)
    asks(one, START + HOUR, START + 25 * HOUR)
    answers(one, START + 30 * HOUR)
    one.run(START + 3 * DAY)
    watch = Watch()
    for message in one.story.told:
        watch = heard(watch, message)
    late = catch_up(watch, one.story.versions, one.merchant, START + 3 * DAY)
    (answer,) = [ob for ob in late.ended if ob.kind == Kind.ANSWER]
    assert (answer.state, answer.settled_at) == (State.KEPT_LATE, START + 30 * HOUR)


def test_further_mails_of_one_wait_alert_nobody_again_and_reset_no_clock() -> None:
    one = placed()
    asks(one, START + HOUR, START + 25 * HOUR, "Where is it?")
    asks(one, START + 3 * HOUR, START + 27 * HOUR, "Hello?")
    asks(one, START + 9 * HOUR, START + 33 * HOUR, "Anybody there?")
    one.run(START + 20 * HOUR)
    (question,) = open_of(one, Kind.ANSWER)
    assert question.due_at == START + 25 * HOUR
    assert said(one, "alert", "care") == [START + HOUR + 18 * HOUR + 30 * MINUTE / 60]
    (matter,) = [item for item in one.watch.attention if item.kind == AttentionKind.QUESTION]
    assert matter.rank == 2  # Each repeat made it more pressing.
    assert len(told(one, "question_received")) == 3  # And each was acknowledged.


def test_a_second_deadline_of_the_day_is_not_swallowed_by_the_first() -> None:
    """One notice a day and ticket loses the second (zammad#4348)."""
    one = placed(expected(BOOK, START + 26 * HOUR + 20 * MINUTE))
    asks(one, START + HOUR, START + 25 * HOUR)
    one.run(START + 28 * HOUR)
    assert said(one, "answer_late")
    assert said(one, "date_missed")
    assert said(one, "date_missed")[0] - said(one, "answer_late")[0] < 3 * HOUR


def test_no_mail_comes_at_midnight_for_a_limit_that_ends_at_night() -> None:
    """zammad#4432. The word is said in the evening before, and never later than the limit."""
    one = placed(at=START + 14 * HOUR)  # Midnight in Berlin.
    one.run(START + 3 * DAY)
    (first, *_) = told(one, "still_with_you")
    assert 8 <= first.astimezone(policies_of(one.merchant).zone).hour < 21
    assert all(ob.state != State.KEPT_LATE for ob in ended(one, Kind.SILENCE))


def test_an_alert_by_mail_waits_for_somebody_to_be_at_work() -> None:
    friday = START + 4 * DAY + 8 * HOUR  # 18:00 in Berlin, when the shop closes.
    one = placed(shop=nine_to_five(merchant()), at=friday)
    asks(one, friday + HOUR, friday + 12 * HOUR)
    one.run(friday + 20 * HOUR)
    alerts = [notice for _, notice in one.story.notices if notice.recipient == "care"]
    assert {notice.mail_not_before for notice in alerts} == {datetime(2026, 3, 9, 8, 0, tzinfo=UTC)}


def test_no_minute_is_lost_in_a_year_around_the_clock() -> None:
    """zammad#3180."""
    calendar = Calendar.around_the_clock()
    assert calendar.after(START, timedelta(days=365)) - START == timedelta(days=365)
    one = placed()
    one.run(START + 60 * DAY)
    silences = ended(one, Kind.SILENCE)
    assert len(silences) > 50
    assert {ob.due_at - ob.made_at for ob in silences} == {24 * HOUR}


def test_a_word_in_between_is_no_answer() -> None:
    """The clock of updates must not overrule that of the answer (zammad#5177)."""
    one = placed()
    asks(one, START + HOUR, START + 30 * HOUR)
    one.run(START + 29 * HOUR)
    assert told(one, "still_with_you")
    (question,) = open_of(one, Kind.ANSWER)
    assert question.due_at == START + 30 * HOUR


def test_an_order_older_than_its_watch_is_watched_from_its_first_look_on() -> None:
    """After an upgrade all escalations were dead (zammad#3523); and nobody is alerted of what is long past."""
    one = placed(watchdog=False)
    asks(one, START + 5 * DAY, START + 6 * DAY)
    one.run(START + 5 * DAY + HOUR)
    done = reconcile(Watch(), one.proto, one.merchant, one.now)
    kinds = {ob.kind for ob in done.watch.obligations}
    assert {Kind.SILENCE, Kind.ANSWER} <= kinds
    assert Kind.ACKNOWLEDGEMENT not in kinds
    assert due_notices(done.watch, one.proto, one.merchant, one.now).notices == ()


def test_a_changed_policy_is_applied_to_what_is_open_and_says_what_moved() -> None:
    """zammad#534."""
    one = placed()
    one.run(START + HOUR)
    (before,) = open_of(one, Kind.SILENCE)
    changed = merchant(silence_limit=6 * HOUR)
    changed.revision = 2
    changed.update_time.FromDatetime(one.now)
    done = reconcile(one.watch, one.proto, changed, one.now)
    (after,) = [ob for ob in done.watch.obligations if ob.kind == Kind.SILENCE]
    assert done.moved == 1
    assert before.due_at == before.made_at + 24 * HOUR
    assert after.due_at == one.now + 6 * HOUR
    assert reconcile(done.watch, one.proto, changed, one.now).moved == 0


def test_holidays_and_the_rest_at_noon_are_not_worked() -> None:
    """chatwoot#14009: no holidays, one period a day."""
    shop = nine_to_five(merchant(answer_within=8 * HOUR), holidays="DE", closed=("2026-04-07",))
    calendar = policies_of(shop).calendar
    thursday = datetime(2026, 4, 2, 14, 0, tzinfo=UTC)  # 16:00 in Berlin; Good Friday and Easter Monday follow.
    assert calendar.after(thursday, 8 * HOUR) == datetime(2026, 4, 8, 14, 0, tzinfo=UTC)


def test_the_offset_of_that_day_counts_and_not_todays() -> None:
    """dbt_zendesk#25: a date after the change of summer time, looked at before it."""
    one = placed(expected(BOOK, datetime(2026, 4, 1, 0, 0, tzinfo=UTC)))
    (date,) = open_of(one, Kind.DATE)
    # The end of that day by summer time, though it is winter now.
    assert date.due_at == datetime(2026, 4, 1, 22, 0, tzinfo=UTC)
    assert step_at(date, Step.APOLOGISE) == date.due_at


def test_the_same_step_is_said_once_however_often_it_is_looked_at() -> None:
    one = placed()
    one.run(START + 10 * DAY)
    ids = [notice.id for _, notice in one.story.notices]
    assert len(ids) == len(set(ids))
    assert verdicts(one, Kind.ACKNOWLEDGEMENT) == [("event/1", State.KEPT)]
    assert notices(one, "follow_up") == []
