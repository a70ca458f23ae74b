import runpy
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wismo.client import DeliveryMode, carriers
from wismo.client import ExceptionReason as R
from wismo.client import TrackingStatus as S
from wismo.client.carriers import CarrierWord, aftership, easypost, karrio, shopify
from wismo.client.carriers.aftership import SUBTAGS, TAGS
from wismo.client.carriers.easypost import DETAILS
from wismo.client.carriers.easypost import STATUSES as EASYPOST
from wismo.client.carriers.karrio import REASONS
from wismo.client.carriers.karrio import STATUSES as KARRIO
from wismo.client.carriers.shopify import STATUSES as SHOPIFY


@pytest.mark.parametrize(
    ("table", "size"),
    [(TAGS, 9), (EASYPOST, 10), (DETAILS, 28), (KARRIO, 12), (REASONS, 35)],
    ids=["AfterShip tags", "EasyPost statuses", "EasyPost details", "Karrio statuses", "Karrio reasons"],
)
def test_each_table_has_the_whole_vocabulary(table: Mapping[str, object], size: int) -> None:
    assert len(table) == size


def test_every_subtag_belongs_to_a_tag_that_is_known() -> None:
    assert {subtag.partition("_")[0] for subtag in SUBTAGS} == set(TAGS)
    assert len(SUBTAGS) >= 42


def test_shopify_has_all_event_and_display_statuses() -> None:
    event = "ATTEMPTED_DELIVERY CARRIER_PICKED_UP CONFIRMED DELAYED DELIVERED FAILURE IN_TRANSIT LABEL_PRINTED "
    event += "LABEL_PURCHASED OUT_FOR_DELIVERY READY_FOR_PICKUP"
    display = "CANCELED FULFILLED LABEL_VOIDED MARKED_AS_FULFILLED NOT_DELIVERED PICKED_UP SUBMITTED"
    assert {*event.split(), *display.split()} <= set(SHOPIFY)


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        (aftership("Exception", "Exception_004"), S.ON_HOLD, R.INSPECTION),
        (aftership("Exception", "Exception_013"), S.EXCEPTION, R.LOST),
        (aftership("AttemptFail", "AttemptFail_002"), S.ATTEMPT_FAILED, R.NOT_HOME),
        (aftership("InTransit", "InTransit_002"), S.PICKED_UP, None),
        (aftership("OutForDelivery"), S.OUT_FOR_DELIVERY, None),
        (aftership("Exception", "Exception_099"), S.EXCEPTION, R.OTHER),
        (shopify("in_transit"), S.IN_TRANSIT, None),
        (shopify("ATTEMPTED_DELIVERY"), S.ATTEMPT_FAILED, None),
        (karrio("delivery_failed", "consignee_not_home"), S.ATTEMPT_FAILED, R.NOT_HOME),
        (karrio("on_hold", "customs_duties_unpaid"), S.ON_HOLD, R.DUTIES_UNPAID),
        (karrio("return_to_sender"), S.RETURNING, None),
        (easypost("in_transit", "weather_delay"), S.DELAYED, R.WEATHER),
        (easypost("in_transit", "arrived_at_facility"), S.IN_TRANSIT, None),
        (easypost("return_to_sender", "refused"), S.RETURNING, R.REFUSED),
        (easypost("failure", "lost"), S.EXCEPTION, R.LOST),
        (easypost("pre_transit", "label_created"), S.LABEL_CREATED, None),
    ],
)
def test_words_mean_what_their_owners_say(word: CarrierWord, status: S, reason: R | None) -> None:
    assert (word.status, word.reason) == (status, reason)


def test_to_whom_it_was_handed_over_is_kept() -> None:
    assert aftership("Delivered", "Delivered_002").delivery_mode is DeliveryMode.PICKED_UP
    assert aftership("Delivered", "Delivered_005").delivery_mode is DeliveryMode.NEIGHBOUR
    assert shopify("PICKED_UP").delivery_mode is DeliveryMode.PICKED_UP


@pytest.mark.parametrize("mapping", [aftership, shopify, karrio, easypost])
def test_a_value_that_nobody_has_heard_of_is_in_transit_and_kept(mapping: Callable[[str], CarrierWord]) -> None:
    word = mapping("TELEPORTED")
    assert (word.status, word.carrier_code, word.known) == (S.IN_TRANSIT, "TELEPORTED", False)


def test_a_reason_that_nobody_has_heard_of_is_other_and_kept() -> None:
    word = karrio("on_hold", "aliens")
    assert (word.status, word.reason, word.carrier_code, word.known) == (S.ON_HOLD, R.OTHER, "on_hold/aliens", False)
    assert not easypost("in_transit", "aliens").known


@given(st.text(), st.text())
def test_every_mapping_is_total_and_its_event_can_be_sent(first: str, second: str) -> None:
    for word in (
        carriers.aftership(first, second),
        carriers.karrio(first, second),
        carriers.easypost(first, second),
        carriers.shopify(first),
    ):
        event = word.event("P-1").parcel_progressed
        assert event.status
        assert len(event.carrier_code) <= 64


def test_the_published_tables_are_those_of_the_code() -> None:
    tool = Path(__file__).parents[3] / "protos" / "tools" / "carrier_tables.py"
    assert runpy.run_path(str(tool))["main"](["--check"]) == 0, "run python protos/tools/carrier_tables.py"
