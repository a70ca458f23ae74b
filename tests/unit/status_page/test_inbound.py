from datetime import timedelta

import pytest

from status_page.inbound.filing import MOST_AN_HOUR, Outcome
from status_page.inbound.kept_mails import open_mail
from status_page.inbound.receiver import NamesDown
from tests.fakes.status_page_site import Site
from tests.samples import keys
from tests.samples.mails import OUR_ID, bounce, mail, mark, reply_to, token
from tests.samples.mixed import mixed_order
from tests.samples.story import Story, stamp
from tests.unit.status_page.test_inert_text import XSS
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2, question_pb2, questions_service_pb2


@pytest.fixture
def story(site: Site) -> Story:
    story = mixed_order()
    story.merchant.care.email = "care@lantern.test"
    site.tell(story)
    return story


def asked(site: Site) -> list[questions_service_pb2.AskQuestionRequest]:
    """The questions that wait for `orders`."""
    found = [letter for letter in site.outbox.letters if letter.kind == "question"]
    return [questions_service_pb2.AskQuestionRequest.FromString(letter.body) for letter in found]


def receive(site: Site, raw: bytes) -> Outcome | None:
    return site.receiver().receive(raw, site.clock.at)


def test_a_reply_becomes_a_question_of_its_order_and_is_kept_sealed(site: Site, story: Story) -> None:
    raw = mail(reply_to(story.order.name))
    assert receive(site, raw) is Outcome.QUESTION
    [question] = asked(site)
    assert (question.order, question.text) == (story.order.name, "Where is my book?")
    assert question.channel == question_pb2.QUESTION_CHANNEL_EMAIL
    assert question.asked_at == stamp(site.clock.at)
    kept = site.mails.find(question.evidence_id)
    assert kept is not None
    assert kept.known_sender
    assert kept.expires_at is None
    assert open_mail(keys.sealer(), kept) == raw
    assert kept.raw is not None
    assert b"book" not in kept.raw.ciphertext
    assert site.woken == 1


def test_a_mail_that_is_read_twice_counts_once_whatever_servers_add_to_it(site: Site, story: Story) -> None:
    raw = mail(reply_to(story.order.name))
    receive(site, raw)
    site.clock.forward(minutes=5)
    assert receive(site, raw) is None
    assert receive(site, b"Received: by mx.test\r\nDelivered-To: inbox@mail.test\r\n" + raw) is None
    assert len(site.outbox.letters) == 1
    assert receive(site, mail(reply_to(story.order.name), "Something else", message_id="<1@buyers.test>"))
    assert len(site.outbox.letters) == 2


def test_a_mail_that_was_begun_and_not_finished_is_told_with_the_very_same_words(site: Site, story: Story) -> None:
    raw = mail(reply_to(story.order.name))
    receive(site, raw)
    first = site.outbox.letters[0]
    site.mails.kept.clear()
    site.outbox.told(first.id)
    site.clock.forward(hours=1)
    assert receive(site, raw) is Outcome.QUESTION
    assert site.outbox.letters == [first]


def test_a_reply_to_another_address_is_found_by_what_it_answers(site: Site, story: Story) -> None:
    references = f"In-Reply-To: <{OUR_ID}>\nReferences: {mark(story.order.name)}\n <{OUR_ID}>\n"
    assert receive(site, mail("orders@lantern.test", headers=references)) is Outcome.QUESTION
    assert asked(site)[0].order == story.order.name


def test_the_token_may_come_back_in_any_letter_case(site: Site, story: Story) -> None:
    assert receive(site, mail(reply_to(story.order.name).upper())) is Outcome.QUESTION


def test_a_mail_from_another_address_is_filed_and_flagged(site: Site, story: Story) -> None:
    receive(site, mail(reply_to(story.order.name), sender="robin.work@office.test"))
    kept = site.mails.find(asked(site)[0].evidence_id)
    assert kept is not None
    assert not kept.known_sender


def test_a_changed_token_names_no_order(site: Site, story: Story) -> None:
    good = token(story.order.name)
    for at in range(len(good)):
        changed = good[:at] + ("a" if good[at] != "a" else "b") + good[at + 1 :]
        raw = mail(f"reply+{changed}@mail.test", message_id=f"<{at}@x>")
        assert receive(site, raw) is Outcome.UNKNOWN
    assert site.outbox.letters == []


