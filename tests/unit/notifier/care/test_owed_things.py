"""Dates, scans, charges, reminders and the follow-up: what is owed, how it ends, and what is said."""

from datetime import timedelta

from notifier.care import AttentionKind, Kind, State, reconcile
from orders.domain.changes.care import (
    ExpectationRevised,
    LinesCancelled,
)
from orders.domain.changes.contact import BuyerErased, PreferencesUpdated
from orders.domain.changes.entitlement import (
    AccessGranted,
    AccessUsed,
    AllowanceUsed,
    ChargeComing,
    ChargeMade,
    DownloadReady,
    DownloadTaken,
    TrialCancelled,
    TrialStarted,
)
from orders.domain.order import DownloadFile, Expectation, Money, Sealed, TrackingStatus

from .stories import (
    APP,
    BOOK,
    COURSE,
    DAY,
    HOUR,
    MINUTE,
    SITE,
    START,
    Refuses,
    alerts,
    answers,
    asks,
    ended,
    expected,
    matters,
    notices,
    open_of,
    placed,
    said,
    scan,
    shipped,
    told,
    verdicts,
)

FILE = DownloadFile("setup", "setup.exe", 1, local_path="setup.exe")
MONEY = Money("EUR", 9)
TICKS = timedelta(minutes=2)


# -------------------------------------------------------------------------------------------------------------- dates


def test_a_date_that_cannot_be_kept_is_told_before_it_passes_and_one_that_passed_with_an_apology() -> None:
    due = START + 5 * DAY
    one = placed(expected(BOOK, due))
    one.run(START + 6 * DAY)
    (risk,) = said(one, "date_at_risk")
    assert due - 3 * DAY < risk < due - DAY
    (missed,) = said(one, "date_missed")
    assert due <= missed <= due + 15 * MINUTE
    assert AttentionKind.DATE in matters(one)
    one.happens(START + 6 * DAY, shipped())
    one.happens(START + 7 * DAY, scan(TrackingStatus.DELIVERED))
    one.run(START + 8 * DAY)
    assert verdicts(one, Kind.DATE) == [("line/book@2026-03-07T09:00:00Z", State.KEPT_LATE)]


def test_a_date_that_moves_is_a_new_promise_that_the_old_one_names() -> None:
    one = placed(expected(BOOK, START + 5 * DAY))
    one.happens(START + DAY, ExpectationRevised(Expectation(START + 8 * DAY), ("book",)))
    one.run(START + DAY + MINUTE)
    (old,) = ended(one, Kind.DATE)
    assert (old.state, old.settled_by) == (State.SUPERSEDED, "line/book@2026-03-10T09:00:00Z")
    assert [ob.due_at for ob in open_of(one, Kind.DATE)] == [START + 8 * DAY]


def test_a_date_that_had_passed_when_the_order_came_is_nobodys_miss() -> None:
    """A shop that connects sends its open orders with their history, event after event."""
    one = placed(expected(BOOK, START - DAY))
    one.happens(START + MINUTE, shipped(expected_by=START - 2 * HOUR))
    one.run(START + 20 * HOUR)
    assert not told(one, "date_missed")
    assert not alerts(one, AttentionKind.DATE)
    one.run(START + 2 * DAY)
    assert told(one, "still_with_you"), "the buyer is not left in the dark for all that"


def test_a_charge_that_is_near_when_the_order_comes_is_announced_all_the_same() -> None:
    one = placed(COURSE)
    one.happens(START, TrialStarted("course", START + 2 * DAY, MONEY))
    one.run(START + DAY)
    assert told(one, "charge_coming")


def test_a_parcel_that_the_carrier_has_is_no_date_at_risk() -> None:
    one = placed(expected(BOOK, START + 5 * DAY))
    one.happens(START + DAY, shipped())
    one.happens(START + 2 * DAY, scan(TrackingStatus.IN_TRANSIT))
    one.happens(START + 4 * DAY, scan(TrackingStatus.DELIVERED))
    one.run(START + 6 * DAY)
    assert said(one, "date_at_risk") == said(one, "date_missed") == []
    assert [state for _, state in verdicts(one, Kind.DATE)] == [State.KEPT]


# -------------------------------------------------------------------------------------------------------------- scans


def test_a_label_without_a_scan_is_told_to_both_and_settled_by_the_scan() -> None:
    one = placed()
    one.happens(START + HOUR, shipped(handed_over=False))
    one.run(START + 50 * HOUR)
    assert len(said(one, "no_scan")) == 1
    assert alerts(one, AttentionKind.PARCEL) == [START + 49 * HOUR + timedelta(seconds=30)]
    one.happens(START + 51 * HOUR, scan(TrackingStatus.PICKED_UP))
    one.run(START + 52 * HOUR)
    assert verdicts(one, Kind.SCAN) == [("parcel/p1/first-scan", State.KEPT_LATE)]
    one.run(START + 51 * HOUR + 73 * HOUR)
    assert len(said(one, "no_scan")) == 2


def test_a_parcel_at_rest_owes_no_scan() -> None:
    one = placed()
    one.happens(START + HOUR, shipped())
    one.happens(START + 2 * HOUR, scan(TrackingStatus.IN_TRANSIT))
    one.happens(START + 3 * HOUR, scan(TrackingStatus.DELIVERED))
    one.run(START + 4 * DAY)
    assert open_of(one, Kind.SCAN) == []
    assert said(one, "no_scan") == []


# ------------------------------------------------------------------------------------------------------------ charges


