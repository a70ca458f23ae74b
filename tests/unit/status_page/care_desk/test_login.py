"""Who comes in, for how long, and how they go."""

import pytest

from status_page.care_desk.staff import Identity, Role
from tests.fakes.care_desk import InMemoryProvider
from tests.fakes.care_desk_site import DeskSite, key_of
from tests.unit.status_page.care_desk.conftest import fill


def test_a_care_key_opens_the_desk_of_its_merchant(site: DeskSite) -> None:
    browser = site.colleague("rea")
    shown = browser.get("/desk/").text
    assert "Lantern Books" in shown
    assert "Rea" in shown


def test_a_key_that_opens_no_desk_is_refused_without_a_reason(site: DeskSite) -> None:
    browser = site.app.test_client()
    form = {"token": site.token("/desk/login", browser), "key": "wsk_backend_0123456789"}
    answer = browser.post("/desk/login", data=form)
    assert answer.status_code == 403
    assert "opens no care desk" in answer.text
    assert browser.get("/desk/").status_code == 303


def test_a_login_leads_to_where_one_wanted_to_go_and_never_elsewhere(site: DeskSite) -> None:
    browser = site.app.test_client()
    asked = browser.get("/desk/orders/R-1")
    assert "back=/desk/orders/R-1" in asked.headers["Location"]
    assert site.log_in("ada", browser, back="/desk/orders/R-1").headers["Location"] == "/desk/orders/R-1"
    for evil in ("https://evil.test/", "//evil.test/desk/", "/desk/\\evil.test", "/orders/x", "/desk/login"):
        assert site.log_in("ada", site.app.test_client(), back=evil).headers["Location"] == "/desk/"


def test_the_cookie_is_sealed_and_not_the_buyers(site: DeskSite) -> None:
    answer = site.log_in("ada", browser := site.app.test_client())
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("wismo-desk=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert key_of("ada") not in cookie
    value = cookie.partition("=")[2].partition(";")[0]
    stranger = site.app.test_client()
    stranger.set_cookie("wismo", value)
    assert stranger.get("/desk/").status_code == 303
    for at in range(0, len(value), 7):
        changed = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
        stranger.set_cookie("wismo-desk", changed)
        assert stranger.get("/desk/").status_code == 303
    assert browser.get("/desk/").status_code == 200


def test_a_key_is_asked_for_again_after_a_minute_and_a_revoked_one_opens_nothing(site: DeskSite) -> None:
    browser = site.colleague("ada")
    asked = site.key_holders.asked
    browser.get("/desk/")
    assert site.key_holders.asked == asked
    site.clock.forward(seconds=61)
    assert browser.get("/desk/").status_code == 200
    assert site.key_holders.asked == asked + 1
    del site.key_holders.keys[key_of("ada")]
    site.clock.forward(seconds=61)
    assert browser.get("/desk/").status_code == 303
    assert not site.sessions.kept


def test_a_role_that_was_taken_away_is_gone_after_a_minute(site: DeskSite) -> None:
    browser = site.colleague("max")
    assert browser.get("/desk/audit").status_code == 200
    was = site.key_holders.keys[key_of("max")]
    site.key_holders.keys[key_of("max")] = Identity(was.merchant, Role.READER, was.name, was.by)
    site.clock.forward(seconds=61)
    assert browser.get("/desk/audit").status_code == 403


def test_while_nobody_can_say_whether_keys_work_a_session_goes_on_for_a_while(site: DeskSite) -> None:
    browser = site.colleague("ada")
    site.key_holders.down = True
    site.clock.forward(minutes=14)
    assert browser.get("/desk/").status_code == 200
    site.clock.forward(minutes=2)
    assert browser.get("/desk/").status_code == 303
    answer = site.log_in("ada", site.app.test_client())
    assert answer.status_code == 503
    assert "cannot be checked just now" in answer.text


def test_logging_out_closes_the_session_wherever_its_cookie_is(site: DeskSite) -> None:
    browser = site.colleague("ada")
    copied = site.app.test_client()
    cookie = browser.get_cookie("wismo-desk")
    assert cookie is not None
    copied.set_cookie("wismo-desk", cookie.value)
    assert copied.get("/desk/").status_code == 200
    browser.post("/desk/logout", data={"token": site.token("/desk/", browser)})
    assert copied.get("/desk/").status_code == 303
    assert browser.get("/desk/").status_code == 303


def test_logins_are_slowed_down(site: DeskSite) -> None:
    statuses = [site.log_in("nobody", site.app.test_client()).status_code for _ in range(12)]
    assert statuses == [403] * 10 + [429] * 2


def test_a_form_without_the_sessions_token_does_nothing(site: DeskSite) -> None:
    browser, other = site.colleague("ada"), site.colleague("ben")
    for token in ("", "x", site.token("/desk/", other)):
        assert browser.post("/desk/logout", data={"token": token}).status_code == 403
    assert browser.get("/desk/").status_code == 200
    assert site.app.test_client().post("/desk/login", data={"key": key_of("ada")}).status_code == 403


def test_a_session_ends_after_twelve_hours(site: DeskSite) -> None:
    browser = site.colleague("ada")
    for _ in range(11):
        site.clock.forward(hours=1)
        assert browser.get("/desk/keys").status_code == 200
    site.clock.forward(hours=1, seconds=1)
    assert browser.get("/desk/keys").status_code == 303


@pytest.fixture
def provided(tmp_path: object) -> DeskSite:
    who = Identity("merchants/lantern", Role.AGENT, "Ada Lovelace", "oidc:42")
    site = DeskSite(tmp_path, provider=InMemoryProvider(who))  # type: ignore[arg-type]  # pytest's own type.
    fill(site)
    return site


def test_a_provider_sends_somebody_back_once_and_only_with_the_state_that_left(provided: DeskSite) -> None:
    browser = provided.app.test_client()
    away = browser.get("/desk/login/provider?back=/desk/measures")
    assert away.headers["Location"].startswith("https://login.test/")
    assert "told=provider" in browser.get("/desk/login/provider/back?state=other").headers["Location"]
    assert browser.get("/desk/login/provider/back?state=s1").headers["Location"] == "/desk/measures"
    assert "Ada Lovelace" in browser.get("/desk/").text
    assert "told=provider" in browser.get("/desk/login/provider/back?state=s1").headers["Location"]
    provided.clock.forward(hours=1, seconds=1)
    assert browser.get("/desk/").status_code == 303


def test_a_provider_that_knows_no_role_or_another_merchant_lets_nobody_in(provided: DeskSite) -> None:
    provider = provided.desk.oidc
    assert isinstance(provider, InMemoryProvider)
    for identity in (None, Identity("merchants/nowhere", Role.ADMIN, "x", "oidc:1")):
        provider.identity = identity
        browser = provided.app.test_client()
        browser.get("/desk/login/provider")
        assert "told=role" in browser.get("/desk/login/provider/back?state=s1").headers["Location"]
        assert browser.get("/desk/").status_code == 303