def test_mail_that_names_no_order_is_kept_for_a_while_and_answered_by_nobody(site: Site, story: Story) -> None:
    assert receive(site, mail("orders@lantern.test")) is Outcome.UNKNOWN
    [kept] = site.mails.kept.values()
    assert kept.raw is not None
    assert kept.expires_at == site.clock.at + timedelta(days=90)
    assert site.outbox.letters == []


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied (vacation)\n",
        "Auto-Submitted: auto-generated; owner=x\n",
        "Auto-Submitted: AUTO-NOTIFIED\n",
        "Precedence: bulk\n",
        "Precedence: Auto_Reply\n",
        "Precedence: list\n",
        "Precedence: junk\n",
        "Return-Path: <>\n",
        "X-Autoreply: yes\n",
        "X-Auto-Response-Suppress: All\n",
        "List-Id: <x.lists.test>\n",
    ],
)
def test_automatic_answers_open_nothing(site: Site, story: Story, headers: str) -> None:
    assert receive(site, mail(reply_to(story.order.name), "I am away.", headers=headers)) is Outcome.AUTOMATIC
    assert site.outbox.letters == []
    [kept] = site.mails.kept.values()
    assert (kept.order, kept.raw is not None) == (story.order.name, True)


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: no\n",
        "Auto-Submitted: No; x=1\nPrecedence: bulk\n",
        "X-Autoreply: no\n",
        "Precedence: normal\n",
    ],
)
def test_what_says_that_a_human_wrote_it_is_a_question(site: Site, story: Story, headers: str) -> None:
    assert receive(site, mail(reply_to(story.order.name), headers=headers)) is Outcome.QUESTION


def test_our_own_mails_in_a_shared_inbox_are_passed_by_and_not_kept(site: Site, story: Story) -> None:
    headers = f"Auto-Submitted: auto-generated\nReply-To: {reply_to(story.order.name)}\n"
    headers += f"References: {mark(story.order.name)}\n"
    assert receive(site, mail("robin@buyers.test", headers=headers)) is Outcome.NOT_OURS
    [kept] = site.mails.kept.values()
    assert kept.raw is None


def test_a_loop_ends_whatever_its_headers_say(site: Site, story: Story) -> None:
    outcomes = [
        receive(site, mail(reply_to(story.order.name), f"Thank you for your message {n}", message_id=f"<{n}@x>"))
        for n in range(MOST_AN_HOUR + 5)
    ]
    assert outcomes == [Outcome.QUESTION] * MOST_AN_HOUR + [Outcome.LOOP] * 5
    site.clock.forward(hours=2)
    assert receive(site, mail(reply_to(story.order.name), "A human", message_id="<h@x>")) is Outcome.QUESTION


@pytest.mark.parametrize("whole", [False, True])
def test_a_bounce_says_which_message_and_whether_for_good(site: Site, story: Story, *, whole: bool) -> None:
    site.names.names[story.order.name, OUR_ID] = f"{story.order.name}!3/buyer/email"
    assert receive(site, bounce(story.order.name, whole=whole)) is Outcome.BOUNCE
    [letter] = site.outbox.letters
    event = orders_service_pb2.RecordEventRequest.FromString(letter.body).event
    assert event.message_bounced == events.MessageBounced(
        message_id=f"{story.order.name}!3/buyer/email", permanent=True, status="5.1.1"
    )
    assert receive(site, bounce(story.order.name, "4.4.7", whole=whole)) is Outcome.BOUNCE
    event = orders_service_pb2.RecordEventRequest.FromString(site.outbox.letters[1].body).event
    assert not event.message_bounced.permanent


def test_a_delay_is_no_bounce_and_a_report_about_a_strangers_mail_is_nothing(site: Site, story: Story) -> None:
    assert receive(site, bounce(story.order.name, "4.4.1", "delayed")) is Outcome.DELAYED
    assert receive(site, bounce(story.order.name)) is Outcome.UNKNOWN
    assert site.outbox.letters == []


def test_a_report_to_the_sender_of_our_envelopes_needs_no_references(site: Site, story: Story) -> None:
    site.names.names[story.order.name, OUR_ID] = f"{story.order.name}!3/buyer/email"
    raw = bounce(story.order.name).replace(b"orders@lantern.test", reply_to(story.order.name, "r").encode())
    head, _, rest = raw.partition(b"References:")
    assert receive(site, head + rest.partition(b"<0@wismo.test>\r\n")[2]) is Outcome.BOUNCE


