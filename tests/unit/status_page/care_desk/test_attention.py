"""What needs a human now, and one order's whole story."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

from status_page.care_desk.event_words import SENTENCES
from status_page.care_desk.presence import Here
from status_page.care_desk.visits import MOST
from status_page.inbound.filing import Outcome
from status_page.inbound.kept_mails import KeptMail, seal_mail
from tests.fakes.care_desk_site import DeskSite
from tests.samples import keys
from tests.samples.desk_stories import ask, open_order
from wismo.orders.v1 import fulfilment_event_pb2 as events

MESSAGE = quote("merchants/lantern/orders/R-1#1/email")


def test_the_list_is_by_due_time_and_says_what_each_is_about(site: DeskSite) -> None:
    shown = site.colleague("rea").get("/desk/").text
    places = [shown.index(f"/desk/orders/R-{n}") for n in (1, 3, 2)]
    assert places == sorted(places)
    for said in ("I ordered on Friday", "asked 3 times", "Robin Miller", "escalated", "Royal Mail RM123456785GB"):
        assert said in shown
    assert "2 hours ago" in shown
    assert "in 2 hours" in shown


def test_the_list_is_joined_with_the_orders_by_one_query(site: DeskSite) -> None:
    browser = site.colleague("rea")
    site.desk_orders.asked = 0
    browser.get("/desk/")
    assert site.desk_orders.asked == 1


def test_kinds_are_filters_with_their_counts(site: DeskSite) -> None:
    shown = site.colleague("rea").get("/desk/?kind=parcels").text
    assert "/desk/orders/R-3" in shown
    assert "/desk/orders/R-1" not in shown
    assert "Everything <b>3</b>" in shown
    assert "Parcel stands still <b>1</b></a>" in shown
    assert "In the dark <b>0</b></a>" in shown


def test_an_order_that_the_page_does_not_have_yet_is_shown_by_its_reference(site: DeskSite) -> None:
    site.orders.rows.pop("merchants/lantern/orders/R-3")
    assert "R-3" in site.colleague("rea").get("/desk/").text


def test_the_list_asks_again_and_is_told_when_nothing_has_changed(site: DeskSite) -> None:
    browser = site.colleague("rea")
    etag = browser.get("/desk/").headers["ETag"]
    assert browser.get("/desk/", headers={"If-None-Match": etag}).status_code == 304
    site.desk.presence.note("merchants/lantern/orders/R-1", Here("x", "Ben", "", site.clock.at), site.clock.at)
    changed = browser.get("/desk/", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert "Ben is looking at it" in changed.text


def test_without_the_notifier_the_list_says_so_and_a_story_shows_the_rest(site: DeskSite) -> None:
    site.care.down = True
    browser = site.colleague("rea")
    assert browser.get("/desk/").status_code == 503
    story = browser.get("/desk/orders/R-1")
    assert story.status_code == 200
    assert "notifier does not answer" in story.text
    assert "I ordered on Friday" in story.text


def test_a_story_has_events_messages_promises_visits_and_the_thread(site: DeskSite) -> None:
    story = open_order("R-1")
    site.browser.get(site.link(story), headers={"User-Agent": "Mozilla/5.0 (iPhone)"})
    shown = site.colleague("rea").get("/desk/orders/R-1").text
    for said in (
        "Parcel announced",
        "Thank you for the order, e-mail to the buyer",
        "accepted",
        "Answer the question",
        "team reminded",
        "The link was opened",
        "iPhone",
        "on the page",
        "by e-mail",
        "Northern Lights, hardback",
        "In the dark since",
    ):
        assert said in shown, said
    assert "acts/answer" not in shown


def test_visits_are_bounded_and_never_stand_in_a_buyers_way(site: DeskSite) -> None:
    story = open_order("R-1")
    for _ in range(MOST + 5):
        site.browser.get(site.link(story))
    assert len(site.visits.of(story.order.name)) == MOST
    site.visits.down = RuntimeError("away")
    assert site.open(story).status_code == 200


def test_a_message_is_shown_as_it_was_sent_where_it_can_do_nothing(site: DeskSite) -> None:
    browser = site.colleague("rea")
    page = browser.get(f"/desk/orders/R-1/messages/{MESSAGE}")
    assert "<iframe" in page.text
    assert "sandbox title" in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "alert(1)" not in page.text
    source = unescape(re.search(r'<iframe[^>]* src="([^"]+)"', page.text)[1])  # type: ignore[index]  # It was found above.
    body = browser.get(source)
    assert "Thank you, Robin." in body.text
    assert body.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "script-src" not in body.headers["Content-Security-Policy"]
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"
    # Nobody reads it past the page that writes the look into the log.
    assert browser.get(source.partition("?")[0]).status_code == 404
    assert site.colleague("rea").get(source).status_code == 404


def test_each_look_at_a_message_is_in_the_audit_log(site: DeskSite) -> None:
    site.colleague("rea").get(f"/desk/orders/R-1/messages/{MESSAGE}")
    newest = site.audit.newest("merchants/lantern", 0, 1)[0].deed
    assert (newest.who, newest.what) == ("Rea", "message.read")
    assert newest.order == "merchants/lantern/orders/R-1"


def test_an_order_is_found_by_its_number_as_it_stands_in_messages(site: DeskSite) -> None:
    browser = site.colleague("rea")
    assert browser.get("/desk/find?reference=%23R-1").headers["Location"] == "/desk/orders/R-1"
    assert browser.get("/desk/find?reference=R-99").status_code == 404


def test_an_erased_buyer_leaves_nothing_on_the_desk(site: DeskSite) -> None:
    story = open_order("R-8")
    story.order.erase_time.FromDatetime(site.clock.at)
    story.tell(events.FulfilmentEvent(buyer_erased=events.BuyerErased()), later=timedelta(0))
    site.tell(story)
    answer = site.colleague("max").get("/desk/orders/R-8")
    assert answer.status_code == 410
    assert "Robin" not in answer.text


def test_every_kind_of_change_has_its_words() -> None:
    assert set(SENTENCES) == set(events.ChangeKind.values()) - {0}


def test_the_mail_behind_a_question_is_shown_whole_to_the_team_of_its_order_alone(site: DeskSite) -> None:
    name = "merchants/lantern/orders/R-1"
    raw = b"From: Robin <robin@other.test>\r\nSubject: Where?\r\nMessage-ID: <m@x.test>\r\n\r\nWhere is it?\r\n> quoted"
    for mail_id, order in (("m1", name), ("m2", "merchants/severny/orders/S-7")):
        kept = KeptMail(mail_id, site.clock.at, Outcome.QUESTION, order, raw=seal_mail(keys.sealer(), mail_id, raw))
        site.mails.finish(kept)
    story = open_order("R-1")
    ask(story, site.clock.at)
    for number, post in enumerate((story.order.questions[0].posts[0], story.order.questions[0].posts.add()), 1):
        post.evidence_id = f"mail/m{number}"
    story.order.sequence = 50
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="x")))
    site.tell(story)
    browser = site.colleague("rea")
    assert "/desk/orders/R-1/originals/mail/m1" in browser.get("/desk/orders/R-1").text
    shown = browser.get("/desk/orders/R-1/originals/mail/m1").text
    assert "robin@other.test" in shown
    assert "&gt; quoted" in shown
    assert "Say nothing private" in shown
    assert site.audit.newest("merchants/lantern", 0, 1)[0].deed.what == "original.read"
    for other in ("mail/m2", "mail/m3", "m1"):
        assert browser.get(f"/desk/orders/R-1/originals/{other}").status_code == 404
