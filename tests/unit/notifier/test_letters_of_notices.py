"""What a notice says about an order: its newest fact, whose turn it is, and nothing that is not known."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.keys import KeyRing
from chassis.signed_links import LinkSigner
from notifier.planning.kinds import NOTICES, MessageKind
from notifier.rendering.letters import Rendered, Renderer, Telling
from notifier.rendering.links import CANCEL_PURPOSE, OPTIONAL_PURPOSE
from tests.samples import keys, mixed
from tests.samples.story import stamp
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import notice_pb2
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import payment_pb2 as payments
from wismo.orders.v1 import question_pb2 as questions

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SIGNER = LinkSigner(KeyRing.parse(keys.LINK_KEYS))
RENDERER = Renderer(keys.sealer(), SIGNER, "https://orders.test/")


def newest(at: int = -1) -> OrderEvent:
    event = mixed.mixed_order().told[at]
    event.order.buyer.locale = "en"
    return event


def say(kind: MessageKind, event: OrderEvent, notice: notice_pb2.Notice | None = None) -> Rendered:
    return RENDERER.render([Telling(kind, notice or notice_pb2.Notice(), NOW)], event.order, event.merchant, NOW)


def words(rendered: Rendered) -> str:
    return " ".join(rendered.content.text.split())


@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_a_notice_that_names_next_to_nothing_is_told_all_the_same(kind: MessageKind) -> None:
    for at in (0, -1):
        content = say(kind, newest(at)).content
        assert "None" not in content.text
        assert "1970" not in content.text or kind == MessageKind.TRIAL_ENDING


@pytest.mark.parametrize("kind", care.AttentionKind.values())
def test_every_matter_that_needs_a_human_has_words(kind: care.AttentionKind.ValueType) -> None:
    attention = care.Attention(kind=kind, since=stamp(NOW), due_at=stamp(NOW + timedelta(hours=2)), escalated=True)
    text = words(say(MessageKind.ALERT, newest(), notice_pb2.Notice(attention=attention)))
    assert "What to do now" in text
    assert "Nobody has dealt with it in time" in text
    assert "24 November" in text


def test_what_was_only_said_is_no_news_of_the_order() -> None:
    event = newest()
    fact = max(entry.occurred_at.ToDatetime() for entry in event.order.timeline)
    for kind in (
        events.CHANGE_KIND_STILL_WITH_YOU,
        events.CHANGE_KIND_QUESTION_ASKED,
        events.CHANGE_KIND_QUESTION_DELAYED,
        events.CHANGE_KIND_MESSAGE_BOUNCED,
        events.CHANGE_KIND_CHARGE_NOTICE_ACCEPTED,
    ):
        event.order.timeline.add(sequence=90, kind=kind, occurred_at=stamp(NOW))
    text = words(say(MessageKind.STILL_WITH_YOU, event))
    assert f"Since {fact.day} {fact:%B}" in text


def test_the_buyer_is_told_when_it_is_their_turn() -> None:
    event = newest(0)
    assert "You need not do anything." in words(say(MessageKind.STILL_WITH_YOU, event))
    event.order.payment_state = payments.PAYMENT_STATE_FAILED
    text = words(say(MessageKind.STILL_WITH_YOU, event))
    assert "What you need to do" in text
    assert "Please try the payment again." in text


def test_what_the_merchant_does_about_an_open_problem_is_said_again() -> None:
    event = newest(0)
    event.order.problems.add(problem_id="p", what_we_do="We pack tonight.", reported_at=stamp(NOW))
    assert "We pack tonight." in words(say(MessageKind.STILL_WITH_YOU, event))
    event.order.problems[0].resolved_at.CopyFrom(stamp(NOW))
    assert "We pack tonight." not in words(say(MessageKind.STILL_WITH_YOU, event))


def test_a_question_that_is_open_is_not_forgotten_over_the_silence() -> None:
    event = newest(0)
    event.order.questions.add(
        question_id="q-1", state=questions.QUESTION_STATE_OPEN, reply_by=stamp(NOW + timedelta(hours=5))
    )
    said = "You will have our answer by 24 November, 14:30."
    assert said in words(say(MessageKind.STILL_WITH_YOU, event))
    event.order.questions[0].state = questions.QUESTION_STATE_ANSWERED
    assert said not in words(say(MessageKind.STILL_WITH_YOU, event))


def test_a_date_that_has_passed_is_not_told_as_one_to_come() -> None:
    event = newest(0)
    line = event.order.lines[0]
    notice = notice_pb2.Notice(line_ids=[line.line_id], missed_at=stamp(NOW - timedelta(days=2)))
    line.expected.ClearField("earliest")
    line.expected.latest.CopyFrom(stamp(NOW - timedelta(days=1)))
    assert "Now expected" not in words(say(MessageKind.DATE_MISSED, event, notice))
    line.expected.latest.CopyFrom(stamp(NOW + timedelta(days=3)))
    assert "Now expected: by 27 November" in words(say(MessageKind.DATE_MISSED, event, notice))


def charge_notice(event: OrderEvent) -> notice_pb2.Notice:
    line = event.order.lines[0]
    line.kind, line.state = lines.LINE_KIND_TRIAL, lines.LINE_STATE_TRIAL_RUNNING
    trial = event.order.trials.add(line_id=line.line_id, ends_at=stamp(NOW + timedelta(days=7)))
    trial.price_after.units, trial.price_after.currency_code = 12, "EUR"
    trial.billing_period.FromTimedelta(timedelta(days=30))
    trial.allowance_total, trial.allowance_used, trial.allowance_unit = 10, 3, "maps"
    return notice_pb2.Notice(line_ids=[line.line_id], charge_at=trial.ends_at, amount=trial.price_after)


def test_a_charge_is_told_in_the_same_words_whoever_announced_it() -> None:
    event = newest(0)
    notice = charge_notice(event)
    told = say(MessageKind.CHARGE_COMING, event, notice)
    change = events.FulfilmentEvent(
        charge_coming=events.ChargeComing(line_id=notice.line_ids[0], charge_at=notice.charge_at, amount=notice.amount)
    )
    announced = RENDERER.render([Telling(MessageKind.CHARGE_COMING, change, NOW)], event.order, event.merchant, NOW)
    assert told.content == announced.content
    assert "€12.00" in told.content.subject
    assert "Left of your trial: 7 of 10 (maps)" in told.content.text


def test_the_way_out_of_a_charge_opens_without_login_until_after_the_charge() -> None:
    event = newest(0)
    notice = charge_notice(event)
    text = say(MessageKind.CHARGE_COMING, event, notice).content.text
    token = text.partition("https://orders.test/t/")[2].split()[0]
    opened = SIGNER.open(token, CANCEL_PURPOSE, notice.charge_at.ToDatetime(UTC) + timedelta(days=6))
    assert opened.subject == f"{event.order.name} {notice.line_ids[0]}"


def test_one_click_ends_what_is_optional_and_says_of_which_order() -> None:
    event = newest()
    rendered = say(MessageKind.FOLLOW_UP, event)
    token = rendered.unsubscribe.rpartition("/")[2]
    assert SIGNER.open(token, OPTIONAL_PURPOSE, NOW).subject == event.order.name
    assert rendered.unsubscribe in rendered.content.text
    assert rendered.unsubscribe in rendered.content.html


@pytest.mark.parametrize(
    ("channel", "expected"), [(questions.QUESTION_CHANNEL_EMAIL, True), (questions.QUESTION_CHANNEL_PAGE, False)]
)
def test_an_acknowledgement_answers_a_mail_only_when_a_mail_asked(
    channel: questions.QuestionChannel.ValueType, expected: bool
) -> None:
    event = newest()
    event.order.questions.add(question_id="q-1").posts.add(from_buyer=True, channel=channel, text="Where is it?")
    change = events.FulfilmentEvent(
        question_acknowledged=events.QuestionAcknowledged(question_id="q-1", reply_by=stamp(NOW))
    )
    told = RENDERER.render([Telling(MessageKind.QUESTION_RECEIVED, change, NOW)], event.order, event.merchant, NOW)
    assert told.auto_replied is expected


def test_the_team_reads_its_own_language_and_zone() -> None:
    event = newest()
    event.order.buyer.locale = "en"
    event.merchant.care.locale, event.merchant.time_zone = "ru", "Europe/Moscow"
    attention = care.Attention(kind=care.ATTENTION_KIND_DARK, since=stamp(NOW))
    rendered = say(MessageKind.ALERT, event, notice_pb2.Notice(attention=attention))
    assert rendered.language == "ru"
    assert "24 ноября, 12:30" in rendered.content.text


@pytest.mark.parametrize("kind", [MessageKind.QUESTION_FORWARDED, MessageKind.ALERT, MessageKind.ANSWER_LATE])
def test_what_a_buyer_writes_is_inert_wherever_it_is_shown(kind: MessageKind) -> None:
    event = newest()
    evil = '<script>alert(1)</script>{{ 7 * 7 }}"><img src=x onerror=alert(1)><a href="javascript:alert(1)">'
    event.order.buyer.display_name = f"Eve\r\nBcc: all@example.org\0{evil}"
    event.order.questions.add(question_id="q-1").posts.add(from_buyer=True, text=evil, occurred_at=stamp(NOW))
    notice = notice_pb2.Notice(question_id="q-1", attention=care.Attention(kind=care.ATTENTION_KIND_QUESTION))
    content = say(kind, event, notice).content
    for tag in ("<script>alert", "<img src=x", '<a href="javascript'):
        assert tag not in content.html
    assert "&lt;script&gt;" in content.html
    assert "{{ 7 * 7 }}" in content.text
    assert not any(character in content.subject for character in "\r\n\0")
