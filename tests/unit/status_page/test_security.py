"""What the page promises about security, for every route at once where that is possible."""

import re
from collections.abc import Iterator

import pytest
from pymongo.errors import AutoReconnect
from werkzeug.routing import Rule

from status_page.web.security import LARGEST_FORM
from tests.fakes.status_page_site import Site
from tests.samples import merchants
from tests.samples.mixed import ACCESS_CODE, mixed_order
from tests.samples.story import Story

PAGES = ["/", "/m/lantern/", "/link-sent", "/o/broken", "/nothing", "/orders/lantern/R-10042", "/progress"]


@pytest.fixture
def opened(site: Site) -> Story:
    story = mixed_order()
    site.tell(story)
    site.open(story)
    return story


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_headers_that_protect_it(site: Site, opened: Story, path: str) -> None:
    headers = site.browser.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert headers["Cache-Control"].startswith("private") or headers["Location"]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_on_a_page_is_inline(site: Site, opened: Story, path: str) -> None:
    answer = site.browser.get(path, follow_redirects=True)
    page = answer.text
    assert not re.search(r"\son[a-z]+=", page)
    assert " style=" not in page
    assert "javascript:" not in page
    nonces = set(re.findall(r"nonce-([A-Za-z0-9_-]+)'", answer.headers["Content-Security-Policy"]))
    assert len(nonces) == 1
    assert all(f'nonce="{nonce}"' in page for nonce in nonces)
    for tag in re.findall(r"<script[^>]*>", page):
        assert "src=" in tag


def test_each_page_has_a_nonce_of_its_own(site: Site) -> None:
    nonces = {re.findall(r"nonce-([^']+)'", site.browser.get("/").headers["Content-Security-Policy"])[0] for _ in "ab"}
    assert len(nonces) == 2


def test_with_https_cookies_are_secure_and_the_browser_is_told_to_stay(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    site = Site(tmp_path_factory.mktemp("downloads"), secure=True)
    story = mixed_order()
    site.tell(story)
    answer = site.browser.get(site.link(story))
    assert answer.headers["Set-Cookie"].startswith("__Host-wismo=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def posts(site: Site) -> Iterator[tuple[Rule, str]]:
    """Every route that changes something and asks for a form's token, with an address that it has.

    Where a signed link is in the address, the link is the proof: see test_links_that_act. A mail that a provider posts
    is signed: see test_inbound_webhook.
    """
    values = {"merchant": "lantern", "reference": "R-10042", "line_id": "atlas", "file_id": "atlas-win"}
    for rule in site.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and "token" not in rule.arguments and rule.endpoint != "inbound.webhook":
            built = site.app.url_map.bind("localhost").build(
                rule.endpoint, {name: values[name] for name in rule.arguments}, method="POST"
            )
            yield rule, built


def test_no_form_works_without_the_token_of_its_session(site: Site, opened: Story) -> None:
    stranger = site.app.test_client()
    foreign = site.token("/", stranger)
    seen = 0
    for _, path in posts(site):
        for data in ({}, {"token": ""}, {"token": foreign}, {"token": "x" * 24}):
            answer = site.browser.post(path, data={**data, "reference": "R-10042", "contact": "YO1 7HH"})
            assert answer.status_code in {403, 429}, (path, data)
            seen += answer.status_code == 403
    assert seen >= 8
    assert site.outbox.letters == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
    ids=str,
)
def test_no_form_of_another_site_works(site: Site, opened: Story, headers: dict[str, str]) -> None:
    data = {"token": site.token("/"), "reference": "R-10042", "contact": "YO1 7HH"}
    assert site.browser.post("/", data=data, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "field",
    ["contact[$ne]", "reference[$gt]", "contact[]", "$where", "contact.$ne", "reference[$regex]", "конт", "a b"],
)
def test_operators_in_field_names_are_refused(site: Site, opened: Story, field: str) -> None:
    data = {"token": site.token("/"), "reference": "R-10042", "contact": "YO1 7HH", field: "1"}
    assert site.browser.post("/", data=data).status_code == 400


def test_a_field_given_twice_is_refused(site: Site, opened: Story) -> None:
    data = {"token": site.token("/"), "reference": ["R-10042", "R-2"], "contact": "YO1 7HH"}
    assert site.browser.post("/", data=data).status_code == 400


@pytest.mark.parametrize("text", ['{"$ne": null}', "' OR 1=1 --", "{{7*7}}", "\x00", "%00", "a" * 81])
def test_odd_text_in_a_field_finds_nothing(site: Site, opened: Story, text: str) -> None:
    answer = site.look_up(text, "YO1 7HH")
    if answer.status_code == 303:
        assert "We found no order" in site.browser.get("/progress").text
    else:
        assert answer.status_code == 400


def test_forms_larger_than_ours_are_refused(site: Site) -> None:
    answer = site.browser.post("/", data={"reference": "x" * (LARGEST_FORM + 1)})
    assert answer.status_code == 413
    assert "too much at once" in answer.text


def test_more_fields_than_ours_have_are_refused(site: Site) -> None:
    token = site.token("/")
    data = {"token": token, "reference": "R-1", "contact": "YO1", **{f"f{n}": "x" for n in range(5000)}}
    assert site.browser.post("/", data=data).status_code in {400, 413}


def test_uploads_are_refused(site: Site) -> None:
    from io import BytesIO

    data = {"token": site.token("/"), "reference": (BytesIO(b"x"), "x.txt"), "contact": "YO1"}
    assert site.browser.post("/", data=data, content_type="multipart/form-data").status_code == 400


@pytest.mark.parametrize("path", ["//evil.test/?lang=ru", "/\\evil.test?lang=ru", "/nothing?lang=ru"])
def test_the_language_switch_leads_nowhere_else(site: Site, path: str) -> None:
    answer = site.browser.get(path)
    assert not answer.headers.get("Location", "/").startswith(("//", "/\\"))
    assert "evil" not in answer.headers.get("Location", "").partition("?")[0].removeprefix("http://localhost/evil")


@pytest.mark.parametrize(
    ("path", "method", "status", "said"),
    [
        ("/nothing", "GET", 404, "This page does not exist"),
        ("/progress", "POST", 405, "That does not work this way"),
        ("/", "POST", 403, "Please send the form again"),
    ],
)
def test_errors_are_calm_pages_that_say_what_to_do(site: Site, path: str, method: str, status: int, said: str) -> None:
    answer = site.browser.open(path, method=method)
    assert answer.status_code == status
    assert said in answer.text
    assert "Traceback" not in answer.text
    assert "werkzeug" not in answer.text.lower()


def test_an_outage_says_that_it_is_one_and_never_looks_like_a_miss(site: Site, opened: Story) -> None:
    token = site.token("/")
    site.orders.down = AutoReconnect("the database is away")
    page = site.browser.get(site.path(opened))
    asked = site.browser.post("/", data={"token": token, "reference": "R-10042", "contact": "YO1 7HH"})
    for answer in (page, asked, site.browser.get(site.link(opened))):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "60"
        assert "Our own system is not answering" in answer.text
        assert "no order" not in answer.text
        assert "the database is away" not in answer.text


def test_our_own_mistake_shows_nothing_of_the_inside(site: Site, opened: Story) -> None:
    site.orders.down = RuntimeError("robin@buyers.test secret words")
    answer = site.browser.get(site.path(opened))
    assert answer.status_code == 500
    assert "The mistake is ours" in answer.text
    assert "secret words" not in answer.text


def test_nothing_personal_reaches_the_logs(site: Site, opened: Story, capsys: pytest.CaptureFixture[str]) -> None:
    site.look_up("R-10042", "robin@buyers.test")
    site.orders.down = AutoReconnect("robin@buyers.test")
    site.browser.get(site.path(opened))
    site.orders.down = None
    site.start_download(opened)
    out = capsys.readouterr()
    for text in ("robin@", ACCESS_CODE, "YO1", site.link(opened).removeprefix("/o/")):
        assert text not in out.out + out.err


def test_a_page_that_answers_is_alive_and_ready(site: Site) -> None:
    assert site.browser.get("/livez").json == {"status": "ok", "failing": {}}
    assert site.browser.get("/readyz").status_code == 200
    site.health.add_check("database", lambda: "no answer")
    answer = site.browser.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "failing", "failing": {"database": "no answer"}}
    assert site.browser.get("/livez").status_code == 200


