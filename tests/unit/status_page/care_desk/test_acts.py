"""What the team does goes through the page's outbox, is looked at first, and is shown at once."""

import re
from datetime import timedelta

import pytest

from chassis.outbox import Letter
from status_page.care_desk.replies import Reply
from status_page.outbox.orders_client import request_of
from tests.fakes.care_desk_site import DeskSite
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2, question_pb2, questions_service_pb2

TOMORROW = "2026-11-21T18:00"
ANSWER = "/desk/orders/R-1/acts/answer?about=q-1"


def only(site: DeskSite) -> Letter:
    (letter,) = site.outbox.letters
    return letter


def event_of(site: DeskSite) -> events.FulfilmentEvent:
    request = request_of(only(site))
    assert isinstance(request, orders_service_pb2.RecordEventRequest)
    assert request.event.source == events.EVENT_SOURCE_CARE
    assert request.request_id == only(site).id
    return request.event


def test_an_answer_is_looked_at_sent_once_and_shown_while_orders_is_down(site: DeskSite) -> None:
    browser = site.colleague("ada")
    looked = site.send(browser, ANSWER, step="look", text="It left on Monday.\n\nThe code stands in our mail.")
    assert "What the buyer will read" in looked.text
    assert not site.outbox.letters
    for _ in range(2):
        assert site.confirm(browser, looked, ANSWER).headers["Location"] == "/desk/orders/R-1?told=answer"
    request = request_of(only(site))
    assert isinstance(request, questions_service_pb2.AnswerQuestionRequest)
    assert (request.order, request.question_id) == ("merchants/lantern/orders/R-1", "q-1")
    assert request.text == "It left on Monday.\n\nThe code stands in our mail."
    assert site.woken
    shown = browser.get("/desk/orders/R-1?told=answer").text
    assert "Your answer is on its way to the buyer." in shown
    assert "as soon as the orders service answers" in shown
    assert "It left on Monday." in shown
    assert "the answer is on its way" in shown
    site.outbox.told(only(site).id)
    assert "as soon as the orders service answers" not in browser.get("/desk/orders/R-1").text


def test_what_orders_refuses_is_said_loudly(site: DeskSite) -> None:
    browser = site.colleague("ada")
    site.act(browser, ANSWER, text="Here it is.")
    site.outbox.refused(only(site).id, "NOT_FOUND")
    shown = browser.get("/desk/orders/R-1").text
    assert "was refused by the orders service (NOT_FOUND)" in shown


def test_two_people_on_one_question_see_each_other_and_nothing_is_sent_over_the_others_head(site: DeskSite) -> None:
    ada, ben = site.colleague("ada"), site.colleague("ben")
    ada.get(ANSWER)
    page = ben.get(ANSWER)
    assert re.search(r"<strong>Ada</strong> is answering this since \d\d:\d\d", page.text)
    assert "<strong>Ada</strong> is answering this" in ben.get("/desk/orders/R-1/here?doing=answer q-1").text
    looked = site.send(ben, ANSWER, step="look", text="Ben's answer.")
    site.act(ada, ANSWER, text="Ada's answer.")
    overtaken = site.confirm(ben, looked, ANSWER)
    assert overtaken.status_code == 200
    assert "Ada has answered meanwhile." in overtaken.text
    assert "Ada&#39;s answer." in overtaken.text
    assert len(site.outbox.letters) == 1
    assert site.confirm(ben, overtaken, ANSWER).status_code == 303
    assert len(site.outbox.letters) == 2
    assert "is answering" not in site.colleague("rea").get("/desk/orders/R-1").text


def test_presence_ends_by_itself(site: DeskSite) -> None:
    site.colleague("ada").get(ANSWER)
    site.clock.forward(minutes=5)
    assert "Ada" not in site.colleague("ben").get("/desk/orders/R-1").text


def test_a_saved_reply_is_filled_in_and_a_place_left_open_is_not_sent(site: DeskSite) -> None:
    site.replies.save(Reply("r1", "merchants/lantern", "Where", "Dear {buyer}, {reference} {shop} {me} {other}"))
    browser = site.colleague("ada")
    page = browser.get(f"{ANSWER}&reply=r1")
    assert "Dear Robin Miller, R-1 Lantern Books Ada {other}" in page.text
    refused = site.send(browser, ANSWER, step="look", text="Dear {buyer}, hello")
    assert refused.status_code == 422
    assert "A place is not filled in: {buyer}" in refused.text


