"""What a question may hold, who may ask, and that nothing of it does harm."""

import re

import pytest

from status_page.pages.pending import with_pending
from status_page.projection.rows import Pending
from status_page.questions.texts import plain, shortened
from tests.fakes.status_page_site import Site
from tests.samples.mixed import mixed_order
from tests.samples.story import START, Story, stamp
from tests.unit.status_page.asking import answered, arrives, ask, thread
from tests.unit.status_page.test_inert_text import XSS
from wismo.orders.v1 import fulfilment_event_pb2 as events


@pytest.fixture
def story(site: Site) -> Story:
    """An order that this browser has open."""
    story = mixed_order()
    site.tell(story)
    site.open(story)
    return story


@pytest.mark.parametrize("text", ["", "  \r\n ", "\x00\x07", "x" * 8001], ids=["empty", "spaces", "control", "long"])
def test_nothing_and_too_much_are_refused_before_anything_is_kept(site: Site, story: Story, text: str) -> None:
    token = site.token(site.path(story))
    sent = site.browser.post(f"{site.path(story)}/question", data={"token": token, "page": "p", "text": text})
    assert sent.status_code == 400
    assert site.outbox.letters == []


def test_eight_thousand_characters_of_any_script_are_taken_whole(site: Site, story: Story) -> None:
    text = "🙂" * 8000
    assert text in ask(site, story, text)
    line_breaks = "ф\r\n" * 3999
    assert ask(site, story, line_breaks)


def test_more_than_a_question_may_hold_is_refused_by_size(site: Site, story: Story) -> None:
    sent = site.browser.post(f"{site.path(story)}/question", data={"text": "x" * 140_000})
    assert sent.status_code == 413


def test_who_has_not_opened_the_order_cannot_ask(site: Site, story: Story) -> None:
    stranger = site.app.test_client()
    form = {"token": site.token("/", stranger), "page": "p", "text": "Who are you?"}
    assert stranger.post(f"{site.path(story)}/question", data=form).status_code == 404
    other = mixed_order("R-9")
    site.tell(other)
    mine = {"token": site.token(site.path(story)), "page": "p", "text": "Mine?"}
    assert site.browser.post(f"{site.path(other)}/question", data=mine).status_code == 404
    assert site.outbox.letters == []


def test_what_was_typed_into_a_page_that_has_closed_is_given_back(site: Site, story: Story) -> None:
    """The form lay open longer than the browser keeps the order: nobody types a question twice."""
    token = site.token(site.path(story))
    site.clock.forward(hours=24 * 400)
    text = "Where is <my> book?\nIt was a present."
    sent = site.browser.post(f"{site.path(story)}/question", data={"token": token, "page": "p", "text": text})
    assert sent.status_code in {403, 404}
    assert "Where is &lt;my&gt; book?\nIt was a present.</textarea>" in sent.text
    assert "answer that message" in sent.text
    assert site.outbox.letters == []


def test_the_text_comes_back_the_same_for_an_order_that_does_not_exist(site: Site, story: Story) -> None:
    stranger = site.app.test_client()
    form = {"token": site.token("/", stranger), "page": "p", "text": "Is it there?"}
    known = stranger.post(f"{site.path(story)}/question", data=form)
    unknown = stranger.post(f"{site.path(story)}-none/question", data=form)

    def same(html: str) -> str:
        return re.sub(r'(nonce=|name="token" value=)"[^"]+"', "", html)

    assert (known.status_code, same(known.text)) == (unknown.status_code, same(unknown.text))
    assert "Is it there?</textarea>" in known.text


def test_asking_again_and_again_is_slowed_down_for_one_order_and_for_no_other(site: Site, story: Story) -> None:
    form = {"token": site.token(site.path(story)), "page": "p"}
    path = f"{site.path(story)}/question"
    statuses = [site.browser.post(path, data={**form, "text": f"{n}"}).status_code for n in range(14)]
    assert statuses == [303] * 12 + [429] * 2
    other = mixed_order("R-9")
    site.tell(other)
    site.open(other)
    assert site.browser.post(f"{site.path(other)}/question", data={**form, "text": "?"}).status_code == 303


@pytest.mark.parametrize("text", XSS)
def test_what_is_asked_and_answered_is_inert(site: Site, story: Story, text: str) -> None:
    page = ask(site, story, text)
    assert "\u202e" not in thread(page)
    arrives(site, story)
    answered(site, story, text)
    for shown in (page, site.open(story).text):
        if "<" in text or '"' in text:
            assert text not in shown
        assert re.findall(r"<script[^>]*>", shown) == re.findall(r"<script src=\"/static/[^>]*>", shown)
        assert "<img src=x" not in shown
        assert "<svg/" not in shown


def test_the_progress_page_shows_nothing_of_a_question(site: Site, story: Story) -> None:
    ask(site, story, "My address is 5 Mill Lane")
    site.look_up("R-10042", "YO1 7HH")
    page = site.browser.get("/progress").text
    assert "Mill Lane" not in page
    assert "<textarea" not in page


def test_nothing_of_a_question_is_left_once_the_buyer_is_erased(site: Site, story: Story) -> None:
    ask(site, story, "My address is 5 Mill Lane")
    story.order.erase_time.CopyFrom(stamp(site.clock.at))
    story.tell(events.FulfilmentEvent(buyer_erased=events.BuyerErased()))
    site.tell(story)
    assert site.orders.rows[story.order.name].pending == ()


def test_an_order_that_lacks_nothing_is_the_very_same(story: Story) -> None:
    asked = Pending("a", "question", START, "Hello?")
    assert with_pending(story.order, ()) is story.order
    ahead = with_pending(story.order, (asked,))
    assert ahead is not story.order
    assert not story.order.questions
    assert with_pending(ahead, (asked,)) is ahead


def test_plain_text_keeps_what_people_write_and_drops_what_only_programs_send() -> None:
    assert plain("  a\r\nb\rc\td \n") == "a\nb\nc d"
    assert plain("a\x00\x1b[31m\u202eb\ud800") == "a[31mb"
    assert plain("می‌خواهم 👩‍👧") == "می‌خواهم 👩‍👧"
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd efgh", 7) == "abcd …"
