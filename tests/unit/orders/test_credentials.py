"""Who calls, and what they may record."""

from datetime import timedelta

import pytest

from chassis.keys import hash_key
from orders.domain.buyer import Buyer
from orders.domain.changes.care import (
    CreditGiven,
    NoteToBuyer,
    ProblemResolved,
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
    ChargeMade,
    ChargeNoticeAccepted,
    DownloadRenewed,
    DownloadTaken,
    TrialCancelled,
)
from orders.domain.changes.shipping import ParcelShipped
from orders.domain.events import Change, Event
from orders.domain.values import Money
from orders.domain.vocabulary import EventSource, WatchCause
from orders.use_cases.credentials import SCOPE_READ, SCOPE_WRITE, Credentials, Principal, Role
from orders.use_cases.errors import Forbidden, Invalid, Unauthenticated
from orders.use_cases.origins import admitted
from orders.use_cases.ports import KeyRecord
from tests.fakes.orders_parts import NOW, StandingClock
from tests.fakes.orders_stores import InMemoryKeys

SHOP = Principal(Role.MERCHANT, "merchants/lantern")
PAGE = Principal(Role.SERVICE)


class Rig:
    def __init__(self) -> None:
        self.keys = InMemoryKeys()
        self.clock = StandingClock()
        self.monotonic = 0.0
        self.credentials = Credentials(
            self.keys,
            self.clock,
            lambda: self.monotonic,
            admin_key_hash=hash_key("admin"),
            service_key_hash=hash_key("page"),
        )

    async def add(self, key: str, scope: int = SCOPE_WRITE, lives: timedelta | None = None) -> str:
        name = f"merchants/lantern/apiKeys/{key}"
        expires = NOW + lives if lives else None
        await self.keys.add(KeyRecord(hash_key(key), name, "merchants/lantern", "", scope, NOW, expires))
        return name


async def test_each_key_is_whose_it_is() -> None:
    rig = Rig()
    await rig.add("writes")
    await rig.add("reads", SCOPE_READ)
    assert (await rig.credentials.principal("admin")).role is Role.ADMIN
    assert (await rig.credentials.principal("page")).role is Role.SERVICE
    assert await rig.credentials.principal("writes") == Principal(Role.MERCHANT, "merchants/lantern", may_write=True)
    assert await rig.credentials.principal("reads") == Principal(Role.MERCHANT, "merchants/lantern", may_write=False)


@pytest.mark.parametrize("scope", [3, 4, 5])
async def test_a_key_of_the_care_desk_reads_and_can_be_told_by_its_record(scope: int) -> None:
    rig = Rig()
    name = await rig.add("desk", scope)
    principal = await rig.credentials.principal("desk")
    assert not principal.may_write
    assert principal.api_key is not None
    assert (principal.api_key.name, principal.api_key.scope) == (name, scope)


@pytest.mark.parametrize("key", ["", "unknown", "x" * 500])
async def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(Unauthenticated):
        await Rig().credentials.principal(key)


async def test_a_key_is_read_once_in_five_seconds() -> None:
    rig = Rig()
    await rig.add("writes")
    for _ in range(10):
        await rig.credentials.principal("writes")
    assert rig.keys.reads == 1
    rig.monotonic = 6.0
    await rig.credentials.principal("writes")
    assert rig.keys.reads == 2


async def test_a_revoked_key_stops_within_ten_seconds() -> None:
    rig = Rig()
    name = await rig.add("writes")
    await rig.credentials.principal("writes")
    await rig.keys.revoke(name, NOW)
    rig.monotonic = 9.9
    with pytest.raises(Unauthenticated):
        await rig.credentials.principal("writes")


async def test_a_key_stops_at_its_expiry_although_it_is_remembered() -> None:
    rig = Rig()
    await rig.add("writes", lives=timedelta(seconds=1))
    await rig.credentials.principal("writes")
    rig.clock.at = NOW + timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        await rig.credentials.principal("writes")


async def test_many_unknown_keys_take_no_memory_for_ever() -> None:
    rig = Rig()
    for number in range(10_050):
        with pytest.raises(Unauthenticated):
            await rig.credentials.principal(f"guess-{number}")
    assert len(rig.credentials._remembered) == 10_000


