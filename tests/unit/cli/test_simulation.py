from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from wismo.cli.simulation.parcels import JOURNEY
from wismo.cli.simulation.plans import Plan, plan
from wismo.cli.simulation.tally import Acknowledged, Failed, Tally, report
from wismo.orders.v1.line_pb2 import LINE_KIND_PHYSICAL, LineKind

BASE = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [plan(7, number, "sim-test", BASE, 1.0) for number in range(1, 301)]


def test_the_same_seed_makes_the_same_requests_byte_for_byte() -> None:
    for number in range(1, 20):
        first, second = (plan(3, number, "sim-a", BASE, 1.0) for _ in range(2))
        assert first.order.SerializeToString(deterministic=True) == second.order.SerializeToString(deterministic=True)
        assert [step.event for step in first.steps] == [step.event for step in second.steps]


def test_another_seed_makes_another_shop() -> None:
    assert plan(3, 1, "sim-a", BASE, 1.0).order != plan(4, 1, "sim-a", BASE, 1.0).order


def test_nothing_happens_before_the_order_or_after_the_present(plans: list[Plan]) -> None:
    for each in plans:
        placed = each.order.placed_at.ToDatetime(tzinfo=UTC)
        for step in each.steps:
            happened = step.event.occurred_at.ToDatetime(tzinfo=UTC)
            assert placed <= happened <= step.at <= BASE


def test_lives_of_any_scale_end_by_the_present() -> None:
    for number in range(1, 50):
        each = plan(1, number, "sim-a", BASE, 0.01)
        assert all(step.at <= BASE for step in each.steps)
        assert each.order.placed_at.ToDatetime(tzinfo=UTC) > BASE - timedelta(hours=5)


def test_the_shop_sells_all_kinds_in_two_languages(plans: list[Plan]) -> None:
    kinds = {line.kind for each in plans for line in each.order.lines}
    assert kinds == {number for number in LineKind.values() if number}
    assert {each.order.buyer.locale for each in plans} == {"en", "ru"}
    assert any(len({line.kind for line in each.order.lines}) > 1 for each in plans)


def test_buyers_have_addresses_of_their_own_on_the_reserved_domain(plans: list[Plan]) -> None:
    addresses = [each.order.buyer.email for each in plans]
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith(".test") for address in addresses)


def test_everything_that_makes_lives_hard_comes_up(plans: list[Plan]) -> None:
    seen = Counter(step.event.WhichOneof("change") for each in plans for step in each.steps)
    wanted = (
        "payment_changed lines_backordered packing_started parcel_shipped parcel_progressed return_started "
        "return_received ready_for_collection collected download_ready download_renewed access_granted access_used "
        "trial_started allowance_used charge_coming charge_made trial_cancelled delay_announced problem_reported "
        "problem_updated problem_resolved lines_cancelled refunded credit_given note_to_buyer"
    )
    assert set(wanted.split()) <= set(seen)
    assert any(step.copy_of is not None for each in plans for step in each.steps)


def test_some_scans_are_heard_out_of_order_and_some_twice(plans: list[Plan]) -> None:
    def scans(each: Plan) -> list[datetime]:
        return [
            step.event.occurred_at.ToDatetime(tzinfo=UTC)
            for step in each.steps
            if step.event.HasField("parcel_progressed") and step.event.parcel_progressed.parcel_id == "P-1"
        ]

    assert any(scans(each) != sorted(scans(each)) for each in plans)
    assert any(len(set(scans(each))) < len(scans(each)) for each in plans)


def test_some_orders_are_split_over_several_parcels(plans: list[Plan]) -> None:
    shipped = [
        {step.event.parcel_shipped.parcel_id for step in each.steps if step.event.HasField("parcel_shipped")}
        for each in plans
    ]
    assert max(map(len, shipped)) >= 2


def test_no_line_is_shipped_twice_and_no_virtual_line_at_all(plans: list[Plan]) -> None:
    for each in plans:
        physical = {line.line_id for line in each.order.lines if line.kind == LINE_KIND_PHYSICAL and not line.pickup}
        parcels = {
            step.event.parcel_shipped.parcel_id: [line.line_id for line in step.event.parcel_shipped.lines]
            for step in each.steps
            if step.event.HasField("parcel_shipped")
        }
        sent = [line for lines in parcels.values() for line in lines]
        assert len(sent) == len(set(sent))
        assert set(sent) <= physical


def test_every_way_of_a_parcel_leads_to_an_end() -> None:
    ends = {state for ways in JOURNEY.values() for state, _ in ways} - set(JOURNEY)
    assert {end.value for end in ends} == {"delivered", "returned"}


def test_the_report_has_every_acknowledgement_under_its_order(plans: list[Plan]) -> None:
    tally = Tally(planned=3)
    name = f"merchants/acme/orders/{plans[0].order.reference}"
    tally.acknowledge(Acknowledged(name, "r1", "order_created", 1, "applied", BASE.isoformat(), 0.2))
    tally.acknowledge(Acknowledged(name, "r2", "note_to_buyer", 2, "applied", BASE.isoformat(), 0.1))
    tally.refused.append(Failed(name, "r3", "collected", "no", "ILLEGAL_MOVE"))
    content = report(tally, plans, {"merchant": "merchants/acme"})
    assert [order["order"] for order in content["orders"]] == [name]
    assert [event["request_id"] for event in content["orders"][0]["events"]] == ["r1", "r2"]
    assert content["orders"][0]["highest_sequence"] == 2
    assert content["refused"][0]["reason"] == "ILLEGAL_MOVE"
    assert tally.done == 3
    assert tally.percentile(0.5) == 0.2
