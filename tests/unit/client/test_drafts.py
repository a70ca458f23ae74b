"""Merchants as a backend writes them: care team, policies, business hours."""

from datetime import date, time, timedelta

import pytest

from wismo.client import InvalidInput, drafts
from wismo.orders.v1.merchant_pb2 import Policies


def test_a_shop_says_who_answers_and_what_it_promises() -> None:
    shop = drafts.new_merchant(
        "acme",
        "Acme",
        sender_email="orders@acme.test",
        contact_email="care@acme.test",
        contact_phone="+493012345678",
        postal_address=["Acme", "Berlin"],
        care=drafts.care_team(email="desk@acme.test", webhook_url="https://acme.test/hook", webhook_secret="whsec_x"),
        policies=drafts.policies(
            silence_limit=timedelta(hours=36),
            silence_rules=[drafts.silence_rule(timedelta(hours=72), line_state="backordered")],
            business_hours=drafts.open_on(range(1, 6), time(9), time(17)),
            closed_days=[date(2026, 12, 24), "2026-12-31"],
            carrier_milestones=["delivered"],
            download_renewals=0,
        ),
    )
    assert shop.care.webhook_secret.plaintext == "whsec_x"
    assert shop.policies.silence_rules[0].line_state == 2
    assert [each.iso_weekday for each in shop.policies.business_hours] == [1, 2, 3, 4, 5]
    assert list(shop.policies.closed_days) == ["2026-12-24", "2026-12-31"]
    assert shop.policies.HasField("download_renewals")


def test_every_policy_can_be_given() -> None:
    names = {field.name for field in Policies.DESCRIPTOR.fields}
    assert names == set(drafts.policies.__annotations__) - {"return"}
    assert not drafts.policies().ListFields()


def test_a_day_ends_at_midnight_and_nothing_ends_before_it_begins() -> None:
    (period,) = drafts.open_on([7], time(22), time(0))
    assert (period.opens_minute, period.closes_minute) == (1_320, 1_440)
    with pytest.raises(InvalidInput, match="09:00 is not later than 17:00"):
        drafts.open_on([1], time(17), time(9))