def test_a_delay_is_explained_with_the_next_word(site: DeskSite) -> None:
    words = {"what_happened": "The carrier is on strike.", "what_we_do": "We send a second copy."}
    browser, path = site.colleague("ada"), "/desk/orders/R-1/acts/explain"
    looked = site.send(
        browser,
        path,
        step="look",
        trouble="delay",
        concerns="book",
        next_update_at=TOMORROW,
        expected_by="2026-11-25",
        **words,
    )
    assert "21 November, 18:00" in looked.text
    assert site.confirm(browser, looked, path).status_code == 303
    delay = event_of(site).delay_announced
    assert (delay.what_happened, delay.what_we_do) == tuple(words.values())
    assert list(delay.line_ids) == ["book"]
    assert delay.next_update_at.ToJsonString() == "2026-11-21T18:00:00Z"
    assert delay.expected.latest.ToJsonString() == "2026-11-25T23:59:00Z"
    assert delay.problem_id == f"desk-{only(site).id}"


@pytest.mark.parametrize(
    ("path", "values", "said"),
    [
        ("explain", {"what_happened": "", "what_we_do": "x", "next_update_at": TOMORROW}, "Please fill this in."),
        ("explain", {"what_happened": "x", "what_we_do": "x", "next_update_at": ""}, "Please name a day and a time."),
        ("explain", {"what_happened": "x", "what_we_do": "x", "next_update_at": "2026-11-20T09:00"}, "has passed"),
        ("explain", {"what_happened": "x", "what_we_do": "x", "next_update_at": "2027-11-20T09:00"}, "60 days"),
        ("credit", {"amount": "much", "currency": "GBP", "description": "x"}, "for example 12.50"),
        ("credit", {"amount": "-5", "currency": "GBP", "description": "x"}, "above zero"),
        ("credit", {"amount": "5", "currency": "£", "description": "x"}, "for example EUR"),
        ("call", {"text": "x", "asked_at": "2026-11-22T09:00"}, "must be in the past"),
        ("contact", {"email": "robin", "street": "5 Mill Lane", "city": "York"}, "does not look like an e-mail"),
        ("contact", {"email": "a@b.test", "phone": "0123", "street": "x", "city": "x"}, "with its country"),
        ("note", {"text": "x" * 4001}, "at most 4000 characters"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    site: DeskSite, path: str, values: dict[str, str], said: str
) -> None:
    form = {"trouble": "delay", "concerns": "whole", **values} if path == "explain" else values
    answer = site.send(site.colleague("ada"), f"/desk/orders/R-1/acts/{path}", step="look", **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert not site.outbox.letters


def test_a_credit_is_given(site: DeskSite) -> None:
    path = "/desk/orders/R-1/acts/credit"
    site.act(
        site.colleague("ada"), path, amount="7,50", currency="gbp", description="Off your next order", reason="Sorry"
    )
    credit = event_of(site).credit_given
    assert (credit.amount.currency_code, credit.amount.units, credit.amount.nanos) == ("GBP", 7, 500_000_000)
    assert (credit.description, credit.reason) == ("Off your next order", "Sorry")


def test_a_call_is_noted_with_its_own_time(site: DeskSite) -> None:
    site.act(site.colleague("ada"), "/desk/orders/R-1/acts/call", text="Where is it?", asked_at="2026-11-20T08:15")
    request = request_of(only(site))
    assert isinstance(request, questions_service_pb2.AskQuestionRequest)
    assert request.channel == question_pb2.QUESTION_CHANNEL_PHONE
    assert request.asked_at.ToJsonString() == "2026-11-20T08:15:00Z"


def test_the_news_of_a_problem_and_its_end_are_told(site: DeskSite) -> None:
    ada = site.colleague("ada")
    news = {"what_happened": "The second printer has begun.", "what_we_do": "", "next_update_at": TOMORROW}
    site.act(ada, "/desk/orders/R-2/acts/news?about=p-1", **news)
    assert event_of(site).problem_updated.problem_id == "p-1"
    site.outbox.told(only(site).id)
    site.act(ada, "/desk/orders/R-2/acts/settle?about=p-1", resolution="It is printed.")
    assert event_of(site).problem_resolved.resolution == "It is printed."


def test_a_message_and_a_link_are_sent_once_more_and_a_download_is_issued_again(site: DeskSite) -> None:
    ada = site.colleague("ada")
    for path, kind in (
        ("resend?about=merchants/lantern/orders/R-1%231/email", "resend_requested"),
        ("link", "link_requested"),
        ("reissue?about=atlas", "download_renewed"),
    ):
        site.act(ada, f"/desk/orders/R-1/acts/{path}")
        event = event_of(site)
        assert event.WhichOneof("change") == kind
        assert not event.download_renewed.by_buyer
        site.outbox.told(only(site).id)


def test_an_address_is_corrected_as_a_whole(site: DeskSite) -> None:
    ada = site.colleague("ada")
    values = {"email": "robin@new.test", "phone": "", "name": "Robin Miller", "recipient": "Robin Miller"}
    street = {"street": "6 Mill Lane\nFlat 2", "postcode": "YO1 7HH", "city": "York", "country": "gb"}
    site.act(ada, "/desk/orders/R-1/acts/contact", **values, **street)
    request = request_of(only(site))
    assert isinstance(request, orders_service_pb2.UpdateBuyerContactRequest)
    assert list(request.buyer.shipping_address.lines) == ["6 Mill Lane", "Flat 2"]
    assert request.buyer.shipping_address.country == "GB"
    assert (request.buyer.locale, request.buyer.time_zone) == ("en", "Europe/London")


def test_an_act_about_what_is_not_there_is_not_offered(site: DeskSite) -> None:
    ada = site.colleague("ada")
    for path in ("answer?about=q-9", "news?about=p-1", "reissue?about=book", "nonsense", "answer"):
        assert ada.get(f"/desk/orders/R-1/acts/{path}").status_code == 404


def test_every_act_is_in_the_audit_log_without_its_words(site: DeskSite) -> None:
    site.act(site.colleague("ada"), ANSWER, text="A secret answer.")
    deed = site.audit.newest("merchants/lantern", 0, 1)[0].deed
    assert (deed.who, deed.what) == ("Ada", "act.answer")
    assert deed.detail == f"q-1 {only(site).id}"
    assert "secret" not in repr(deed)


def test_text_of_buyers_and_colleagues_is_inert(site: DeskSite) -> None:
    evil = "<script>alert(1)</script>{{ 7*7 }}"
    browser = site.colleague("ada")
    looked = site.send(browser, ANSWER, step="look", text=evil)
    site.confirm(browser, looked, ANSWER)
    for shown in (looked.text, browser.get("/desk/orders/R-1").text):
        assert "<script>alert" not in shown
        assert "{{ 7*7 }}" in shown


def test_an_answer_of_eight_thousand_russian_letters_is_taken(site: DeskSite) -> None:
    site.act(site.colleague("ada"), ANSWER, text="Щ" * 8000)
    request = request_of(only(site))
    assert isinstance(request, questions_service_pb2.AnswerQuestionRequest)
    assert len(request.text) == 8000


def test_a_promise_is_typed_by_the_shops_own_clock(site: DeskSite) -> None:
    site.clock.at += timedelta(days=200)  # Summer time in London.
    words = {"what_happened": "x", "what_we_do": "x", "next_update_at": "2027-06-09T18:00"}
    site.act(site.colleague("ada"), "/desk/orders/R-1/acts/explain", trouble="problem", concerns="whole", **words)
    assert event_of(site).problem_reported.next_update_at.ToJsonString() == "2027-06-09T17:00:00Z"


def test_two_people_who_explain_the_same_order_are_told_of_each_other(site: DeskSite) -> None:
    path = "/desk/orders/R-1/acts/explain"
    words = {"trouble": "delay", "concerns": "whole", "what_happened": "A strike.", "what_we_do": "We wait."}
    ben = site.colleague("ben")
    looked = site.send(ben, path, step="look", next_update_at=TOMORROW, **words)
    site.act(site.colleague("ada"), path, next_update_at=TOMORROW, **words)
    assert "Ada has done the same meanwhile." in site.confirm(ben, looked, path).text
    assert len(site.outbox.letters) == 1
