"""Logging in to the desk by way of a real OpenID Connect provider."""

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from chassis.clock import SystemClock
from chassis.settings import Secret
from status_page.care_desk.oidc import AuthlibProvider
from tests.fakes.care_desk_site import DeskSite
from tests.integration.status_page.oidc_server import CLIENT_ID, CLIENT_SECRET, OidcServer
from tests.samples.desk_stories import open_order


@pytest.fixture
def provider() -> Iterator[OidcServer]:
    with OidcServer() as server:
        yield server


def provider_of(server: OidcServer, *, secret: str = CLIENT_SECRET) -> AuthlibProvider:
    return AuthlibProvider(
        server.issuer,
        CLIENT_ID,
        Secret(secret),
        SystemClock(),
        role_claim="wismo_role",
        merchant_claim="wismo_merchant",
    )


@pytest.fixture
def site(provider: OidcServer, tmp_path: Path) -> DeskSite:
    site = DeskSite(tmp_path, provider=provider_of(provider))
    site.tell(open_order("R-1"))
    return site


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Stay where the answer is."""


def come_back(leaving: str) -> str:
    """Follow the way to the provider, and say with what it sends the browser back."""
    try:
        urllib.request.build_opener(Stay, urllib.request.ProxyHandler({})).open(leaving, timeout=10).close()
    except urllib.error.HTTPError as answer:
        with answer:
            return urllib.parse.urlsplit(answer.headers["Location"]).query
    raise AssertionError("the provider sent nobody back")


def logged_in(site: DeskSite) -> str:
    """Where a browser ends that goes the whole way."""
    browser = site.app.test_client()
    leaving = browser.get("/desk/login/provider?back=/desk/orders/R-1").headers["Location"]
    return browser.get(f"/desk/login/provider/back?{come_back(leaving)}").headers["Location"]


def test_somebody_with_a_role_comes_in_as_an_agent_of_the_merchant(site: DeskSite) -> None:
    browser = site.app.test_client()
    leaving = browser.get("/desk/login/provider?back=/desk/orders/R-1").headers["Location"]
    query = come_back(leaving)
    assert browser.get(f"/desk/login/provider/back?{query}").headers["Location"] == "/desk/orders/R-1"
    shown = browser.get("/desk/orders/R-1").text
    assert "Ada Lovelace" in shown
    assert "Explain a problem or delay" in shown
    assert browser.get("/desk/audit").status_code == 403
    (session,) = site.sessions.kept.values()
    assert (session.identity.merchant, session.identity.by) == ("merchants/lantern", "oidc:42")
    stolen = site.app.test_client()
    assert "told=provider" in stolen.get(f"/desk/login/provider/back?{query}").headers["Location"]


@pytest.mark.parametrize(
    "spoil",
    [
        {"iss": "https://other.test"},
        {"aud": "another-client"},
        {"exp": 1_700_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
    ],
)
def test_a_token_with_a_wrong_claim_lets_nobody_in(site: DeskSite, provider: OidcServer, spoil: dict[str, Any]) -> None:
    provider.spoil = spoil
    assert "told=provider" in logged_in(site)
    assert not site.sessions.kept


def test_a_token_that_another_key_has_signed_lets_nobody_in(site: DeskSite, provider: OidcServer) -> None:
    provider.signs_with = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256"})
    assert "told=provider" in logged_in(site)


@pytest.mark.parametrize("claims", [{"wismo_role": "guest"}, {"wismo_role": None}, {"wismo_merchant": "nowhere"}])
def test_somebody_without_a_role_at_a_merchant_is_told_so(
    site: DeskSite, provider: OidcServer, claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    assert "told=role" in logged_in(site)
    assert not site.sessions.kept


def test_a_provider_that_is_away_or_does_not_know_the_desk_is_said_to_be(site: DeskSite, provider: OidcServer) -> None:
    object.__setattr__(site.desk, "oidc", provider_of(provider, secret="wrong-secret"))
    assert "told=provider" in logged_in(site)
    with OidcServer() as gone:
        pass
    object.__setattr__(site.desk, "oidc", provider_of(gone))
    answer = site.app.test_client().get("/desk/login/provider")
    assert "told=provider" in answer.headers["Location"]
