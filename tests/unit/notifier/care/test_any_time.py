"""Whoever looks late decides the same as who looked at once: verdicts follow from the times of what happened."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.care import Obligation, Observation, State, Told, Watch, bounced, catch_up, heard
from notifier.care.measures import increments, merged, recount
from notifier.care.policies import zone_of
from orders.adapters.proto_mapping import order_to_proto
from orders.domain.changes.care import (
    ExpectationRevised,
    NoteToBuyer,
    ProblemReported,
    ProblemResolved,
    ProblemUpdated,
    QuestionAcknowledged,
    QuestionAnswered,
    QuestionAsked,
)
from orders.domain.changes.entitlement import AccessGranted, ChargeComing, ChargeMade, DownloadReady, TrialStarted
from orders.domain.errors import DomainError
from orders.domain.events import Change, Event
from orders.domain.fold import create, record
from orders.domain.moves import SOURCES
from orders.domain.order import (
    Buyer,
    DownloadFile,
    Draft,
    EventSource,
    Expectation,
    Money,
    Order,
    PostalAddress,
    Sealed,
    TrackingStatus,
)
from wismo.orders.v1 import order_pb2

from .stories import APP, BOOK, COURSE, DAY, HOUR, MINUTE, SITE, START, expected, merchant, scan, shipped

_STATUSES = (TrackingStatus.PICKED_UP, TrackingStatus.IN_TRANSIT, TrackingStatus.EXCEPTION, TrackingStatus.DELIVERED)
# What a word may be, by chance: an event's message, or a notice of the watchdog's.
_KINDS = (("shipped", True), ("still_with_you", False), ("no_scan", False), ("answer_late", False), ("note", True))


@dataclass(frozen=True)
class Life:
    """The versions of an order, and what was told of it, bounces and all."""

    versions: tuple[order_pb2.Order, ...]
    told: tuple[Told, ...]
    end: datetime


def change_at(number: int, at: datetime, hours: int) -> Change:
    soon = at + (1 + hours) * HOUR
    menu: tuple[Change, ...] = (
        shipped("p1", handed_over=False, expected_by=soon),
        shipped("p1", handed_over=True),
        scan(_STATUSES[hours % 4]),
        scan(_STATUSES[hours % 3]),
        QuestionAsked(f"q-{hours % 2}", f"Where? {at}"),
        QuestionAcknowledged(f"q-{hours % 2}", soon),
        QuestionAnswered(f"q-{hours % 2}", f"There. {at}"),
        ProblemReported(f"n-{hours % 2}", "It broke", "We mend it", soon),
        ProblemUpdated(f"n-{hours % 2}", f"Still broken {at}", soon),
        ProblemResolved(f"n-{hours % 2}", "Mended"),
        NoteToBuyer(f"A note {at}", soon),
        ExpectationRevised(Expectation(soon), ("book",)),
        DownloadReady("app", (DownloadFile("setup", "setup.exe", 1, local_path="x"),), expires_at=at + 9 * DAY),
        AccessGranted("site", "https://site.example", code=Sealed("k", b"s"), expires_at=at + 9 * DAY),
        TrialStarted("course", at + 10 * DAY, Money("EUR", 9)),
        ChargeComing("course", at + 8 * DAY + hours * HOUR, Money("EUR", 9)),
        ChargeMade("course", Money("EUR", 9)),
    )
    return menu[number % len(menu)]


def new_order() -> Order:
    buyer = Buyer("ada@example.com", "", "Ada", "en", "Europe/Berlin", PostalAddress("Ada", ("Weg 1",), "Berlin"))
    lines = (expected(BOOK, START + 4 * DAY), APP, SITE, COURSE)
    return create(Draft("merchants/shop/orders/R-1", "R-1", buyer, lines, START), START, START).order


@st.composite
def lives(draw: st.DrawFn) -> Life:
    order = new_order()
    versions, at = [order_to_proto(order)], START
    steps = draw(st.lists(st.tuples(st.integers(0, 16), st.integers(1, 60 * 40), st.integers(0, 30)), max_size=14))
    for number, minutes, hours in steps:
        at += minutes * MINUTE
        change = change_at(number, at, hours)
        allowed = SOURCES[Event(change).kind]
        source = EventSource.MERCHANT if EventSource.MERCHANT in allowed else min(allowed)
        try:
            new = record(order, Event(change, at, source), at).order
        except DomainError:
            continue
        if new is not order:
            order = new
            versions.append(order_to_proto(order))
    told = []
    words = draw(st.lists(st.tuples(st.integers(1, 60 * 24 * 14), st.integers(0, 4), st.booleans()), max_size=14))
    for number, (minutes, kind, comes_back) in enumerate(sorted(words)):
        accepted, (name, new_fact) = START + minutes * MINUTE + timedelta(seconds=number), _KINDS[kind]
        known = [one.sequence for one in versions if one.update_time.ToDatetime() <= accepted.replace(tzinfo=None)]
        told.append(
            Told(
                f"m-{number}",
                name,
                accepted,
                new_fact=new_fact,
                sequences=(known[-1],) if new_fact else (),
                about="" if new_fact else "question/q-0/1",
                promised_at=None if new_fact else accepted + 20 * HOUR,
                bounced_at=accepted + 90 * MINUTE if comes_back else None,
            )
        )
    return Life(tuple(versions), tuple(told), START + 40 * DAY)


def look(life: Life, moments: list[datetime]) -> tuple[Watch, list[Obligation], list[Observation]]:
    """Live it, and look at these moments and at the end."""
    watch, ended, observed, seen, shop = Watch(), list[Obligation](), list[Observation](), 0, merchant()
    done_told: set[str] = set()
    done_back: set[str] = set()
    for moment in [*sorted(moments), life.end]:
        for one in life.told:
            if one.accepted_at <= moment and one.message_id not in done_told:
                done_told.add(one.message_id)
                watch = heard(watch, replace(one, bounced_at=None))
            back_at = one.bounced_at
            if back_at is not None and back_at <= moment and one.message_id not in done_back:
                done_back.add(one.message_id)
                watch = bounced(watch, one.message_id, back_at)
        known = [one for one in life.versions if _recorded(one) <= moment]
        fresh = known[seen:] or known[-1:]  # As the notifier does: what is new, or else the newest.
        seen = len(known)
        if fresh:
            done = catch_up(watch, fresh, shop, moment)
            watch = done.watch
            ended += done.ended
            observed += done.observed
    return watch, ended, observed


def _recorded(order: order_pb2.Order) -> datetime:
    return order.update_time.ToDatetime(tzinfo=START.tzinfo)


def _verdicts(ended: list[Obligation]) -> dict[tuple[str, str], tuple[State, datetime | None]]:
    """What matters of how things ended. That a thing was not owed any more says nothing of how well we did."""
    says = {State.KEPT, State.KEPT_LATE, State.BROKEN}
    return {(one.kind.name, one.cause): (one.state, one.settled_at) for one in ended if one.state in says}


def _every_fact(life: Life) -> list[datetime]:
    told = [at for one in life.told for at in (one.accepted_at, one.bounced_at) if at is not None]
    return [*map(_recorded, life.versions), *told]


@settings(max_examples=150, deadline=None)
@given(lives(), st.lists(st.integers(0, 60 * 24 * 40), max_size=8))
def test_a_look_that_comes_late_decides_the_same(life: Life, minutes: list[int]) -> None:
    _, at_once, _ = look(life, _every_fact(life))
    _, some_day, _ = look(life, [START + one * MINUTE for one in minutes])
    late, prompt = _verdicts(some_day), _verdicts(at_once)
    assert {key: (late.get(key), prompt.get(key)) for key in late | prompt if late.get(key) != prompt.get(key)} == {}


@settings(max_examples=100, deadline=None)
@given(lives(), st.lists(st.integers(0, 60 * 24 * 40), max_size=8))
def test_the_sum_of_the_increments_is_the_recount(life: Life, minutes: list[int]) -> None:
    zone = zone_of("Europe/Berlin")
    _, _, observed = look(life, [START + one * MINUTE for one in minutes])
    counted = increments(observed, zone)
    again = recount(life.versions, life.told, (), merchant(), life.end)
    assert {day: tally.sums for day, tally in counted.items()} == {day: tally.sums for day, tally in again.items()}
    assert merged(counted.values()).most == merged(again.values()).most


@settings(max_examples=100, deadline=None)
@given(lives(), st.lists(st.integers(0, 60 * 24 * 40), max_size=5))
def test_to_look_again_changes_nothing(life: Life, minutes: list[int]) -> None:
    watch, _, _ = look(life, [START + one * MINUTE for one in minutes])
    again = catch_up(watch, life.versions[-1:], merchant(), life.end)
    assert (again.watch, again.ended, again.observed) == (watch, (), ())


def test_many_that_come_back_at_once_are_all_accounted_for() -> None:
    """More failures than a watch keeps, and then a word that arrives: each of them ends by that word."""
    back = START + HOUR
    lost = [
        Told(f"m-{n:02}", "shipped", START + n * MINUTE, sequences=(1,), bounced_at=back + timedelta(seconds=n))
        for n in range(12)
    ]
    arrived = Told("m-99", "shipped", START + 2 * HOUR, sequences=(1,))
    life = Life((order_to_proto(new_order()),), (*lost, arrived), START + DAY)
    _, at_once, _ = look(life, _every_fact(life))
    watch, late, _ = look(life, [START + 90 * MINUTE])
    wanted = {("SILENCE", f"messagem-{n:02}"): (State.KEPT_LATE, arrived.accepted_at) for n in range(12)}
    for ended in (at_once, late):
        assert {key: verdict for key, verdict in _verdicts(ended).items() if key[1].startswith("message")} == wanted
    again, _, _ = look(Life(life.versions, (*lost, arrived), START + DAY + HOUR), [START + 90 * MINUTE, START + DAY])
    assert len(watch.failed) == len(again.failed) <= 8, "what is over need not be remembered"
