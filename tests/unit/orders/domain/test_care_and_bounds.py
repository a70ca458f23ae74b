"""Problems, questions, money, the buyer's contact and the bounds, told as stories."""

from datetime import timedelta

import pytest

from orders.domain.changes.care import (
    CreditGiven,
    DelayAnnounced,
    ExpectationRevised,
    LinesCancelled,
    NoteToBuyer,
    ProblemReported,
    ProblemResolved,
    ProblemUpdated,
    QuestionAcknowledged,
    QuestionAnswered,
    QuestionAsked,
    Refunded,
)
from orders.domain.changes.contact import BuyerErased, ContactUpdated, LinkRequested
from orders.domain.changes.entitlement import (
    AccessGranted,
    DownloadReady,
)
from orders.domain.changes.shipping import OrderCreated, ParcelProgressed, ReadyForCollection
from orders.domain.errors import (
    BadField,
    BuyerIsErased,
    DuplicateId,
    IllegalMove,
    NotAllowedFromThisSource,
    OccurredInFuture,
    TooManyEvents,
    TooManyLines,
    TooManyParcels,
    TooManyScans,
    UnknownProblem,
)
from orders.domain.events import Event
from orders.domain.fold import create, record
from orders.domain.order import (
    Buyer,
    Draft,
    DraftLine,
    Effect,
    EventSource,
    Expectation,
    ExpectationSource,
    LineKind,
    LineQuantity,
    LineState,
    Money,
    QuestionState,
    Sealed,
    TrackingStatus,
)
from tests.unit.orders.order_lives import (
    BUYER,
    DAY,
    FILE,
    HOUR,
    MINUTE,
    POINT,
    START,
    after,
    new_order,
    scan,
    shipped,
    tell,
)

BOOK = DraftLine("book", LineKind.PHYSICAL, "Book")
READY = DownloadReady("app", (FILE,), Sealed("k1", b"key"), 3, START + 10 * DAY, timedelta(days=2))
BROKEN = ProblemReported("x", "It broke", "We send another", START + DAY)


def test_a_problem_promises_the_next_word_until_it_is_resolved() -> None:
    order = after(new_order(BOOK), BROKEN, NoteToBuyer("We are on it", START + 2 * DAY))
    assert order.next_update_at == START + DAY
    order = after(order, ProblemUpdated("x", "The spare part is here", START + 3 * DAY))
    assert (order.problems[0].what_we_do, order.next_update_at) == ("We send another", START + 2 * DAY)
    order = after(order, ProblemResolved("x", "It works"))
    assert (order.problems[0].next_update_at, order.next_update_at) == (None, None)
    assert tell(order, ProblemResolved("x", "It works")).effect is Effect.REPEATED
    with pytest.raises(IllegalMove, match="another problem_id"):
        tell(order, ProblemUpdated("x", "Again", START + 5 * DAY))
    with pytest.raises(UnknownProblem, match="send problem_reported"):
        tell(order, ProblemResolved("y", "It works"))


def test_news_of_a_problem_that_arrives_late_does_not_replace_newer_news() -> None:
    order = after(new_order(BOOK), BROKEN, ProblemUpdated("x", "Newer", START + 3 * DAY))
    late = tell(order, ProblemUpdated("x", "Older", START + 2 * DAY), START + MINUTE)
    assert (late.effect, late.order.problems[0].what_happened) == (Effect.NOTED, "Newer")


def test_the_same_problem_again_is_a_repeat_even_after_news_and_other_content_is_refused() -> None:
    order = after(new_order(BOOK), BROKEN, ProblemUpdated("x", "Newer", START + 3 * DAY))
    again = tell(order, BROKEN)
    assert (again.effect, again.sequence) == (Effect.REPEATED, 2)
    with pytest.raises(DuplicateId, match="problem_updated"):
        tell(order, ProblemReported("x", "Something else", "So", START + DAY))


def test_a_delay_moves_the_expected_time_and_every_revision_stays_on_the_timeline() -> None:
    order = new_order(DraftLine("book", LineKind.PHYSICAL, "Book", expected=Expectation(START + 2 * DAY)))
    delay = DelayAnnounced("d", "The printer waits", START + DAY, ("book",), expected=Expectation(START + 6 * DAY))
    order = after(order, delay, ExpectationRevised(Expectation(START + 4 * DAY)))
    assert (order.lines[0].expected, order.lines[0].expected_slips) == (Expectation(START + 4 * DAY), 1)
    assert [e.expected.latest for e in order.timeline if e.expected] == [START + 6 * DAY, START + 4 * DAY]
    learnt = Expectation(START + 5 * DAY, None, ExpectationSource.HISTORY)
    order = after(order, ExpectationRevised(learnt))
    assert order.lines[0].expected == learnt
    weaker = tell(order, ExpectationRevised(Expectation(START + 9 * DAY)))
    assert (weaker.effect, weaker.order.lines[0].expected) == (Effect.NOTED, learnt)


