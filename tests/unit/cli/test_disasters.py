"""What `wismo simulate --disasters` lays over ordinary lives."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from wismo.cli.simulation.disasters import Disaster, Disasters, disasters
from wismo.cli.simulation.parcels import JOURNEY
from wismo.cli.simulation.plans import Plan, plan
from wismo.client import TrackingStatus
from wismo.client.vocabulary import word

BASE = datetime(2026, 11, 24, 12, tzinfo=UTC)
SEED = 7
ORDERS = range(1, 401)


@pytest.fixture(scope="module")
def fallen() -> Disasters:
    return disasters(SEED, BASE, 1.0)


@pytest.fixture(scope="module")
def plans(fallen: Disasters) -> list[Plan]:
    return [plan(SEED, number, "sim-test", BASE, 1.0, fallen) for number in ORDERS]


def kinds(each: Plan) -> Counter[str]:
    return Counter(step.event.WhichOneof("change") or "" for step in each.steps)


def scans(each: Plan) -> list[datetime]:
    return [step.event.occurred_at.ToDatetime(UTC) for step in each.steps if step.event.HasField("parcel_progressed")]


def test_every_disaster_befalls_some_orders_and_most_stay_ordinary(plans: list[Plan]) -> None:
    counted = Counter(disaster for each in plans for disaster in each.befell)
    assert set(counted) == set(Disaster)
    assert sum(not each.befell for each in plans) > len(plans) / 3


def test_the_same_seed_makes_the_same_disasters(fallen: Disasters, plans: list[Plan]) -> None:
    assert disasters(SEED, BASE, 1.0) == fallen
    assert disasters(SEED + 1, BASE, 1.0) != fallen
    again = [plan(SEED, number, "sim-test", BASE, 1.0, fallen) for number in range(1, 20)]
    assert [each.steps for each in again] == [each.steps for each in plans[:19]]


def test_who_is_spared_lives_as_without_disasters(plans: list[Plan]) -> None:
    spared = next(each for each in plans if not each.befell)
    assert plan(SEED, spared.number, "sim-test", BASE, 1.0) == spared


def test_nothing_happens_before_the_order_or_after_the_present(plans: list[Plan]) -> None:
    for each in plans:
        placed = each.order.placed_at.ToDatetime(UTC)
        assert all(placed <= step.event.occurred_at.ToDatetime(UTC) <= step.at <= BASE for step in each.steps)


def test_carriers_on_strike_scan_nothing_meanwhile(plans: list[Plan], fallen: Disasters) -> None:
    idle = [each for each in plans if each.person.town.carrier in fallen.carriers]
    assert not [at for each in idle for at in scans(each) if at in fallen.strike]
    others = [each for each in plans if each.person.town.carrier not in fallen.carriers]
    assert [at for each in others for at in scans(each) if at in fallen.strike]


def test_a_silent_warehouse_packs_nothing_and_says_nothing(plans: list[Plan], fallen: Disasters) -> None:
    asleep = [each for each in plans if Disaster.SILENT_WAREHOUSE in each.befell]
    for each in asleep:
        packing = [step.at for step in each.steps if step.event.HasField("packing_started")]
        assert all(at >= fallen.warehouse.end for at in packing[:1])


def test_a_lost_parcel_stops_on_its_way_and_some_shops_never_own_up(plans: list[Plan]) -> None:
    lost = [each for each in plans if Disaster.LOST_PARCEL in each.befell]
    confessed = [each for each in lost if any("LOST-" in step.event.problem_reported.problem_id for step in each.steps)]
    assert 0 < len(confessed) < len(lost)
    one_parcel = [each for each in lost if kinds(each)["parcel_shipped"] == 1]
    for each in one_parcel:
        seen = {
            word(TrackingStatus, step.event.parcel_progressed.status)
            for step in each.steps
            if step.event.HasField("parcel_progressed")
        }
        assert seen <= set(JOURNEY)


def test_in_a_wave_of_trials_some_charges_are_never_announced(plans: list[Plan]) -> None:
    charged = [each for each in plans if Disaster.TRIAL_WAVE in each.befell and kinds(each)["charge_made"]]
    assert {bool(kinds(each)["charge_coming"]) for each in charged} == {True, False}


def test_impatient_buyers_ask_again_and_some_are_never_answered(plans: list[Plan]) -> None:
    asked = [each for each in plans if kinds(each)["question_asked"]]
    assert all(Disaster.IMPATIENT_BUYER in each.befell for each in asked)
    assert max(kinds(each)["question_asked"] for each in asked) >= 3
    assert {bool(kinds(each)["question_answered"]) for each in asked} == {True, False}


def test_ordinary_lives_have_no_questions() -> None:
    lives = [plan(SEED, number, "sim-test", BASE, 1.0) for number in range(1, 50)]
    assert not any(each.befell or kinds(each)["question_asked"] for each in lives)
