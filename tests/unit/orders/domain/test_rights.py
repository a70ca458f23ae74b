"""Downloads, accesses and trials, told as stories."""

from datetime import timedelta

import pytest

from orders.domain.changes.entitlement import (
    AccessGranted,
    AllowanceUsed,
    ChargeComing,
    ChargeMade,
    DownloadReady,
    DownloadRenewed,
    DownloadRevoked,
    DownloadTaken,
    TrialCancelled,
    TrialStarted,
)
from orders.domain.errors import (
    BadField,
    IllegalMove,
    RenewalsUsedUp,
    UnknownFile,
)
from orders.domain.events import Event
from orders.domain.fold import record
from orders.domain.order import (
    DraftLine,
    Effect,
    EventSource,
    LineKind,
    LineState,
    Money,
    OrderState,
    Sealed,
)
from orders.domain.policy import Policy
from tests.unit.orders.order_lives import (
    DAY,
    FILE,
    MINUTE,
    START,
    after,
    new_order,
    tell,
)

APP = DraftLine("app", LineKind.DOWNLOAD, "Software")
SITE = DraftLine("site", LineKind.ACCESS, "Private site")
COURSE = DraftLine("course", LineKind.TRIAL, "Course")
READY = DownloadReady("app", (FILE,), Sealed("k1", b"key"), 3, START + 10 * DAY, timedelta(days=2))
TRIAL = TrialStarted("course", START + 14 * DAY, Money("EUR", 9), None, "lessons", 10)
TAKEN = DownloadTaken("app", "setup")


def test_a_download_is_on_its_way_when_ready_and_complete_once_taken() -> None:
    order = after(new_order(APP), READY)
    assert (order.lines[0].state, order.state) == (LineState.READY, OrderState.ON_ITS_WAY)
    order = after(order, TAKEN, TAKEN)
    right = order.downloads[0]
    assert (right.taken_count, right.first_taken_at, order.state) == (2, START + 2 * MINUTE, OrderState.COMPLETE)
    with pytest.raises(UnknownFile, match="name one of its files"):
        tell(order, DownloadTaken("app", "other"))


def test_the_same_download_reported_twice_counts_once() -> None:
    order = after(new_order(APP), READY, TAKEN)
    again = tell(order, TAKEN, order.update_time)
    assert (again.effect, again.sequence) == (Effect.REPEATED, 3)


def test_a_renewal_starts_afresh_as_long_again_as_it_was() -> None:
    order = after(new_order(APP), READY, TAKEN)
    renewed = tell(order, DownloadRenewed("app", by_buyer=True), START + 20 * DAY)
    right = renewed.order.downloads[0]
    assert (right.issue, right.taken_count, right.first_taken_at, right.renewals_used) == (2, 0, None, 1)
    assert right.expires_at == START + 30 * DAY - MINUTE
    assert renewed.order.state is OrderState.COMPLETE
    late = tell(renewed.order, TAKEN, START + DAY)
    assert (late.effect, late.order.downloads[0].taken_count) == (Effect.NOTED, 0)


def test_the_buyer_renews_as_often_as_the_merchant_allows_and_the_merchant_as_often_as_it_likes() -> None:
    order = after(new_order(APP), READY, DownloadRenewed("app", by_buyer=True))
    with pytest.raises(RenewalsUsedUp, match="policy allows 1"):
        tell(order, DownloadRenewed("app", by_buyer=True))
    from_page = Event(DownloadRenewed("app"), None, EventSource.BUYER)
    with pytest.raises(RenewalsUsedUp):
        record(order, from_page, START + DAY)
    assert record(order, from_page, START + DAY, Policy(download_renewals=2)).order.downloads[0].renewals_used == 2
    assert after(order, DownloadRenewed("app")).downloads[0].renewals_used == 1


def test_a_new_licence_key_is_never_swallowed_as_a_repeat() -> None:
    order = after(new_order(APP), READY)
    assert tell(order, READY).effect is Effect.APPLIED
    without = DownloadReady("app", (FILE,))
    assert tell(after(new_order(APP), without), without).effect is Effect.REPEATED


def test_a_download_after_the_right_was_taken_back_is_noted() -> None:
    order = after(new_order(APP), READY, DownloadRevoked("app", "charged back"))
    late = tell(order, TAKEN)
    assert (late.effect, late.order.lines[0].state) == (Effect.NOTED, LineState.REVOKED)
    assert after(order, READY).downloads[0].issue == 2


def test_access_reaches_the_buyer_when_it_is_granted() -> None:
    order = after(new_order(SITE), AccessGranted("site", "https://site.example", "ada", Sealed("k1", b"x"), True))
    assert (order.lines[0].state, order.state) == (LineState.GRANTED, OrderState.COMPLETE)
    with pytest.raises(BadField, match="expires_at: it is not later than the event"):
        tell(order, AccessGranted("site", "https://site.example", expires_at=START))


def test_the_highest_reading_of_the_meter_stands() -> None:
    order = after(new_order(COURSE), TRIAL, AllowanceUsed("course", 5))
    late = tell(order, AllowanceUsed("course", 3), START + 2 * MINUTE)
    assert (late.effect, late.order.trials[0].allowance_used) == (Effect.NOTED, 5)
    assert tell(order, AllowanceUsed("course", 5)).effect is Effect.REPEATED


def test_a_trial_becomes_a_subscription_by_its_charge() -> None:
    order = after(new_order(COURSE), TRIAL, ChargeComing("course", START + 14 * DAY, Money("EUR", 9)))
    assert order.trials[0].charge_at == START + 14 * DAY
    charged = tell(order, ChargeMade("course", Money("EUR", 9)), START + 14 * DAY).order
    assert (charged.lines[0].state, charged.trials[0].charge_at) == (LineState.SUBSCRIBED, None)
    with pytest.raises(IllegalMove, match="lines_cancelled"):
        tell(charged, TrialCancelled("course"))


def test_a_charge_after_the_cancellation_is_shown_and_the_trial_stays_ended_whichever_is_heard_first() -> None:
    running = after(new_order(COURSE), TRIAL)
    cancel, charge = TrialCancelled("course", by_buyer=True), ChargeMade("course", Money("EUR", 9))
    one = tell(tell(running, cancel, START + DAY).order, charge, START + 2 * DAY)
    other = tell(tell(running, charge, START + 2 * DAY).order, cancel, START + DAY)
    assert one.effect is Effect.NOTED
    assert one.order.trials == other.order.trials
    assert one.order.lines[0].state is other.order.lines[0].state is LineState.TRIAL_ENDED
    assert [entry.note for entry in one.order.timeline][-1] == "EUR 9.00"


def test_a_charge_before_the_cancellation_that_is_heard_of_after_it_does_not_bring_the_trial_back() -> None:
    ended = tell(after(new_order(COURSE), TRIAL), TrialCancelled("course", by_buyer=True), START + 2 * DAY).order
    late = tell(ended, ChargeMade("course", Money("EUR", 9)), START + DAY, START + 3 * DAY)
    assert late.effect is Effect.NOTED
    assert late.order.lines[0].state is LineState.TRIAL_ENDED
    assert late.order.trials[0].charged_at == START + DAY
