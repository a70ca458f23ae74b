"""What the watchdog, the page that reads mail and the care desk tell, told as stories."""

import pytest

from orders.domain.changes.care import (
    LinesCancelled,
    NoteToBuyer,
    ProblemReported,
    ProblemResolved,
    QuestionAcknowledged,
    QuestionAnswered,
    QuestionAsked,
    QuestionDelayed,
    StillWithYou,
)
from orders.domain.changes.contact import BuyerErased, MessageBounced, PreferencesUpdated, ResendRequested
from orders.domain.changes.entitlement import AccessGranted, AccessUsed, ChargeNoticeAccepted, TrialStarted
from orders.domain.errors import BadField, BuyerIsErased, NotAllowedFromThisSource, UnknownQuestion
from orders.domain.events import Change, Event
from orders.domain.fold import record
from orders.domain.folding.trials import MAX_NOTICES
from orders.domain.order import (
    DraftLine,
    Effect,
    EventSource,
    LineKind,
    Money,
    OrderState,
    Sealed,
    TrackingStatus,
    WatchCause,
)
from tests.unit.orders.order_lives import DAY, HOUR, MINUTE, START, after, new_order, scan, shipped, tell

BOOK = DraftLine("book", LineKind.PHYSICAL, "Book")
SITE = DraftLine("site", LineKind.ACCESS, "Private site")
COURSE = DraftLine("course", LineKind.TRIAL, "Course")
TRIAL = TrialStarted("course", START + 14 * DAY, Money("EUR", 9))
NINE = Money("EUR", 9)


def still(message: str, hours: int) -> StillWithYou:
    return StillWithYou(WatchCause.SILENCE, START + hours * HOUR, message)


def noticed(message: str) -> ChargeNoticeAccepted:
    return ChargeNoticeAccepted("course", START + 14 * DAY, NINE, message)


# --------------------------------------------------------------------------------------- the watchdog's word
def test_the_watchdogs_promise_stands_beside_others_until_it_is_named_anew() -> None:
    order = after(new_order(BOOK), NoteToBuyer("On it", START + 30 * HOUR), still("m1", 20))
    assert (order.watch_promise_at, order.next_update_at) == (START + 20 * HOUR, START + 20 * HOUR)
    order = after(order, still("m2", 48))
    assert (order.watch_promise_at, order.next_update_at) == (START + 48 * HOUR, START + 30 * HOUR)
    assert tell(order, still("m2", 48)).effect is Effect.REPEATED
    late = tell(order, still("m0", 10), START + MINUTE)
    assert (late.effect, late.order.watch_promise_at) == (Effect.NOTED, START + 48 * HOUR)


def test_the_watchdogs_promise_ends_when_everything_has_reached_the_buyer() -> None:
    order = after(new_order(BOOK), still("m1", 20), shipped())
    assert order.next_update_at == START + 20 * HOUR
    order = after(order, scan(TrackingStatus.DELIVERED))
    assert (order.state, order.watch_promise_at, order.next_update_at) == (OrderState.COMPLETE, None, None)
    assert tell(order, still("m2", 40)).effect is Effect.NOTED
    assert after(new_order(BOOK), still("m1", 20), LinesCancelled()).next_update_at is None


def test_the_watchdogs_promise_outlives_the_delivery_while_something_is_wrong_or_asked() -> None:
    wrong = ProblemReported("x", "It broke", "We send another", START + 50 * HOUR)
    order = after(new_order(BOOK), shipped(), scan(TrackingStatus.DELIVERED), wrong, still("m1", 20))
    assert order.next_update_at == START + 20 * HOUR
    assert after(order, ProblemResolved("x", "It works")).next_update_at is None
    asked = after(new_order(BOOK), shipped(), scan(TrackingStatus.DELIVERED), QuestionAsked("q", "Hm?"), still("m1", 9))
    assert asked.next_update_at == START + 9 * HOUR
    assert after(asked, QuestionAnswered("q", "Yes.")).next_update_at is None


