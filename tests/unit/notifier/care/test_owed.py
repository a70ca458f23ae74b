"""What is owed of each kind, how it ends, and what is said."""

from datetime import UTC, timedelta

from notifier.care import AttentionKind, Kind, State, reconcile
from notifier.sending.rows import Row
from orders.domain.changes.care import (
    ExpectationRevised,
    LinesCancelled,
    NoteToBuyer,
    ProblemReported,
    ProblemResolved,
    ProblemUpdated,
)
from orders.domain.changes.contact import BuyerErased, ContactUpdated, PreferencesUpdated
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
from orders.domain.order import Buyer, DownloadFile, Expectation, Money, PostalAddress, Sealed, TrackingStatus
from tests.simulation.one_order import GoodPost, Handed, OneOrder
from wismo.orders.v1 import line_pb2

from .stories import (
    APP,
    BOOK,
    COURSE,
    DAY,
    HOUR,
    MINUTE,
    SITE,
    START,
    answers,
    asks,
    ended,
    expected,
    merchant,
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


class Refuses(GoodPost):
    """Refuses for good, or lets come back, what is of these kinds."""

    def __init__(self, *kinds: str, back: bool = False) -> None:
        self._kinds = set(kinds)
        self._back = back

    def hand_over(self, row: Row, at: object) -> Handed:
        handed = super().hand_over(row, at)  # type: ignore[arg-type]  # A moment, as there.
        if row.kind not in self._kinds or handed.accepted_at is None:
            return handed
        if self._back:
            return Handed(handed.accepted_at, back_at=handed.accepted_at + HOUR, permanent=True)
        return Handed(refused_at=handed.accepted_at)


def alerts(one: OneOrder, kind: AttentionKind, recipient: str = "care") -> list[object]:
    found = [(at, notice) for at, notice in one.story.notices if notice.recipient == recipient]
    return [at for at, notice in found if notice.notice.attention.kind == int(kind)]


def matters(one: OneOrder) -> set[AttentionKind]:
    return {item.kind for item in one.watch.attention}


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
    assert failed <= START + HOUR + TICKS  # type: ignore[operator]  # Moments.
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
    assert abs(due - 2 * HOUR - reminded) <= TICKS  # type: ignore[operator]  # Moments.
    (word,) = told(one, "still_with_you")
    assert due - 35 * MINUTE <= word <= due
    assert ("problem/n@2", State.KEPT) in verdicts(one, Kind.NEXT_WORD)


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

        def hand_over(self, row: Row, at: object) -> Handed:
            blocked = START + 4 * HOUR <= at < START + 9 * HOUR  # type: ignore[operator]  # A moment.
            return Handed(START + 9 * HOUR) if blocked else super().hand_over(row, at)  # type: ignore[arg-type]  # Likewise.

    one = placed(post=Blocked())
    due = START + 8 * HOUR
    one.happens(START + HOUR, NoteToBuyer("We look into it", due))
    one.run(START + 10 * HOUR)
    (apology,) = notices(one, "promise_missed")
    assert due <= said(one, "promise_missed")[0] <= due + 15 * MINUTE
    assert apology.notice.missed_at.ToDatetime(tzinfo=UTC) == due
    assert ("note@2", State.KEPT_LATE) in verdicts(one, Kind.NEXT_WORD)


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
    assert abs(ends - DAY - at) <= TICKS  # type: ignore[operator]  # Moments.


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