def test_askings_of_one_wait_are_one_question_and_the_earliest_promise_stands() -> None:
    order = after(new_order(BOOK), QuestionAsked("q", "Where?"), QuestionAcknowledged("q", START + DAY))
    order = after(order, QuestionAsked("q", "Hello?"), QuestionAcknowledged("q", START + HOUR))
    asked = order.questions[0]
    assert (len(asked.posts), asked.reply_by, asked.state) == (2, START + HOUR, QuestionState.OPEN)
    assert tell(order, QuestionAcknowledged("q", START + 2 * DAY)).effect is Effect.REPEATED
    order = after(order, QuestionAnswered("q", "On its way"))
    assert order.questions[0].state is QuestionState.ANSWERED
    order = after(order, QuestionAsked("q", "Still not here"))
    assert (order.questions[0].state, order.questions[0].reply_by) == (QuestionState.OPEN, None)


def test_refunds_and_credits_are_known_by_their_ids() -> None:
    refund, credit = Refunded("r", Money("EUR", 5)), CreditGiven("c", "A voucher")
    order = after(new_order(BOOK), refund, credit)
    assert tell(order, refund).sequence == 2
    assert tell(order, credit).sequence == 3
    with pytest.raises(DuplicateId, match="refund_id"):
        tell(order, Refunded("r", Money("EUR", 6)))
    with pytest.raises(BadField, match="amount: it is not more than nothing"):
        tell(order, Refunded("r2", Money("EUR", 0)))


def test_another_address_closes_the_links_sent_before_and_another_name_does_not() -> None:
    order = new_order(BOOK)
    renamed = after(order, ContactUpdated(Buyer("ADA@example.com", display_name="Countess")))
    assert (renamed.link_version, renamed.buyer.display_name) == (1, "Countess")
    moved = after(renamed, ContactUpdated(Buyer("ada@new.example")))
    assert moved.link_version == 2
    assert tell(moved, ContactUpdated(Buyer("ada@new.example"))).effect is Effect.REPEATED
    assert tell(order, ContactUpdated(BUYER)).sequence == 1


def test_erasing_forgets_the_buyer_and_the_order_goes_on() -> None:
    order = after(
        new_order(),
        shipped(),
        READY,
        AccessGranted("site", "https://site.example", "ada@example.com", Sealed("k1", b"x")),
        ReadyForCollection(POINT),
        QuestionAsked("q", "It is Ada of Weg 1"),
        QuestionAnswered("q", "Dear Ada of Weg 1, it is on its way"),
        NoteToBuyer("Dear Ada, your neighbour in Weg 1 has it"),
        ParcelProgressed("p1", TrackingStatus.DELIVERED, location="Weg 1", description="to Ada", received_by="Ada"),
    )
    erased = after(order, BuyerErased())
    assert "Ada" not in _everything(erased)
    assert "ada@example.com" not in _everything(erased)
    assert "Weg 1" not in _everything(erased)
    assert "Sealed" not in _everything(erased)
    assert (erased.buyer, erased.link_version, erased.erase_time) == (Buyer(), 2, erased.update_time)
    assert tell(erased, BuyerErased()).effect is Effect.REPEATED
    for refused in (ContactUpdated(BUYER), LinkRequested(), QuestionAsked("q2", "Me"), NoteToBuyer("Dear Ada")):
        with pytest.raises(BuyerIsErased):
            tell(erased, refused)


def test_what_comes_after_the_erasure_is_kept_without_the_buyer() -> None:
    erased = after(new_order(), shipped(), BuyerErased())
    delivered = tell(erased, ParcelProgressed("p1", TrackingStatus.DELIVERED, description="to Ada", received_by="Ada"))
    assert delivered.order.lines[0].state is LineState.DELIVERED
    assert "Ada" not in _everything(delivered.order)
    assert "Ada" not in _everything(delivered.event)
    granted = tell(erased, AccessGranted("site", "https://site.example", "Ada", Sealed("k1", b"x")))
    assert granted.order.lines[3].state is LineState.GRANTED
    assert "Sealed" not in _everything(granted.event)
    asked = after(new_order(), QuestionAsked("q", "Where is it?"), BuyerErased())
    answered = tell(asked, QuestionAnswered("q", "Dear Ada, here"))
    assert "Ada" not in _everything(answered.order) + _everything(answered.event)