def test_nobody_is_promised_a_word_once_the_buyer_is_erased() -> None:
    order = after(new_order(BOOK), still("m1", 20), BuyerErased())
    assert order.watch_promise_at is None
    assert tell(order, still("m2", 30)).effect is Effect.NOTED


# --------------------------------------------------------------------------------------- questions' promises
def test_a_missed_promise_moves_once_and_stays_known() -> None:
    order = after(new_order(BOOK), QuestionAsked("q", "Where?"), QuestionAcknowledged("q", START + DAY))
    delayed = QuestionDelayed("q", START + DAY, START + 2 * DAY, "m1")
    late = tell(order, delayed, START + DAY + MINUTE)
    asked = late.order.questions[0]
    assert (asked.reply_by, asked.missed_reply_by) == (START + 2 * DAY, (START + DAY,))
    assert tell(late.order, delayed, START + DAY + MINUTE).effect is Effect.REPEATED
    again = tell(late.order, QuestionDelayed("q", START + DAY, START + 5 * DAY, "m2"), START + DAY + HOUR)
    assert (again.effect, again.order.questions[0].reply_by) == (Effect.NOTED, START + 2 * DAY)
    more = tell(late.order, QuestionDelayed("q", START + 2 * DAY, START + 3 * DAY, "m3"), START + 2 * DAY)
    assert more.order.questions[0].missed_reply_by == (START + DAY, START + 2 * DAY)
    stale = tell(more.order, QuestionAcknowledged("q", START + DAY))
    assert stale.order.questions[0].reply_by == START + 3 * DAY


def test_a_delay_of_an_answer_that_has_come_is_noted_only() -> None:
    order = after(
        new_order(BOOK),
        QuestionAsked("q", "Where?"),
        QuestionAcknowledged("q", START + DAY),
        QuestionAnswered("q", "!"),
    )
    late = tell(order, QuestionDelayed("q", START + DAY, START + 2 * DAY, "m1"), START + DAY)
    assert (late.effect, late.order.questions) == (Effect.NOTED, order.questions)
    with pytest.raises(UnknownQuestion):
        tell(order, QuestionDelayed("other", START + DAY, START + 2 * DAY, "m1"))
    with pytest.raises(BadField, match="reply_by: it is not later than the time that was missed"):
        tell(order, QuestionDelayed("q", START + DAY, START + DAY, "m1"))


def test_each_asking_is_acknowledged_with_the_time_that_stands() -> None:
    order = after(new_order(BOOK), QuestionAsked("q", "Where?"), QuestionAcknowledged("q", START + DAY))
    assert tell(order, QuestionAcknowledged("q", START + DAY)).effect is Effect.REPEATED
    order = after(order, QuestionAsked("q", "Hello?"))
    again = tell(order, QuestionAcknowledged("q", START + 2 * DAY))
    assert (again.effect, again.event.change) == (Effect.APPLIED, QuestionAcknowledged("q", START + DAY))
    assert again.order.questions[0].acknowledged_at == START + 2 * MINUTE


# --------------------------------------------------------------------------------------- notices of charges
def test_an_accepted_notice_is_kept_with_the_trial_and_survives_new_terms() -> None:
    order = after(new_order(COURSE), TRIAL, noticed("m1"))
    (notice,) = order.trials[0].notices
    assert (notice.charge_at, notice.amount, notice.accepted_at) == (START + 14 * DAY, NINE, START + 2 * MINUTE)
    assert tell(order, noticed("m1")).effect is Effect.REPEATED
    mended = after(order, TrialStarted("course", START + 20 * DAY, NINE))
    assert mended.trials[0].notices == (notice,)


def test_only_the_newest_notices_are_kept() -> None:
    order = after(new_order(COURSE), TRIAL, *(noticed(f"m{number}") for number in range(MAX_NOTICES + 3)))
    assert len(order.trials[0].notices) == MAX_NOTICES
    assert order.trials[0].notices[0].accepted_at == START + 5 * MINUTE
    old = tell(order, noticed("old"), START + MINUTE)
    assert (old.effect, len(old.order.trials[0].notices)) == (Effect.NOTED, MAX_NOTICES)


