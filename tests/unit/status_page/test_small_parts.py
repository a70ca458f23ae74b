"""Cookies, colours, shops, hosts, settings."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.settings import SettingsError, load
from status_page.bootstrap import merchant_hosts
from status_page.settings import PageSettings, ProjectorSettings
from status_page.web.brand import brand_of, contrast
from status_page.web.cookies import CookieJar, Opened, Session
from status_page.web.shops import origin_of, web_address
from tests.samples import keys
from tests.samples.story import START


@given(st.integers(0, 0xFFFFFF))
def test_text_can_be_read_with_every_brand_colour(colour: int) -> None:
    brand = brand_of(f"#{colour:06x}")

    def parsed(text: str) -> tuple[int, int, int]:
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)

    assert contrast(parsed(brand.on_ground), parsed(brand.ground)) >= 4.5
    assert contrast(parsed(brand.ink), (255, 255, 255)) >= 4.5
    assert contrast(parsed(brand.ink), (245, 244, 241)) >= 4.4
    assert contrast(parsed(brand.ink_dark), (27, 31, 38)) >= 4.5


@pytest.mark.parametrize("colour", ["", "red", "#12", "#1d3f72;}", "#gggggg"])
def test_what_is_no_colour_is_the_calm_one(colour: str) -> None:
    assert brand_of(colour) == brand_of("#1d3f72")


def test_a_cookie_key_must_be_long_and_may_be_rotated() -> None:
    with pytest.raises(ValueError, match="32"):
        CookieJar("short", secure=False)
    old, new = CookieJar("o" * 32, secure=False), CookieJar(f"{'n' * 32},{'o' * 32}", secure=False)
    only_new = CookieJar("n" * 32, secure=False)
    proof = old.proof("merchants/a/orders/b", START)
    assert new.proved(proof, START) == "merchants/a/orders/b"
    assert only_new.proved(proof, START) == ""


def test_a_proof_lasts_an_hour() -> None:
    jar = CookieJar(keys.COOKIE_KEY, secure=False)
    proof = jar.proof("merchants/a/orders/b", START)
    assert jar.proved(proof, START + timedelta(minutes=59)) == "merchants/a/orders/b"
    assert jar.proved(proof, START + timedelta(minutes=60)) == ""
    assert jar.proved(proof[:-1], START) == ""
    assert jar.proved("", START) == ""


def test_a_session_forgets_an_order_when_its_link_would_have_expired() -> None:
    session = Session("s").with_opened(Opened("o", 1, int(START.timestamp()) + 60))
    assert session.opening("o", START) is not None
    assert session.opening("o", START + timedelta(seconds=60)) is None
    assert session.opening("other", START) is None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://cdn.shop.test/logo.png", "https://cdn.shop.test"),
        ("https://user:pass@shop.test:8443/x", "https://shop.test:8443"),
        ("http://shop.test", "http://shop.test"),
        ("https://shop.test;x/y", ""),
        ("ftp://shop.test", ""),
        ("", ""),
    ],
)
def test_an_origin_is_fit_for_a_policy_or_nothing(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_only_web_addresses_become_links() -> None:
    assert web_address(" https://a.test/x ") == "https://a.test/x"
    assert web_address("javascript:alert(1)") == ""


def test_hosts_of_merchants_are_read_from_their_setting() -> None:
    assert merchant_hosts("Orders.A.test=a, b.test = b,,c=") == {"orders.a.test": "a", "b.test": "b"}
    assert merchant_hosts("") == {}


def test_settings_say_everything_that_is_missing_at_once() -> None:
    with pytest.raises(SettingsError) as wrong:
        load(PageSettings, {})
    assert {problem.variable for problem in wrong.value.problems} == {
        "WISMO_COOKIE_KEY",
        "WISMO_LINK_KEYS",
        "WISMO_SEALING_KEYS",
        "WISMO_SERVICE_KEY",
    }


def test_the_projector_needs_no_key_that_opens_secrets() -> None:
    settings = load(ProjectorSettings, {"WISMO_COOKIE_KEY": keys.COOKIE_KEY})
    assert not hasattr(settings, "sealing_keys")
    assert not hasattr(settings, "service_key")
