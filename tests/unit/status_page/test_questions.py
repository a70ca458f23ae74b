import re
from datetime import UTC, datetime, timedelta

import pytest

from status_page.pages.pending import evidence_of, with_pending
from status_page.projection.rows import Pending
from status_page.questions.promise import reply_by
from status_page.questions.texts import plain, shortened
from tests.fakes.status_page_site import Site
from tests.samples import merchants
from tests.samples.mixed import mixed_order
from tests.samples.story import START, Story, stamp
from tests.unit.status_page.test_inert_text import XSS
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2, order_pb2, question_pb2, questions_service_pb2


@pytest.fixture
def story(site: Site) -> Story:
    """An order that this browser has open."""
    story = mixed_order()
    site.tell(story)
    site.open(story)
    return story


def ask(site: Site, story: Story, text: str, **fields: str) -> str:
    """Send the form that is on the order's page; the page that it leads to."""
    path = site.path(story)
    page = site.browser.get(path).text
    hidden = dict(re.findall(r'name="(token|page)" value="([^"]+)"', page.partition('id="ask"')[2]))
    sent = site.browser.post(f"{path}/question", data={**hidden, "text": text, **fields})
    assert sent.status_code == 303, sent.text
    return site.browser.get(sent.location).text


def arrives(site: Site, story: Story, question_id: str = "q-1", reply: datetime | None = None) -> None:
    """`orders` takes what waits in the outbox, and the projector brings it back."""
    for fact in [one for one in site.outbox.letters if one.kind == "question"]:
        asked = questions_service_pb2.AskQuestionRequest.FromString(fact.body)
        site.outbox.told(fact.id)
        promised = stamp(reply or site.clock.at + timedelta(hours=24))

        def change(
            order: order_pb2.Order,
            asked: questions_service_pb2.AskQuestionRequest = asked,
            promised: object = promised,
        ) -> None:
            question = next((one for one in order.questions if one.question_id == question_id), None)
            if question is None:
                question = order.questions.add(question_id=question_id, asked_at=asked.asked_at, reply_by=promised)
            question.state = question_pb2.QUESTION_STATE_OPEN
            question.ClearField("answered_at")
            question.posts.add(
                occurred_at=asked.asked_at,
                from_buyer=True,
                channel=asked.channel,
                text=asked.text,
                evidence_id=asked.evidence_id,
            )

        change_ = events.QuestionAsked(question_id=question_id, text=asked.text)
        story.tell(events.FulfilmentEvent(question_asked=change_), change)
    site.tell(story)


def answered(site: Site, story: Story, text: str) -> None:
    """The care team answers the newest question."""

    def change(order: order_pb2.Order) -> None:
        question = order.questions[-1]
        question.posts.add(occurred_at=stamp(site.clock.at), text=text)
        question.state = question_pb2.QUESTION_STATE_ANSWERED
        question.answered_at.CopyFrom(stamp(site.clock.at))

    change_ = events.QuestionAnswered(question_id=story.order.questions[-1].question_id, text=text)
    story.tell(events.FulfilmentEvent(question_answered=change_), change)
    site.tell(story)


def thread(page: str) -> str:
    """The card of the question."""
    return page.partition('id="question"')[2].partition("</section>")[0]


def test_a_question_is_acknowledged_at_once_with_the_time_of_the_answer(site: Site, story: Story) -> None:
    page = ask(site, story, "Where is my book?\r\nIt said Friday.")
    assert "Your question has arrived." in page
    assert "Where is my book?\nIt said Friday." in thread(page)
    # Asked on 20 November at 15:00 UTC; the shop answers within 24 hours.
    assert '<time datetime="2026-11-21T15:00:00Z">' in thread(page).partition("We answer by")[2]
    [fact] = site.outbox.letters
    asked = questions_service_pb2.AskQuestionRequest.FromString(fact.body)
    assert (asked.order, asked.text) == (story.order.name, "Where is my book?\nIt said Friday.")
    assert asked.channel == question_pb2.QUESTION_CHANNEL_PAGE
    assert asked.asked_at == stamp(site.clock.at)
    assert (asked.request_id, asked.evidence_id) == (fact.id, evidence_of(fact.id))
    assert site.woken == 1


def test_while_orders_is_down_the_question_stands_on_the_page_and_afterwards_once(site: Site, story: Story) -> None:
    ask(site, story, "Where is my book?")
    site.clock.forward(hours=3)
    waiting = site.open(story).text
    assert thread(waiting).count("Where is my book?") == 1
    arrives(site, story, reply=site.clock.at + timedelta(hours=21))
    page = site.browser.get(site.path(story)).text
    assert thread(page).count("Where is my book?") == 1
    assert '<time datetime="2026-11-21T15:00:00Z">' in thread(page).partition("We answer by")[2]


def test_a_double_click_is_one_question_and_one_more_word_is_another_post_of_it(site: Site, story: Story) -> None:
    path = site.path(story)
    page = site.browser.get(path).text
    form = dict(re.findall(r'name="(token|page)" value="([^"]+)"', page.partition('id="ask"')[2]))
    for _ in range(3):
        assert site.browser.post(f"{path}/question", data={**form, "text": "Hello?"}).status_code == 303
    assert len(site.outbox.letters) == 1
    site.clock.forward(hours=2)
    added = ask(site, story, "Hello?")
    assert len(site.outbox.letters) == 2
    assert thread(added).count("Hello?") == 2
    # What is added does not move the time that was promised first.
    assert '<time datetime="2026-11-21T15:00:00Z">' in thread(added).partition("We answer by")[2]
    assert added.count('id="question"') == 1