def test_a_notice_that_came_back_does_not_count_whichever_is_heard_first() -> None:
    running = after(new_order(COURSE), TRIAL)
    bounce = MessageBounced("m1", permanent=True, status="5.1.1")
    one = after(running, noticed("m1"), noticed("m2"), bounce)
    assert [notice.accepted_at for notice in one.trials[0].notices] == [START + 3 * MINUTE]
    other = tell(after(running, bounce), noticed("m1"))
    assert (other.effect, other.order.trials[0].notices) == (Effect.NOTED, ())


# --------------------------------------------------------------------------------------- messages and rights
def test_a_bounce_is_known_once_and_a_final_one_after_a_passing_one_is_news() -> None:
    order = after(new_order(BOOK), MessageBounced("m1"))
    assert tell(order, MessageBounced("m1")).effect is Effect.REPEATED
    final = tell(order, MessageBounced("m1", permanent=True))
    assert (final.effect, final.order.timeline[-1].note) == (Effect.APPLIED, "5.0.0")


def test_the_buyers_newest_word_on_optional_messages_stands() -> None:
    order = after(new_order(BOOK), PreferencesUpdated(optional_messages=False))
    assert order.no_optional_messages
    assert tell(order, PreferencesUpdated(optional_messages=False)).sequence == 2
    late = tell(order, PreferencesUpdated(optional_messages=True), START)
    assert (late.effect, late.order.no_optional_messages) == (Effect.NOTED, True)
    assert not after(order, PreferencesUpdated(optional_messages=True)).no_optional_messages
    assert tell(new_order(BOOK), PreferencesUpdated(optional_messages=True)).effect is Effect.REPEATED


def test_a_message_may_be_wanted_again_more_than_once() -> None:
    order = after(new_order(BOOK), ResendRequested("m1"), ResendRequested("m1"))
    assert order.sequence == 3
    assert tell(order, ResendRequested("m1"), order.update_time).effect is Effect.REPEATED


def test_the_earliest_use_of_an_access_stands_and_other_access_begins_unused() -> None:
    granted = AccessGranted("site", "https://site.example", code=Sealed("k1", b"x"))
    order = after(new_order(SITE), granted)
    used = tell(order, AccessUsed("site"), START + 2 * DAY).order
    assert used.accesses[0].used_at == START + 2 * DAY
    assert tell(used, AccessUsed("site"), START + 3 * DAY).effect is Effect.REPEATED
    assert tell(used, AccessUsed("site"), START + DAY, START + 3 * DAY).order.accesses[0].used_at == START + DAY
    early = tell(used, AccessUsed("site"), START, START + 3 * DAY)
    assert (early.effect, early.order.accesses) == (Effect.NOTED, used.accesses)
    assert after(used, granted).accesses[0].used_at is None


@pytest.mark.parametrize("change", [ResendRequested("m1"), PreferencesUpdated(optional_messages=True)])
def test_an_erased_buyer_gets_and_wants_nothing(change: Change) -> None:
    with pytest.raises(BuyerIsErased):
        tell(after(new_order(BOOK), BuyerErased()), change)


def test_erasing_forgets_where_the_original_of_a_question_is_kept() -> None:
    order = after(new_order(BOOK), QuestionAsked("q", "I am Ada", evidence_id="mail-1"), BuyerErased())
    assert (order.questions[0].posts[0].text, order.questions[0].posts[0].evidence_id) == ("", "")


@pytest.mark.parametrize(
    ("change", "right"),
    [
        (still("m1", 9), "only the notifier"),
        (QuestionDelayed("q", START, START + DAY, "m1"), "only the notifier"),
        (noticed("m1"), "only the notifier"),
        (MessageBounced("m1"), "only the status page"),
        (ResendRequested("m1"), "only the care desk"),
        (PreferencesUpdated(), "only the status page"),
    ],
)
def test_a_merchant_does_not_say_what_others_saw(change: Change, right: str) -> None:
    with pytest.raises(NotAllowedFromThisSource, match=right):
        record(new_order(), Event(change, None, EventSource.MERCHANT), START)
