"""The link in the team's mail opens one question without a login, answers it as the desk does, and nothing else."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from notifier.rendering.links import ANSWER_PURPOSE, TO_ANSWER, Links
from status_page.care_desk.answer_by_link import ABOUT_A_QUESTION, PURPOSE
from status_page.care_desk.audit import verify
from status_page.outbox.orders_client import request_of
from tests.fakes.care_desk_site import DeskSite, hidden
from tests.fakes.status_page_site import LINKS
from tests.samples.desk_stories import ask, open_order
from tests.unit.status_page.care_desk.conftest import FOREIGN
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2, questions_service_pb2

ORDER, OTHER = "merchants/lantern/orders/R-1", f"merchants/severny/orders/{FOREIGN}"
TEXT = "It left on Monday."


def link(site: DeskSite, order: str = ORDER, question_id: str = "q-1", *, since: datetime | None = None) -> str:
    """The path of the link, as the notifier writes it."""
    known = order_pb2.Order(name=order, link_version=1)
    links = Links(LINKS, "https://orders.test", known, since or site.clock.at, timedelta(days=365))
    return links.answer_question(question_id).removeprefix("https://orders.test")


def send(browser: FlaskClient, path: str, text: str = TEXT, *, page: TestResponse | None = None) -> TestResponse:
    """Fill in the form of a page that was opened, by default just now, and send it."""
    return browser.post(path, data={**hidden((page or browser.get(path)).text), "text": text})


def test_the_notifier_and_the_desk_mean_the_same_link() -> None:
    assert PURPOSE == ANSWER_PURPOSE


def test_looking_changes_nothing_and_shows_no_more_than_the_question(site: DeskSite) -> None:
    page = site.browser.get(link(site))
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Robin Miller" in page.text
    for hidden_away in ("robin@", "Log out", "/originals/", "R-2", "severny"):
        assert hidden_away not in page.text
    assert site.outbox.letters == []
    assert site.audit.newest("merchants/lantern", 0, 10) == []


def test_an_answer_goes_out_once_and_is_logged_as_by_link(site: DeskSite) -> None:
    page = site.browser.get(link(site))
    done = send(site.browser, link(site), page=page)
    assert (done.status_code, send(site.browser, link(site), page=page).status_code) == (303, 303)
    [letter] = site.outbox.letters
    request = request_of(letter)
    assert isinstance(request, questions_service_pb2.AnswerQuestionRequest)
    assert (letter.kind, request.request_id) == ("answer", letter.id)
    assert (request.order, request.question_id, request.text) == (ORDER, "q-1", TEXT)
    shown = site.browser.get(done.headers["Location"]).text
    assert "Your answer is on its way to the buyer." in shown
    assert TEXT in shown
    assert "<textarea" not in shown
    deed = site.audit.newest("merchants/lantern", 0, 10)[0].deed
    assert (deed.who, deed.by, deed.what, deed.order) == ("by link", PURPOSE, "act.answer", ORDER)
    assert deed.detail == f"q-1 {letter.id}"
    assert verify(site.audit.all("merchants/lantern")).broken_at == 0
    assert "A colleague by link" in site.colleague("ada").get("/desk/orders/R-1").text


def test_nothing_is_sent_over_a_colleagues_head_whichever_way_each_came(site: DeskSite) -> None:
    path, ada, desks = link(site), site.colleague("ada"), "/desk/orders/R-1/acts/answer?about=q-1"
    opened, other = site.browser.get(path), site.app.test_client()
    looked = site.send(ada, desks, step="look", text="Ada's answer.")
    first = other.get(path)
    assert site.confirm(ada, looked, desks).status_code == 303
    overtaken = send(site.browser, path, page=opened)
    assert overtaken.status_code == 200
    assert "A colleague has answered meanwhile." in overtaken.text
    assert "Ada&#39;s answer." in overtaken.text
    assert TEXT in overtaken.text
    assert len(site.outbox.letters) == 1
    assert "This question was answered." in site.browser.get(path).text
    assert send(site.browser, path, page=overtaken).status_code == 303
    assert "A colleague has answered meanwhile." in send(other, path, page=first).text
    assert len(site.outbox.letters) == 2


def test_what_cannot_be_sent_says_why_and_keeps_the_words(site: DeskSite) -> None:
    refused = send(site.browser, link(site), "Dear {buyer}, hello")
    assert refused.status_code == 422
    assert "A place is not filled in: {buyer}" in refused.text
    assert "Dear {buyer}, hello" in refused.text
    assert send(site.browser, link(site), " ").status_code == 422
    assert site.outbox.letters == []


def test_without_the_forms_token_nothing_is_sent(site: DeskSite) -> None:
    form = hidden(site.browser.get(link(site)).text)
    assert site.browser.post(link(site), data={**form, "text": TEXT, "token": "x"}).status_code == 403
    assert site.app.test_client().post(link(site), data={**form, "text": TEXT}).status_code == 403
    assert site.browser.post(link(site), data={**form, "text": TEXT, "ticket": "x"}).status_code == 400
    assert site.outbox.letters == []


def test_every_flipped_byte_opens_nothing(site: DeskSite) -> None:
    form, head = hidden(site.browser.get(link(site)).text), "/desk/answer/"
    token = link(site).removeprefix(head)
    for at in range(len(token)):
        flipped = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert site.browser.get(head + flipped).status_code == 404
    last = head + token[:-1] + ("A" if token[-1] != "A" else "B")
    assert site.browser.post(last, data={**form, "text": TEXT}).status_code == 404
    assert site.outbox.letters == []


@pytest.mark.parametrize("purpose", ["order", "cancel-trial", "optional-off"])
def test_the_buyers_links_open_no_question_for_the_team(site: DeskSite, purpose: str) -> None:
    soon = site.clock.at + timedelta(days=1)
    token = LINKS.sign(purpose=purpose, subject=f"{ORDER} q-1", version=1, expires_at=soon)
    assert site.browser.get(f"/desk/answer/{token}").status_code == 404
    assert site.browser.get(link(site).replace("/desk/answer/", "/o/")).status_code == 404


def test_a_link_answers_its_own_question_alone(site: DeskSite) -> None:
    ask(story := open_order("R-8"), site.clock.at)
    site.tell(story)
    form = hidden(site.browser.get(link(site, story.order.name)).text)
    # Whatever else a form may carry, the link says what it is about.
    site.browser.post(link(site), data={**form, "text": TEXT, "about": "q-9", "seen": "3."})
    assert {letter.about for letter in site.outbox.letters} <= {ORDER}
    assert "Анна" in site.browser.get(link(site, OTHER)).text
    assert site.browser.get(link(site, question_id="q-9")).status_code == 503
    assert site.browser.get(link(site, "merchants/lantern/orders/R-99")).status_code == 503


def test_after_its_time_the_link_leads_to_the_desk_and_answers_nothing(site: DeskSite) -> None:
    path = link(site)
    form = hidden(site.browser.get(path).text)
    site.clock.forward(days=TO_ANSWER.days)
    over = site.browser.get(path)
    assert over.status_code == 410
    assert "/desk/orders/R-1" in over.text
    assert "Robin" not in over.text
    assert site.browser.post(path, data={**form, "text": TEXT}).status_code == 410
    assert site.outbox.letters == []


def test_once_the_buyer_was_erased_the_link_is_inert(site: DeskSite) -> None:
    story = open_order("R-8", name="Robin Miller")
    ask(story, site.clock.at)
    site.tell(story)
    path = link(site, story.order.name)
    form = hidden(site.browser.get(path).text)
    assert form["ticket"]
    story.order.erase_time.FromDatetime(site.clock.at)
    story.tell(events.FulfilmentEvent(buyer_erased=events.BuyerErased()), later=timedelta())
    site.tell(story)
    for answer in (site.browser.get(path), site.browser.post(path, data={**form, "text": TEXT})):
        assert answer.status_code == 410
        assert "Robin" not in answer.text
    assert site.outbox.letters == []


def test_answers_are_slowed_down_from_one_address_and_about_one_question(site: DeskSite) -> None:
    for number in range(ABOUT_A_QUESTION.amount):
        browser = site.app.test_client()
        browser.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        assert send(browser, link(site)).status_code in {200, 303}
    elsewhere = site.app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "203.0.113.200"
    assert send(elsewhere, link(site)).status_code == 429
    codes = [site.browser.post("/desk/answer/x").status_code for _ in range(25)]
    assert codes[-1] == 429


def test_it_speaks_russian_too(site: DeskSite) -> None:
    shown = site.browser.get(link(site, OTHER)).text
    assert "Ответить на вопрос" in shown
    assert "Отправить ответ" in shown
