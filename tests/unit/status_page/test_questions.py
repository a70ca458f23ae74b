import re
from datetime import UTC, datetime, timedelta

import pytest

from status_page.pages.pending import evidence_of
from status_page.questions.promise import reply_by
from tests.fakes.status_page_site import Site
from tests.samples import merchants
from tests.samples.mixed import mixed_order
from tests.samples.story import START, Story, stamp
from tests.unit.status_page.asking import answered, arrives, ask, thread
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2, order_pb2, question_pb2, questions_service_pb2


@pytest.fixture
def story(site: Site) -> Story:
    """An order that this browser has open."""
    story = mixed_order()
    site.tell(story)
    site.open(story)
    return story


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