@pytest.mark.parametrize(
    "change",
    [
        DownloadTaken("atlas", "f1"),
        LinkRequested(),
        QuestionAsked("q1", "Where is it?"),
        DownloadRenewed("atlas", by_buyer=True),
        PreferencesUpdated(),
    ],
)
def test_what_buyers_do_is_the_pages_to_report(change: Change) -> None:
    assert admitted(Event(change), PAGE).source is EventSource.BUYER
    with pytest.raises(Forbidden):
        admitted(Event(change), SHOP)


@pytest.mark.parametrize(
    "change",
    [
        StillWithYou(WatchCause.SILENCE, NOW, "m1"),
        QuestionDelayed("q1", NOW, NOW, "m1"),
        ChargeNoticeAccepted("course", NOW, Money("EUR", 9), "m1"),
        MessageBounced("m1"),
    ],
)
def test_what_our_services_saw_is_theirs_to_report(change: Change) -> None:
    assert admitted(Event(change), PAGE).source is EventSource.SYSTEM
    with pytest.raises(Forbidden):
        admitted(Event(change), SHOP)
    with pytest.raises(Forbidden, match="nothing that a care team does"):
        admitted(Event(change, source=EventSource.CARE), PAGE)


@pytest.mark.parametrize(
    "change",
    [
        NoteToBuyer("x"),
        ProblemResolved("p", "x"),
        CreditGiven("c", "x"),
        Refunded("r", Money("EUR", 9)),
        QuestionAnswered("q1", "x"),
        DownloadRenewed("atlas"),
        AccessGranted("room", "https://room.test"),
        ResendRequested("m1"),
        LinkRequested(),
    ],
)
def test_the_desk_speaks_for_the_care_team(change: Change) -> None:
    assert admitted(Event(change, source=EventSource.CARE), PAGE).source is EventSource.CARE
    with pytest.raises((Forbidden, Invalid)):
        admitted(Event(change, source=EventSource.CARE), SHOP)


@pytest.mark.parametrize(
    "change", [ParcelShipped("p1"), ChargeMade("course", Money("EUR", 9)), DownloadTaken("a", "f")]
)
def test_a_care_team_ships_and_charges_nothing(change: Change) -> None:
    with pytest.raises(Forbidden, match="nothing that a care team does"):
        admitted(Event(change, source=EventSource.CARE), PAGE)


def test_a_cancelled_trial_is_the_merchants_word_or_through_the_page_the_buyers() -> None:
    assert admitted(Event(TrialCancelled("course", by_buyer=True)), PAGE).source is EventSource.BUYER
    assert admitted(Event(TrialCancelled("course")), SHOP).source is EventSource.MERCHANT
    with pytest.raises(Forbidden):
        admitted(Event(TrialCancelled("course")), PAGE)


def test_only_the_desk_wants_a_message_again() -> None:
    for principal in (SHOP, PAGE):
        with pytest.raises(Forbidden):
            admitted(Event(ResendRequested("m1")), principal)


@pytest.mark.parametrize("principal", [SHOP, PAGE])
@pytest.mark.parametrize("change", [BuyerErased(), ContactUpdated(Buyer())])
def test_what_other_calls_write_is_nobodys_to_report(change: Change, principal: Principal) -> None:
    with pytest.raises(Forbidden):
        admitted(Event(change), principal)


@pytest.mark.parametrize("change", [NoteToBuyer("x"), DownloadRenewed("atlas")])
def test_the_page_reports_nothing_of_the_merchants(change: Change) -> None:
    assert admitted(Event(change), SHOP).source is EventSource.MERCHANT
    with pytest.raises(Forbidden):
        admitted(Event(change), PAGE)


@pytest.mark.parametrize("source", [EventSource.BUYER, EventSource.CARE, EventSource.SYSTEM])
def test_a_merchant_speaks_for_itself_and_its_carriers_only(source: EventSource) -> None:
    with pytest.raises(Invalid):
        admitted(Event(NoteToBuyer("x"), source=source), SHOP)
    assert admitted(Event(NoteToBuyer("x"), source=EventSource.CARRIER), SHOP).source is EventSource.CARRIER
