from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wismo.client import InvalidInput, Money
from wismo.client.values import (
    datetime_of,
    merchant_of_key,
    moment,
    money,
    money_of,
    order_name,
    quantities,
    reference_of,
    span,
)


def test_a_moment_keeps_its_instant_whatever_its_zone() -> None:
    local = datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    stamp = moment(local, "at")
    assert stamp is not None
    assert datetime_of(stamp) == local
    assert datetime_of(stamp).tzinfo is UTC


def test_a_moment_without_a_zone_is_refused_with_its_field() -> None:
    with pytest.raises(InvalidInput, match=r"occurred_at: .* has no time zone"):
        moment(datetime(2026, 11, 24, 10), "occurred_at")  # noqa: DTZ001 - that it has none is the point.


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(InvalidInput, match="billing_period"):
        span(timedelta(0), "billing_period")


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=9))
def test_money_is_exact_both_ways(amount: Decimal) -> None:
    message = money((amount, "EUR"), "amount")
    assert message is not None
    assert money_of(message).amount == amount
    assert (message.units >= 0) == (message.nanos >= 0) or 0 in {message.units, message.nanos}


def test_money_is_shown_with_two_decimals_or_as_many_as_it_has() -> None:
    shown = [str(money_of(money((text, "EUR"), "a"))) for text in ("19.9", "5", "0.125", "100")]
    assert shown == ["19.90 EUR", "5.00 EUR", "0.125 EUR", "100.00 EUR"]


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ((19.9, "EUR"), "is a float"),
        (("19.90", "eur"), "is no currency"),
        (("a lot", "EUR"), "is no amount"),
        (("0.1234567891", "EUR"), "more than nine decimals"),
        ((Decimal("NaN"), "EUR"), "is no amount"),
    ],
)
def test_money_that_is_not_exact_is_refused(amount: tuple[str, str], why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        money(amount, "amount")


def test_money_can_be_given_in_either_form() -> None:
    assert money(Money(Decimal("1.5"), "EUR"), "a") == money(("1.50", "EUR"), "a")


def test_lines_are_a_mapping_or_a_list_but_never_one_text() -> None:
    assert [(each.line_id, each.quantity) for each in quantities({"book": 2})] == [("book", 2)]
    assert [(each.line_id, each.quantity) for each in quantities(["book", "mug"])] == [("book", 0), ("mug", 0)]
    with pytest.raises(InvalidInput, match="is one text"):
        quantities("book")


def test_the_merchant_is_in_the_key() -> None:
    assert merchant_of_key("wk_acme-books_abc_def") == "acme-books"
    assert merchant_of_key("some-admin-key") is None


def test_orders_are_named_by_reference_or_in_full() -> None:
    assert order_name("R-1", "acme") == "merchants/acme/orders/R-1"
    assert order_name("merchants/b2/orders/R-1", None) == "merchants/b2/orders/R-1"
    assert reference_of("merchants/b2/orders/R-1") == "R-1"


@pytest.mark.parametrize("reference", ["", "a b", "-x", "x" * 65, "a/b"])
def test_what_can_be_no_reference_is_refused_before_it_is_sent(reference: str) -> None:
    with pytest.raises(InvalidInput, match="order"):
        order_name(reference, "acme")


def test_a_reference_alone_needs_a_merchant() -> None:
    with pytest.raises(InvalidInput, match="merchant"):
        order_name("R-1", None)
