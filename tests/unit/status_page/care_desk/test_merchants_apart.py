"""Nobody at one shop's desk sees or does anything at another's: every route of the desk has its case here."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from status_page.care_desk.guard import BY_LINK, OPEN, ROLES
from status_page.care_desk.many.jobs import Job
from status_page.care_desk.replies import Reply
from status_page.care_desk.staff import Role
from tests.fakes.care_desk_site import DeskSite
from tests.unit.status_page.care_desk.conftest import FOREIGN, FOREIGN_MESSAGE

MESSAGE = quote(FOREIGN_MESSAGE)

# Each names something of the other shop's and must find nothing.
FOREIGN_IDS: dict[str, tuple[str, str, dict[str, str]]] = {
    "desk.story": ("GET", f"/desk/orders/{FOREIGN}", {}),
    "desk.presence": ("GET", f"/desk/orders/{FOREIGN}/here", {}),
    "desk.message": ("GET", f"/desk/orders/{FOREIGN}/messages/{MESSAGE}", {}),
    "desk.message_body": ("GET", f"/desk/orders/{FOREIGN}/bodies/{MESSAGE}", {}),
    "desk.original": ("GET", f"/desk/orders/{FOREIGN}/originals/mail/m1", {}),
    "desk.act": ("GET", f"/desk/orders/{FOREIGN}/acts/answer?about=q-1", {}),
    "desk.do_act": ("POST", f"/desk/orders/{FOREIGN}/acts/answer", {"about": "q-1", "text": "x", "step": "send"}),
    "desk.find": ("GET", f"/desk/find?reference={FOREIGN}", {}),
    "desk.job": ("GET", "/desk/jobs/job-of-severny", {}),
    "desk.stop_job": ("POST", "/desk/jobs/job-of-severny/stop", {}),
    "desk.edit_reply": ("GET", "/desk/replies/reply-of-severny", {}),
    "desk.save_reply": ("POST", "/desk/replies/reply-of-severny", {"title": "x", "text": "x"}),
    "desk.remove_reply": ("POST", "/desk/replies/reply-of-severny/remove", {}),
}
# These show what belongs to the shop of whoever is logged in; nothing of another's may be in it.
LISTS: dict[str, str] = {
    "desk.attention": "/desk/",
    "desk.many": "/desk/many?by=carrier&value=royal-mail",
    "desk.do_many": "",
    "desk.jobs": "/desk/jobs",
    "desk.measures": "/desk/measures",
    "desk.measures_csv": "/desk/measures.csv",
    "desk.replies": "/desk/replies",
    "desk.audit": "/desk/audit",
    "desk.verify_audit": "/desk/audit/verify",
    "desk.keyboard": "/desk/keys",
    "desk.log_out": "",
}


def routes(site: DeskSite) -> set[str]:
    return {rule.endpoint for rule in site.app.url_map.iter_rules() if rule.endpoint.startswith("desk.")}


@pytest.fixture
def admin(site: DeskSite) -> FlaskClient:
    """An admin of the lantern, while the other shop has a job and a saved reply."""
    at = site.clock.at
    job = Job("job-of-severny", "merchants/severny", "day", "2026-11-20", "Eve", "s", at, 1, {"": b""})
    site.jobs.begin(job)
    site.replies.save(Reply("reply-of-severny", "merchants/severny", "Секрет", "Секретный ответ"))
    site.colleague("eve")
    return site.colleague("max")


def test_every_route_has_a_case_and_a_role(site: DeskSite) -> None:
    # What a link opens has its cases in test_answer_by_link.py.
    assert routes(site) == set(FOREIGN_IDS) | set(LISTS) | OPEN | BY_LINK
    assert routes(site) - OPEN - BY_LINK == set(ROLES)


@pytest.mark.parametrize("endpoint", sorted(FOREIGN_IDS))
def test_what_is_another_shops_is_not_there(site: DeskSite, admin: FlaskClient, endpoint: str) -> None:
    method, path, form = FOREIGN_IDS[endpoint]
    token = site.token("/desk/", admin)
    ticket = "00000000-0000-0000-0000-000000000000"
    before = (dict(site.jobs.kept), dict(site.replies.kept), site.outbox.letters)
    data = {"token": token, "ticket": ticket, **form} if method == "POST" else None
    answer = admin.open(path, method=method, data=data)
    assert answer.status_code == 404, answer.text
    assert (dict(site.jobs.kept), dict(site.replies.kept), site.outbox.letters) == before
    for said in ("Анна Петрова", "Секрет", "anna@buyers.test"):
        assert said not in answer.text


@pytest.mark.parametrize("path", sorted(path for path in LISTS.values() if path))
def test_what_is_listed_is_the_shops_own(admin: FlaskClient, path: str) -> None:
    shown = admin.get(path).text
    for said in (FOREIGN, "Анна", "severny", "Секрет"):
        assert said not in shown


def test_an_explanation_for_many_reaches_none_of_another_shop(site: DeskSite) -> None:
    admin = site.colleague("max")
    path = "/desk/many?by=carrier&value=royal-mail"
    words = {"what_happened": "A strike.", "what_we_do": "We wait.", "next_update_at": "2026-11-22T12:00"}
    assert site.act(admin, path, trouble="delay", **words).status_code == 303
    site.worker.work_once()
    assert {letter.about for letter in site.outbox.letters} == {f"merchants/lantern/orders/R-{n}" for n in (1, 2, 3)}


@pytest.mark.parametrize("endpoint", sorted(ROLES))
def test_without_a_login_there_is_only_the_login(site: DeskSite, endpoint: str) -> None:
    method, path, form = FOREIGN_IDS.get(endpoint) or ("GET", LISTS[endpoint], {})
    if not path:
        method, path, form = "POST", {"desk.do_many": "/desk/many", "desk.log_out": "/desk/logout"}[endpoint], {}
    answer = site.app.test_client().open(path, method=method, data=form or None)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/desk/login")


@pytest.mark.parametrize(("name", "role"), [("rea", Role.READER), ("ada", Role.AGENT)])
def test_a_role_may_do_what_the_table_says_and_no_more(site: DeskSite, name: str, role: Role) -> None:
    browser = site.colleague(name)
    token = site.token("/desk/", browser)
    for endpoint, least in ROLES.items():
        if least <= role or endpoint == "desk.log_out":
            continue
        method, path, form = FOREIGN_IDS.get(endpoint) or ("GET", LISTS[endpoint], {})
        if endpoint == "desk.do_many":
            method, path = "POST", "/desk/many"
        data = {"token": token, **form} if method == "POST" else None
        assert browser.open(path, method=method, data=data).status_code == 403, endpoint