def test_a_form_that_was_kept_and_is_sent_again_when_orders_has_it_changes_nothing(site: Site, story: Story) -> None:
    path = site.path(story)
    page = site.browser.get(path).text
    form = dict(re.findall(r'name="(token|page)" value="([^"]+)"', page.partition('id="ask"')[2]))
    site.browser.post(f"{path}/question", data={**form, "text": "Hello?"})
    arrives(site, story)
    site.browser.post(f"{path}/question", data={**form, "text": "Hello?"})
    assert site.outbox.letters == []


def test_there_is_one_form_whatever_was_asked(site: Site, story: Story) -> None:
    assert site.open(story).text.count("<textarea") == 1
    assert ask(site, story, "One?").count("<textarea") == 1
    arrives(site, story)
    answered(site, story, "Tomorrow.")
    assert site.open(story).text.count("<textarea") == 1


def test_an_answer_stands_in_the_thread_and_writing_again_opens_it_once_more(site: Site, story: Story) -> None:
    ask(site, story, "Where is my book?")
    arrives(site, story)
    site.clock.forward(hours=5)
    answered(site, story, "It left Leeds this morning.\nIt comes tomorrow.")
    page = site.open(story).text
    assert "It left Leeds this morning.\nIt comes tomorrow." in thread(page)
    assert "Answered." in thread(page)
    assert "We answer by" not in thread(page)
    site.clock.forward(hours=30)
    page = ask(site, story, "It did not come.")
    assert thread(page).count('class="post ') == 3
    assert '<time datetime="2026-11-23T02:00:00Z">' in thread(page).partition("We answer by")[2]


def test_long_after_the_answer_asking_begins_a_new_thread(site: Site, story: Story) -> None:
    ask(site, story, "Where is my book?")
    arrives(site, story)
    answered(site, story, "With your neighbour.")
    site.clock.forward(days=15)
    page = ask(site, story, "May I return it?")
    assert thread(page).partition("<details")[0].count('class="post ') == 1
    assert "An earlier question" in thread(page)


def test_a_missed_promise_is_owned_up_to_and_the_new_time_named(site: Site, story: Story) -> None:
    ask(site, story, "Where is my book?")
    arrives(site, story)
    site.clock.forward(hours=25)
    assert "have not kept that. We are sorry." in thread(site.open(story).text)

    def change(order: order_pb2.Order) -> None:
        question = order.questions[0]
        question.missed_reply_by.append(question.reply_by)
        question.reply_by.CopyFrom(stamp(site.clock.at + timedelta(hours=4)))

    delayed = events.QuestionDelayed(
        question_id="q-1", missed_at=stamp(START), reply_by=stamp(site.clock.at + timedelta(hours=4)), message_id="m"
    )
    story.tell(events.FulfilmentEvent(question_delayed=delayed), change)
    site.tell(story)
    page = thread(site.open(story).text)
    assert '<time datetime="2026-11-21T15:00:00Z">' in page.partition("We promised you an answer by")[2]
    assert '<time datetime="2026-11-21T20:00:00Z">' in page.partition("It comes by")[2]


def test_several_open_waits_are_one_thread_with_the_earliest_time(site: Site, story: Story) -> None:
    for number, hours in ((1, 30), (2, 20)):
        story.order.questions.add(
            question_id=f"q-{number}",
            state=question_pb2.QUESTION_STATE_OPEN,
            reply_by=stamp(site.clock.at + timedelta(hours=hours)),
            posts=[
                question_pb2.QuestionPost(
                    occurred_at=stamp(START + timedelta(hours=number)),
                    from_buyer=True,
                    channel=question_pb2.QUESTION_CHANNEL_EMAIL,
                    text=f"Mail {number}",
                )
            ],
        )
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="x")))
    site.tell(story)
    page = site.open(story).text
    assert page.count('id="question"') == 1
    assert thread(page).index("Mail 1") < thread(page).index("Mail 2")
    assert "by e-mail" in thread(page)
    assert '<time datetime="2026-11-21T11:00:00Z">' in thread(page).partition("We answer by")[2]


def test_the_promise_counts_in_the_shops_working_time() -> None:
    shop = merchants.lantern()
    shop.policies.answer_within.FromTimedelta(timedelta(hours=4))
    shop.time_zone = "Europe/London"
    for weekday in range(1, 6):
        shop.policies.business_hours.append(
            merchant_pb2.BusinessPeriod(iso_weekday=weekday, opens_minute=9 * 60, closes_minute=17 * 60)
        )
    friday = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    assert reply_by(None, shop, friday) == datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    shop.policies.closed_days.append("2026-11-23")
    assert reply_by(None, shop, friday) == datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def test_a_calendar_that_never_opens_still_gives_a_time() -> None:
    shop = merchants.lantern()
    shop.time_zone = "Nowhere/Else"
    shop.policies.business_hours.add(iso_weekday=1, opens_minute=0, closes_minute=60)
    assert reply_by(None, shop, START) == START + timedelta(hours=24)


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
