"""Strategies for whole lives of an order: any change, at any time, in any order."""

from datetime import timedelta

from hypothesis import strategies as st

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
    QuestionDelayed,
    Refunded,
    StillWithYou,
)
from orders.domain.changes.contact import (
    BuyerErased,
    ContactUpdated,
    LinkRequested,
    MessageBounced,
    PreferencesUpdated,
    ResendRequested,
)
from orders.domain.changes.entitlement import (
    AccessGranted,
    AccessRevoked,
    AccessUsed,
    AllowanceUsed,
    ChargeComing,
    ChargeMade,
    ChargeNoticeAccepted,
    DownloadReady,
    DownloadRenewed,
    DownloadRevoked,
    DownloadTaken,
    TrialCancelled,
    TrialStarted,
)
from orders.domain.changes.shipping import (
    Collected,
    LinesBackordered,
    PackingStarted,
    ParcelCorrected,
    ParcelProgressed,
    ParcelShipped,
    PaymentChanged,
    ReadyForCollection,
    ReturnReceived,
    ReturnStarted,
)
from orders.domain.errors import DomainError
from orders.domain.events import Change, Event
from orders.domain.fold import Recorded, record
from orders.domain.moves import TRACKING_RANK
from orders.domain.order import (
    ActingParty,
    Buyer,
    DeliveryMode,
    DownloadFile,
    ExceptionReason,
    Expectation,
    ExpectationSource,
    LineQuantity,
    Money,
    PaymentState,
    PickupPoint,
    PostalAddress,
    QuestionChannel,
    Sealed,
    TrackingStatus,
    WatchCause,
)
from orders.domain.policy import DEFAULT_POLICY, Policy
from tests.unit.orders.order_lives import DAY, FILE, MINUTE, MIXED, POINT, START, new_order, scan, shipped, source_for

times = st.integers(0, 60 * 24 * 20).map(lambda minutes: START + minutes * MINUTE)
some_text = st.text(st.characters(codec="utf-8"), max_size=12)
words = some_text.map(lambda text: text or "so")
line_ids = st.sampled_from([line.line_id for line in MIXED])
app, site, course = (st.sampled_from([line, line, line, line, "book"]) for line in ("app", "site", "course"))
ids = st.lists(line_ids, unique=True, max_size=3).map(tuple)
quantities = st.lists(
    st.builds(LineQuantity, line_ids, st.integers(0, 3)), max_size=3, unique_by=lambda item: item.line_id
).map(tuple)
parcel_ids = st.sampled_from(["p1", "p1", "p2", "p2", "p3"])
names = st.sampled_from(["n1", "n1", "n2"])
message_ids = st.sampled_from(["m1", "m2", "m3"])
# Few, so that the time that was missed is often the one that stands.
reply_times = st.integers(1, 4).map(lambda days: START + days * DAY)
money = st.builds(Money, st.sampled_from(["EUR", "USD"]), st.integers(0, 10**12), st.integers(1, 999_999_999))
expectations = st.builds(
    lambda latest, days, source: Expectation(latest, latest - days * DAY if days else None, source),
    times,
    st.integers(0, 3),
    st.sampled_from(ExpectationSource),
)
maybe_expected = st.none() | expectations
secrets = st.builds(Sealed, st.just("k1"), st.binary(min_size=1, max_size=8))
statuses = st.sampled_from(sorted(TRACKING_RANK))
reasons = st.sampled_from(ExceptionReason)
later = times.map(lambda at: at + 40 * DAY)
spans = st.integers(1, 10**9).map(lambda seconds: timedelta(seconds=seconds, microseconds=seconds % 10**6))
addresses = st.builds(
    PostalAddress, some_text, st.lists(words, max_size=2).map(tuple), some_text, some_text, some_text, some_text
)
points = st.builds(PickupPoint, words, st.none() | addresses, some_text, st.none() | times, st.none() | secrets)
files = st.builds(
    DownloadFile,
    st.sampled_from(["setup", "setup", "book"]),
    words,
    st.integers(0, 2**60),
    some_text,
    some_text,
    some_text,
)
buyers = st.builds(Buyer, words, some_text, some_text, some_text, some_text, st.none() | addresses, some_text)


@st.composite
def scans(draw: st.DrawFn, parcel: st.SearchStrategy[str] = parcel_ids) -> ParcelProgressed:
    """A scan in which the fields that go with its status may be set."""
    status = draw(statuses)
    delivered = status is TrackingStatus.DELIVERED
    return ParcelProgressed(
        draw(parcel),
        status,
        draw(reasons),
        draw(some_text),
        draw(some_text),
        draw(some_text),
        draw(maybe_expected),
        draw(st.sampled_from(DeliveryMode)) if delivered else DeliveryMode.UNSPECIFIED,
        draw(some_text) if delivered else "",
        draw(st.none() | points) if status is TrackingStatus.AVAILABLE_FOR_PICKUP else None,
        draw(st.none() | times) if status is TrackingStatus.ATTEMPT_FAILED else None,
    )


changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(PaymentChanged, st.sampled_from(sorted(PaymentState)[1:]), some_text, some_text),
    st.builds(LinesBackordered, quantities, maybe_expected, some_text),
    st.builds(PackingStarted, ids),
    st.builds(ParcelShipped, parcel_ids, some_text, some_text, some_text, quantities, maybe_expected, st.booleans()),
    st.builds(ParcelCorrected, parcel_ids, words, some_text, some_text),
    scans(),
    scans(),
    st.builds(ReturnStarted, quantities, some_text),
    st.builds(ReturnReceived, quantities),
    st.builds(ReadyForCollection, points, ids),
    st.builds(Collected, ids),
    st.builds(
        DownloadReady,
        app,
        st.lists(files, min_size=1, max_size=2).map(tuple),
        st.none() | secrets,
        st.integers(0, 9),
        st.none() | later,
        st.none() | spans,
    ),
    st.builds(DownloadRenewed, app, st.none() | later, st.booleans()),
    st.builds(DownloadRevoked, app, some_text),
    st.builds(DownloadTaken, app, st.sampled_from(["setup", "setup", "book"])),
    st.builds(
        AccessGranted,
        site,
        words,
        some_text,
        st.none() | secrets,
        st.booleans(),
        st.none() | later,
        st.lists(words, max_size=2).map(tuple),
    ),
    st.builds(AccessRevoked, site, some_text),
    st.builds(AccessUsed, site),
    st.builds(
        TrialStarted,
        course,
        later,
        st.none() | money,
        st.none() | spans,
        some_text,
        st.integers(0, 2**62),
        some_text,
    ),
    st.builds(AllowanceUsed, course, st.integers(0, 2**62)),
    st.builds(ChargeComing, course, later, money),
    st.builds(ChargeMade, course, money, some_text),
    st.builds(TrialCancelled, course, st.booleans()),
    st.builds(ChargeNoticeAccepted, course, later, money, message_ids),
    st.builds(DelayAnnounced, names, words, later, ids, st.just(""), some_text, maybe_expected, reasons),
    st.builds(ProblemReported, names, words, words, later, ids, st.just(""), reasons, st.sampled_from(ActingParty)),
    st.builds(ProblemUpdated, names, words, later, some_text, maybe_expected),
    st.builds(ProblemResolved, names, words),
    st.builds(ExpectationRevised, expectations, ids, st.just("") | parcel_ids),
    st.builds(LinesCancelled, quantities, some_text, st.booleans()),
    st.builds(Refunded, names, money, ids, some_text, st.none() | times),
    st.builds(CreditGiven, names, words, st.none() | money, some_text),
    st.builds(NoteToBuyer, words, st.none() | times),
    st.builds(
        StillWithYou,
        st.sampled_from(sorted(WatchCause)[1:]),
        times,
        message_ids,
        ids,
        st.just("") | parcel_ids,
        st.none() | times,
    ),
    st.builds(QuestionAsked, names, words, st.sampled_from(QuestionChannel), some_text),
    st.builds(QuestionAcknowledged, names, reply_times),
    st.builds(QuestionAnswered, names, words),
    st.builds(QuestionDelayed, names, reply_times, later, message_ids),
    st.builds(QuestionDelayed, names, reply_times, reply_times, message_ids),
    st.builds(LinkRequested),
    st.builds(ContactUpdated, buyers),
    st.builds(BuyerErased),
    st.builds(MessageBounced, message_ids, st.booleans(), some_text),
    st.builds(ResendRequested, message_ids),
    st.builds(PreferencesUpdated, st.booleans()),
)
events = st.builds(lambda change, at: Event(change, at, source_for(change)), changes, times)
# Most lives begin so that much of what follows is legal.
_UNDER_WAY: list[Change] = [
    PackingStarted(),
    shipped("p1", LineQuantity("book", 2)),
    shipped("p2", LineQuantity("book", 1), handed_over=True),
    DownloadReady("app", (FILE,), expires_at=START + 40 * DAY),
    AccessGranted("site", "https://site.example", code=Sealed("k1", b"secret")),
    TrialStarted("course", START + 40 * DAY, Money("EUR", 9), allowance_total=10),
    ReadyForCollection(POINT),
    ProblemReported("n1", "It broke", "We send another", START + 9 * DAY, ("book",)),
    QuestionAsked("n1", "Where is it?"),
    QuestionAcknowledged("n1", START + DAY),
]
beginnings: st.SearchStrategy[list[Change]] = st.sampled_from(
    [
        _UNDER_WAY,
        [*_UNDER_WAY, scan(TrackingStatus.DELIVERED), Collected(), DownloadTaken("app", "setup")],
        [],
    ]
)
lives = st.tuples(beginnings, st.lists(events, min_size=3, max_size=40))


def live(life: tuple[list[Change], list[Event]], policy: Policy = DEFAULT_POLICY) -> list[Recorded]:
    """Every event of a life that was not refused, with what came of it, from a new order of all ways."""
    beginning, rest = life
    order = new_order()
    story: list[Recorded] = []
    told = [Event(change, START + number * MINUTE, source_for(change)) for number, change in enumerate(beginning, 1)]
    for number, event in enumerate([*told, *rest]):
        try:
            story.append(record(order, event, START + 60 * DAY + number * MINUTE, policy))
        except DomainError:
            continue
        order = story[-1].order
    return story