def test_static_files_may_be_kept_for_ever_under_an_address_of_their_content(site: Site) -> None:
    page = site.browser.get("/").text
    addresses = re.findall(r'(?:href|src)="(/(?:static|brand)/[^"]+)"', page)
    assert len(addresses) >= 3
    for address in addresses:
        answer = site.browser.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    assert site.browser.get("/static/000000000000/page.css").status_code == 404
    assert site.browser.get("/static/000000000000/..%2fapp.py").status_code == 404


def test_every_route_is_known_here(site: Site) -> None:
    """A new route has to be thought about: who may call it, and what it tells."""
    assert sorted({str(rule) for rule in site.app.url_map.iter_rules()}) == [
        "/",
        "/brand/<colour>.css",
        "/d/<token>",
        "/favicon.ico",
        "/inbound/webhook",
        "/link",
        "/link-sent",
        "/link/again",
        "/livez",
        "/m/<merchant>/",
        "/o/<token>",
        "/orders/<merchant>/<reference>",
        "/orders/<merchant>/<reference>/close",
        "/orders/<merchant>/<reference>/downloads/<line_id>/<file_id>",
        "/orders/<merchant>/<reference>/question",
        "/orders/<merchant>/<reference>/renewals/<line_id>",
        "/orders/<merchant>/<reference>/trials/<line_id>/cancel",
        "/progress",
        "/readyz",
        "/robots.txt",
        "/static/<digest>/<name>",
        "/t/<token>",
        "/u/<token>",
    ]


def test_a_buyer_sees_nothing_of_anothers_order_on_any_route(site: Site, opened: Story) -> None:
    others = mixed_order("R-2"), mixed_order("R-10042", merchant=merchants.severny())
    site.tell(*others)
    token = site.token(site.path(opened))
    for other in others:
        path = site.path(other)
        unknown = path.replace("R-", "X-")
        for suffix in ("/downloads/atlas/atlas-win", "/renewals/atlas"):
            answers = [site.browser.post(one + suffix, data={"token": token}) for one in (path, unknown)]
            assert [answer.status_code for answer in answers] == [404, 404]
        there, nowhere = site.browser.get(path), site.browser.get(unknown)
        assert (there.status_code, len(there.data)) == (nowhere.status_code, len(nowhere.data))
        assert ACCESS_CODE not in there.text