def _everything(value: object) -> str:
    """All that a value holds, hidden from repr or not."""
    if hasattr(value, "__dataclass_fields__"):
        inside = ", ".join(_everything(getattr(value, name)) for name in value.__dataclass_fields__)
        return f"{type(value).__name__}({inside})"
    return ", ".join(_everything(item) for item in value) if isinstance(value, tuple) else repr(value)


def test_nothing_happens_more_than_ten_minutes_ahead() -> None:
    order = new_order(BOOK)
    assert tell(order, NoteToBuyer("so"), START + 10 * MINUTE, START).sequence == 2
    with pytest.raises(OccurredInFuture, match="occurred_at: it is 11 minutes ahead"):
        tell(order, NoteToBuyer("so"), START + 11 * MINUTE, START)


@pytest.mark.parametrize(
    ("change", "source", "right"),
    [
        (OrderCreated(), EventSource.MERCHANT, "call CreateOrder"),
        (ContactUpdated(BUYER), EventSource.MERCHANT, "call UpdateBuyerContact"),
        (BuyerErased(), EventSource.MERCHANT, "call EraseBuyer"),
        (LinkRequested(), EventSource.MERCHANT, "only the status page"),
        (LinesCancelled(), EventSource.CARRIER, "it may come from MERCHANT, BUYER, CARE, SYSTEM"),
        (scan(TrackingStatus.DELIVERED), EventSource.BUYER, "it may come from MERCHANT, CARRIER"),
    ],
)
def test_a_source_says_only_what_it_can_know(change: OrderCreated, source: EventSource, right: str) -> None:
    with pytest.raises(NotAllowedFromThisSource, match=right):
        record(new_order(), Event(change, None, source), START)


def test_an_order_has_bounds_and_erasing_is_possible_past_them() -> None:
    order = new_order(BOOK)
    for number in range(999):
        order = after(order, NoteToBuyer(f"note {number}"))
    with pytest.raises(TooManyEvents, match="1000 events already"):
        tell(order, NoteToBuyer("one more"))
    assert tell(order, BuyerErased()).sequence == 1001


def test_parcels_scans_and_lines_have_bounds() -> None:
    order = after(
        new_order(DraftLine("pen", LineKind.PHYSICAL, "Pen", quantity=200)), shipped("p1", LineQuantity("pen", 1))
    )
    for number in range(200):
        order = after(order, scan(TrackingStatus.IN_TRANSIT, location=f"place {number}"))
    with pytest.raises(TooManyScans, match="200 scans already"):
        tell(order, scan(TrackingStatus.IN_TRANSIT))
    for number in range(99):
        order = after(order, shipped(f"q{number}", LineQuantity("pen", 1)))
    with pytest.raises(TooManyParcels, match="100 parcels already"):
        tell(order, shipped("more", LineQuantity("pen", 1)))
    lines = tuple(DraftLine(f"line{number}", LineKind.PHYSICAL, "Pen") for number in range(201))
    with pytest.raises(TooManyLines, match="201 lines are more than 200"):
        create(Draft("merchants/shop/orders/R-1", "R-1", BUYER, lines), None, START)


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ((), "lines"),
        ((BOOK, BOOK), "lines[1].line_id"),
        ((DraftLine("app", LineKind.DOWNLOAD, "Software", pickup=True),), "lines[0].pickup"),
        ((DraftLine("x", LineKind.UNSPECIFIED, "Thing"),), "lines[0].kind"),
    ],
)
def test_a_draft_that_makes_no_order_says_where(lines: tuple[DraftLine, ...], field: str) -> None:
    with pytest.raises(BadField) as refused:
        create(Draft("merchants/shop/orders/R-1", "R-1", BUYER, lines), None, START)
    assert refused.value.field == field


def test_an_order_needs_somebody_to_tell() -> None:
    with pytest.raises(BadField, match="e-mail address or telephone"):
        create(Draft("merchants/shop/orders/R-1", "R-1", Buyer(), (BOOK,)), None, START)