def test_what_else_comes_to_the_sender_of_our_envelopes_asks_nothing(site: Site, story: Story) -> None:
    away = mail(reply_to(story.order.name, "r"), "I am on holiday until Monday.")
    assert receive(site, away) is Outcome.AUTOMATIC
    assert site.outbox.letters == []


def test_while_nobody_knows_our_mails_names_a_bounce_is_read_again_later(site: Site, story: Story) -> None:
    site.names.down = True
    with pytest.raises(NamesDown):
        receive(site, bounce(story.order.name))
    site.names.down = False
    site.names.names[story.order.name, OUR_ID] = "m"
    assert receive(site, bounce(story.order.name)) is Outcome.BOUNCE


def test_what_the_care_team_replies_is_the_answer(site: Site, story: Story) -> None:
    to = reply_to(story.order.name, "c", "q-1")
    text = "It left Leeds today.\n\nOn Fri, 20 Nov 2026 at 15:00, Lantern <reply@mail.test> wrote:\n> Where is my book?"
    assert receive(site, mail(to, text, sender="Alex <care@lantern.test>")) is Outcome.ANSWER
    [letter] = site.outbox.letters
    answered = questions_service_pb2.AnswerQuestionRequest.FromString(letter.body)
    assert (answered.order, answered.question_id) == (story.order.name, "q-1")
    assert answered.text == "It left Leeds today."
    colleague = mail(to, "And tomorrow it is there.", sender="sam@lantern.test", message_id="<2@x>")
    assert receive(site, colleague) is Outcome.ANSWER


def test_no_answer_comes_from_strangers_from_talk_in_the_team_or_from_nothing(site: Site, story: Story) -> None:
    to = reply_to(story.order.name, "c", "q-1")
    assert receive(site, mail(to, "Send money", sender="eve@evil.test")) is Outcome.STRANGER
    references = f"References: {mark(story.order.name, 'c', 'q-1')}\n"
    among = mail("boss@lantern.test", "What a fuss", sender="care@lantern.test", headers=references, message_id="<2@x>")
    assert receive(site, among) is Outcome.UNKNOWN
    empty = mail(to, "", sender="care@lantern.test", message_id="<3@x>")
    assert receive(site, empty) is Outcome.UNKNOWN
    alert = mail(reply_to(story.order.name, "e"), "Seen", sender="care@lantern.test", message_id="<4@x>")
    assert receive(site, alert) is Outcome.UNKNOWN
    assert site.outbox.letters == []


def test_nothing_is_kept_about_a_buyer_who_was_erased(site: Site, story: Story) -> None:
    receive(site, mail(reply_to(story.order.name)))
    story.order.erase_time.CopyFrom(stamp(site.clock.at))
    story.tell(events.FulfilmentEvent(buyer_erased=events.BuyerErased()))
    site.tell(story)
    assert receive(site, mail(reply_to(story.order.name), "Again", message_id="<2@x>")) is Outcome.ERASED
    assert all(one.raw is None for one in site.mails.kept.values())
    assert len(asked(site)) == 1


@pytest.mark.parametrize("text", XSS)
def test_what_stands_in_a_mail_is_inert_on_the_page(site: Site, story: Story, text: str) -> None:
    html = f"MIME-Version: 1.0\nContent-Type: text/html\nFrom: robin@buyers.test\nTo: {reply_to(story.order.name)}\n"
    receive(site, (html + "\n<p>" + text + "</p>").replace("\n", "\r\n").encode())
    receive(site, mail(reply_to(story.order.name), text))

    def change(order: object) -> None:
        question = story.order.questions.add(question_id="q-1", state=question_pb2.QUESTION_STATE_OPEN)
        for one in asked(site):
            question.posts.add(occurred_at=one.asked_at, from_buyer=True, channel=one.channel, text=one.text)

    story.tell(events.FulfilmentEvent(question_asked=events.QuestionAsked(question_id="q-1", text="x")), change)
    site.tell(story)
    page = site.open(story).text
    assert "<script>" not in page
    assert "<img src=x" not in page
    assert "<svg/" not in page
