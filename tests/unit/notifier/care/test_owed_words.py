"""Silence, messages that fail, and next words: what is owed, how it ends, and what is said."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from notifier.care import AttentionKind, Kind, State
from notifier.sending.rows import Row
from orders.domain.changes.care import (
    NoteToBuyer,
    ProblemReported,
    ProblemResolved,
    ProblemUpdated,
)
from orders.domain.changes.contact import ContactUpdated
from orders.domain.changes.entitlement import (
    AccessGranted,
)
from orders.domain.order import Buyer, PostalAddress, Sealed
from tests.simulation.one_order import GoodPost, Handed
from wismo.orders.v1 import line_pb2

from .stories import (
    BOOK,
    DAY,
    HOUR,
    MINUTE,
    SITE,
    START,
    Refuses,
    alerts,
    asks,
    matters,
    merchant,
    notices,
    open_of,
    placed,
    said,
    shipped,
    told,
    verdicts,
)

TICKS = timedelta(minutes=2)


# ---------------------------------------------------------------------------------------------------------- silence


def test_a_silent_order_is_spoken_of_within_the_limit_and_a_human_is_called_at_the_second_word() -> None:
    one = placed()
    one.run(START + 49 * HOUR)
    words = told(one, "still_with_you")
    assert [at <= START + 48 * HOUR for at in words] == [True, True]
    (first,) = alerts(one, AttentionKind.DARK)
    assert first == said(one, "still_with_you")[1]
    assert alerts(one, AttentionKind.DARK, "escalation")  # No new fact for 48 hours.
    assert AttentionKind.DARK in matters(one)


def test_the_word_names_when_the_next_one_comes_and_that_promise_is_kept() -> None:
    one = placed()
    one.run(START + 10 * DAY)
    promises = [notice.notice.next_update_at.ToDatetime(tzinfo=UTC) for notice in notices(one, "still_with_you")]
    words = told(one, "still_with_you")
    assert all(after <= promised for promised, after in zip(promises, words[1:], strict=False))
    assert {state for _, state in verdicts(one, Kind.NEXT_WORD)} == {State.KEPT}


def test_of_several_limits_that_fit_the_shortest_counts() -> None:
    shop = merchant()
    shop.policies.silence_rules.add(line_kind=line_pb2.LINE_KIND_PHYSICAL).limit.FromTimedelta(72 * HOUR)
    shop.policies.silence_rules.add(line_state=line_pb2.LINE_STATE_RECEIVED).limit.FromTimedelta(12 * HOUR)
    one = placed(BOOK, shop=shop)
    one.run(START + MINUTE)
    assert [ob.due_at - ob.made_at for ob in open_of(one, Kind.SILENCE)] == [12 * HOUR]
    one.happens(START + 2 * HOUR, shipped())
    one.run(START + 3 * HOUR)
    assert [ob.due_at - ob.made_at for ob in open_of(one, Kind.SILENCE)] == [72 * HOUR]


def test_nothing_is_owed_once_everything_has_reached_the_buyer_and_again_when_something_is_asked() -> None:
    one = placed(SITE)
    one.happens(START + HOUR, AccessGranted("site", "https://site.example", code=Sealed("k", b"s")))
    one.run(START + 2 * HOUR)
    assert open_of(one, Kind.SILENCE) == []
    asks(one, START + 9 * DAY, START + 10 * DAY)
    one.run(START + 9 * DAY + MINUTE)
    (silence,) = open_of(one, Kind.SILENCE)
    assert silence.due_at > START + 10 * DAY - MINUTE


def test_a_silence_word_is_not_sent_when_another_one_goes_just_then() -> None:
    one = placed()
    one.happens(START + HOUR, ProblemReported("n", "It broke", "We mend it", START + 25 * HOUR))
    one.run(START + 26 * HOUR)
    assert len(said(one, "still_with_you")) == 1
    assert said(one, "promise_missed") == []


# ------------------------------------------------------------------------------------------------ what does not arrive


def test_a_message_that_comes_back_reopens_the_silence_and_the_merchant_is_told_at_once() -> None:
    one = placed(post=Refuses("order_received", back=True))
    one.run(START + 2 * HOUR)
    (failed,) = alerts(one, AttentionKind.MESSAGE_FAILED)
    assert failed <= START + HOUR + TICKS
    (silence,) = [ob for ob in open_of(one, Kind.SILENCE) if ob.cause.startswith("heard@")]
    assert silence.due_at == START + 24 * HOUR  # As if nothing had been heard.
    assert AttentionKind.MESSAGE_FAILED in matters(one)


def test_nobody_writes_to_a_dead_address_and_the_first_word_goes_once_it_was_mended() -> None:
    one = placed(post=Refuses("order_received", back=True))
    one.run(START + 26 * HOUR)
    assert told(one, "still_with_you") == []
    buyer = Buyer("ada@example.org", "", "Ada", "en", "Europe/Berlin", PostalAddress("Ada", ("Weg 1",), "Berlin"))
    one.happens(START + 26 * HOUR, ContactUpdated(buyer))
    one.run(START + 27 * HOUR)
    (word,) = told(one, "still_with_you")
    assert word <= START + 26 * HOUR + TICKS
    assert AttentionKind.MESSAGE_FAILED not in matters(one)


def test_a_refused_acknowledgement_is_an_alert_at_once() -> None:
    one = placed(post=Refuses("order_received"))
    one.run(START + HOUR)
    assert alerts(one, AttentionKind.MESSAGE_FAILED)
    assert AttentionKind.MESSAGE_FAILED in matters(one)


# --------------------------------------------------------------------------------------------------------- next word


def test_a_promise_is_told_before_it_breaks_and_the_team_two_hours_before_that() -> None:
    one = placed()
    due = START + 8 * HOUR
    one.happens(START + HOUR, ProblemReported("n", "It broke", "We mend it", due))
    one.run(START + 10 * HOUR)
    (reminded,) = alerts(one, AttentionKind.PROBLEM)
    assert abs(due - 2 * HOUR - reminded) <= TICKS
    (word,) = told(one, "still_with_you")
    assert due - 35 * MINUTE <= word <= due
    assert ("problem/n@2", State.KEPT) in verdicts(one, Kind.NEXT_WORD)


def test_a_promise_that_is_made_for_soon_is_not_talked_over() -> None:
    one = placed()
    one.happens(START + HOUR, NoteToBuyer("The courier is asking your neighbour", START + HOUR + 20 * MINUTE))
    one.run(START + 2 * HOUR)
    (word,) = told(one, "still_with_you")
    assert START + HOUR + 10 * MINUTE <= word <= START + HOUR + 20 * MINUTE


def test_a_very_short_limit_is_kept_without_a_flood() -> None:
    one = placed(shop=merchant(silence_limit=20 * MINUTE))
    one.run(START + 3 * HOUR)
    heard = [START, *told(one, "still_with_you")]
    between = [later - earlier for earlier, later in pairwise(heard)]
    assert max(between) <= 20 * MINUTE
    assert min(between) >= 8 * MINUTE


def test_news_keeps_the_promise_and_makes_the_next_one() -> None:
    one = placed()
    one.happens(START + HOUR, ProblemReported("n", "It broke", "We mend it", START + 8 * HOUR))
    one.happens(START + 5 * HOUR, ProblemUpdated("n", "Half mended", START + 20 * HOUR))
    one.happens(START + 6 * HOUR, ProblemResolved("n", "Mended"))
    one.run(START + 21 * HOUR)
    assert verdicts(one, Kind.NEXT_WORD) == [("problem/n@2", State.KEPT), ("problem/n@3", State.KEPT)]


def test_a_promise_that_broke_gets_an_apology_within_a_quarter_of_an_hour_that_names_it() -> None:
    class Blocked(GoodPost):
        """Nothing goes out in the hour before the promise."""

        def hand_over(self, row: Row, at: datetime) -> Handed:
            blocked = START + 4 * HOUR <= at < START + 9 * HOUR
            return Handed(START + 9 * HOUR) if blocked else super().hand_over(row, at)

    one = placed(post=Blocked())
    due = START + 8 * HOUR
    one.happens(START + HOUR, NoteToBuyer("We look into it", due))
    one.run(START + 10 * HOUR)
    (apology,) = notices(one, "promise_missed")
    assert due <= said(one, "promise_missed")[0] <= due + 15 * MINUTE
    assert apology.notice.missed_at.ToDatetime(tzinfo=UTC) == due
    assert ("note@2", State.KEPT_LATE) in verdicts(one, Kind.NEXT_WORD)