def test_a_charge_is_announced_on_day_seven_and_before_the_last_moment() -> None:
    one = placed(COURSE)
    ends = START + 14 * DAY
    one.happens(START + MINUTE, TrialStarted("course", ends, MONEY))
    one.run(START + 9 * DAY)
    (at,) = told(one, "charge_coming")
    assert ends - 8 * DAY <= at <= ends - 7 * DAY
    (notice,) = notices(one, "charge_coming")
    assert notice.notice.amount.units == 9
    assert [state for _, state in verdicts(one, Kind.CHARGE_NOTICE)] == [State.KEPT]
    assert alerts(one, AttentionKind.CHARGE) == []


def test_a_charge_whose_notice_is_not_accepted_in_time_is_one_that_must_not_be_made() -> None:
    one = placed(COURSE, post=Refuses("charge_coming"))
    ends = START + 14 * DAY
    one.happens(START + MINUTE, TrialStarted("course", ends, MONEY))
    one.run(ends - 7 * DAY + HOUR)
    assert alerts(one, AttentionKind.CHARGE)
    assert AttentionKind.CHARGE in matters(one)
    one.happens(ends, ChargeMade("course", MONEY))
    one.run(ends + HOUR)
    assert [state for _, state in verdicts(one, Kind.CHARGE_NOTICE)] == [State.BROKEN]


def test_allowance_that_is_left_is_told_to_the_merchant_a_day_before_the_charge() -> None:
    one = placed(COURSE)
    ends = START + 14 * DAY
    one.happens(START + MINUTE, TrialStarted("course", ends, MONEY, allowance_unit="lessons", allowance_total=10))
    one.happens(START + DAY, AllowanceUsed("course", 4))
    one.run(ends - 23 * HOUR)
    (at,) = alerts(one, AttentionKind.CHARGE)
    assert abs(ends - DAY - at) <= TICKS


def test_a_cancelled_trial_owes_no_notice_and_an_announced_charge_is_told_once() -> None:
    one = placed(COURSE)
    one.happens(START + MINUTE, TrialStarted("course", START + 30 * DAY, MONEY))
    one.happens(START + 2 * DAY, ChargeComing("course", START + 30 * DAY, MONEY))
    one.happens(START + 3 * DAY, TrialCancelled("course", True))
    one.run(START + 40 * DAY)
    assert len(told(one, "charge_coming")) == 1
    assert notices(one, "charge_coming") == []
    assert open_of(one, Kind.CHARGE_NOTICE) == []


# ----------------------------------------------------------------------------------------------- reminders, follow-up


def test_a_download_that_is_not_used_is_reminded_of_once_and_before_it_ends() -> None:
    one = placed(APP)
    one.happens(START + MINUTE, DownloadReady("app", (FILE,), expires_at=START + 10 * DAY))
    one.run(START + 20 * DAY)
    assert (len(told(one, "download_unused")), len(told(one, "download_expiring"))) == (1, 1)
    assert told(one, "download_expiring")[0] < START + 9 * DAY
    assert ("download/app/expiry@1", State.BROKEN) in verdicts(one, Kind.REMINDER)


def test_what_was_used_is_not_reminded_of() -> None:
    one = placed(APP, SITE)
    one.happens(START + MINUTE, DownloadReady("app", (FILE,), expires_at=START + 10 * DAY))
    one.happens(START + MINUTE, AccessGranted("site", "https://site.example", code=Sealed("k", b"s")))
    one.happens(START + HOUR, DownloadTaken("app", "setup"))
    one.happens(START + HOUR, AccessUsed("site"))
    one.run(START + 20 * DAY)
    assert told(one, "download_unused") == told(one, "access_unused") == []


def test_the_follow_up_comes_once_and_only_where_it_is_welcome() -> None:
    for unwelcome in (False, True):
        one = placed(SITE)
        one.happens(START + HOUR, AccessGranted("site", "https://site.example", code=Sealed("k", b"s")))
        one.happens(START + 2 * HOUR, AccessUsed("site"))
        if unwelcome:
            one.happens(START + DAY, PreferencesUpdated(False))
        asks(one, START + 10 * DAY, START + 11 * DAY)
        answers(one, START + 10 * DAY + HOUR)
        one.run(START + 30 * DAY)
        assert len(told(one, "follow_up")) == (0 if unwelcome else 1)


# -------------------------------------------------------------------------------------------------------------- ends


def test_nothing_runs_for_a_buyer_whose_data_is_erased() -> None:
    one = placed(expected(BOOK, START + 5 * DAY))
    asks(one, START + HOUR, START + 25 * HOUR)
    one.happens(START + 2 * HOUR, BuyerErased())
    one.run(START + 20 * DAY)
    assert (one.watch.obligations, one.watch.attention, one.watch.told) == ((), (), ())
    voided = {ob.settled_by for ob in one.story.ended if ob.state == State.VOID}
    assert voided == {"erased"}
    assert [at for at, _ in one.story.notices if at > START + 2 * HOUR] == []


def test_a_cancelled_order_owes_nothing_more() -> None:
    one = placed(expected(BOOK, START + 5 * DAY))
    one.happens(START + 2 * HOUR, LinesCancelled(reason="Sold out"))
    one.run(START + 20 * DAY)
    assert one.watch.obligations == ()
    assert one.story.notices == []


def test_an_older_version_of_the_order_changes_nothing() -> None:
    one = placed()
    one.happens(START + HOUR, shipped())
    one.run(START + 2 * HOUR)
    assert reconcile(one.watch, one.story.versions[0], one.merchant, one.now).watch == one.watch
