"""Envelopes: who gets a message, where a reply goes, and in which thread it stands."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chassis.keys import KeyRing
from chassis.reply_tokens import ReplyAddress, ReplyTokens
from notifier.channels.compose import Content, Envelope, compose
from notifier.planning.kinds import MessageKind
from notifier.rendering.addressing import Addressing, Replies, addressee
from notifier.rendering.letters import Rendered, Telling
from tests.samples import keys, mixed
from wismo.care.v1 import notice_pb2
from wismo.orders.v1 import merchant_pb2, order_pb2

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
REPLIES = Replies(ReplyTokens(KeyRing.parse(keys.LINK_KEYS)), ReplyAddress("reply+{token}@mail.test"))
RENDERED = Rendered(Content("subject", "text", "html"), "en")


def order_and_merchant() -> tuple[order_pb2.Order, merchant_pb2.Merchant]:
    event = mixed.mixed_order().told[0]
    return event.order, event.merchant


def envelope(
    kind: MessageKind = MessageKind.STILL_WITH_YOU,
    recipient: str = "buyer",
    question_id: str = "",
    addressing: Addressing | None = None,
    row_id: str = "row",
) -> Envelope:
    order, merchant = order_and_merchant()
    telling = Telling(kind, notice_pb2.Notice(question_id=question_id), NOW)
    return (addressing or Addressing("mail.test", REPLIES)).envelope(
        row_id, "first", recipient, telling, order, merchant, RENDERED, NOW
    )


def test_a_reply_of_the_buyers_says_which_order_it_is_about() -> None:
    order, _ = order_and_merchant()
    sent = envelope()
    token = REPLIES.address.token_in(sent.reply_to)
    assert REPLIES.tokens.open(token) == ("b", "", "lantern", order.reference)
    assert sent.order_mark == f"<{token}.order@mail.test>"
    assert sent.to_email == order.buyer.email


def test_a_reply_to_a_forwarded_question_says_which_question_it_answers() -> None:
    sent = envelope(MessageKind.QUESTION_FORWARDED, "care", "q-1")
    parts = REPLIES.tokens.open(REPLIES.address.token_in(sent.reply_to))
    assert parts is not None
    assert parts[:2] == ("c", "q-1")


def test_without_a_reply_address_the_merchant_reads_its_mail_itself() -> None:
    _, merchant = order_and_merchant()
    sent = envelope(addressing=Addressing("mail.test"))
    assert sent.reply_to == (merchant.sender.reply_to or merchant.contact.email)
    assert sent.order_mark == ""


@pytest.mark.parametrize(
    ("kind", "recipient"),
    [(MessageKind.STILL_WITH_YOU, "buyer"), (MessageKind.QUESTION_FORWARDED, "care"), (MessageKind.ALERT, "care")],
)
def test_what_does_not_arrive_is_reported_to_us_while_the_shop_stays_the_writer(
    kind: MessageKind, recipient: str
) -> None:
    order, merchant = order_and_merchant()
    sent = envelope(kind, recipient, "q-1")
    letter = compose(sent, Content("subject", "text", "html"))
    # Whatever was asked there, the token is for reports alone.
    assert REPLIES.tokens.open(REPLIES.address.token_in(letter.sender)) == ("r", "", "lantern", order.reference)
    assert f"<{merchant.sender.email}>".encode() in letter.content.partition(b"\r\nTo:")[0]


def test_without_a_reply_address_reports_come_to_the_shop() -> None:
    _, merchant = order_and_merchant()
    letter = compose(envelope(addressing=Addressing("mail.test")), Content("subject", "text", "html"))
    assert letter.sender == merchant.sender.email


def test_a_token_that_does_not_fit_leaves_an_address_that_is_ours() -> None:
    order, merchant = order_and_merchant()
    order.reference = "R-" + "1" * 60
    order.name = f"merchants/lantern/orders/{order.reference}"
    telling = Telling(MessageKind.STILL_WITH_YOU, notice_pb2.Notice(), NOW)
    sent = Addressing("mail.test", REPLIES).envelope("row", "first", "buyer", telling, order, merchant, RENDERED, NOW)
    assert sent.return_path == "reply@mail.test"


def test_a_reply_to_an_alert_reaches_no_buyer() -> None:
    order, merchant = order_and_merchant()
    sent = envelope(MessageKind.ALERT, "escalation", "q-1")
    assert sent.reply_to == merchant.contact.email
    assert order.buyer.email not in (sent.reply_to, sent.to_email)


@pytest.mark.parametrize(
    ("recipient", "care", "escalation", "expected"),
    [
        ("care", "", "", "care@lantern.test"),
        ("care", "desk@lantern.test", "boss@lantern.test", "desk@lantern.test"),
        ("escalation", "desk@lantern.test", "", "desk@lantern.test"),
        ("escalation", "desk@lantern.test", "boss@lantern.test", "boss@lantern.test"),
        ("escalation", "", "", "care@lantern.test"),
    ],
)
def test_the_team_is_reached_where_it_says_else_at_the_contact_address(
    recipient: str, care: str, escalation: str, expected: str
) -> None:
    order, merchant = order_and_merchant()
    merchant.care.email, merchant.care.escalation_email = care, escalation
    assert addressee(recipient, order, merchant)[1] == expected


def test_each_question_is_a_thread_of_its_own_and_every_message_has_an_id_of_its_own() -> None:
    first = envelope(MessageKind.QUESTION_FORWARDED, "care", "q-1")
    again = envelope(MessageKind.QUESTION_FORWARDED, "care", "q-1", row_id="other row")
    other = envelope(MessageKind.QUESTION_FORWARDED, "care", "q-2")
    assert first.thread_root == again.thread_root != other.thread_root
    assert first.message_id != again.message_id
    assert envelope().thread_root == envelope(MessageKind.NO_SCAN).thread_root


def test_only_what_was_rendered_as_optional_can_be_unsubscribed_from() -> None:
    order, merchant = order_and_merchant()
    telling = Telling(MessageKind.FOLLOW_UP, notice_pb2.Notice(), NOW)
    rendered = replace(RENDERED, unsubscribe="https://orders.test/u/x")
    sent = Addressing("mail.test").envelope("row", "first", "buyer", telling, order, merchant, rendered, NOW)
    assert sent.unsubscribe == "https://orders.test/u/x"
    assert envelope().unsubscribe == ""


def test_a_name_with_a_line_end_in_it_costs_no_message_and_smuggles_nothing_in() -> None:
    order, merchant = order_and_merchant()
    order.buyer.display_name = "Eve\r\nBcc: all@example.org\0"
    telling = Telling(MessageKind.NO_SCAN, notice_pb2.Notice(), NOW)
    sent = Addressing("mail.test").envelope("row", "first", "buyer", telling, order, merchant, RENDERED, NOW)
    head = compose(sent, RENDERED.content).content.partition(b"\r\n\r\n")[0]
    assert sent.to_name == "Eve Bcc: all@example.org"
    assert not [line for line in head.splitlines() if line.startswith(b"Bcc")]
