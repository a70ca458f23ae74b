"""Headers that nothing can be smuggled into, and letters that every mail program reads."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest

from notifier.channels.compose import Content, Envelope, compose, message_id
from notifier.channels.headers import BadHeader, address, bare_address, encoded, one_line

ENVELOPE = Envelope(
    from_name="Северный ветер, книжный магазин на Литейном проспекте, основан в 1998 году",
    from_email="zakaz@severny.test",
    reply_to="pomosh@severny.test",
    to_name='Anna "Anya" Petrova',
    to_email="anna@buyers.test",
    message_id="<one@test.invalid>",
    thread_root="<root@test.invalid>",
    language="ru",
    date=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
)
CONTENT = Content(
    "Заказ R-10042: посылка в пути, и тема настолько длинная, что её нужно переносить", "Привет\n.\n", "<p>Привет</p>"
)


def parsed(envelope: Envelope = ENVELOPE, content: Content = CONTENT) -> EmailMessage:
    return message_from_bytes(compose(envelope, content).content, policy=policy.default)


def test_a_letter_is_read_back_as_it_was_meant() -> None:
    letter = parsed()
    assert letter["Subject"] == CONTENT.subject
    # Python's address parser puts blanks between encoded words; RFC 2047 (6.2) joins them, as decode_header does.
    raw = message_from_bytes(compose(ENVELOPE, CONTENT).content, policy=policy.compat32)["From"]
    assert str(make_header(decode_header(raw))).startswith(ENVELOPE.from_name)
    assert letter["From"].addresses[0].addr_spec == ENVELOPE.from_email
    assert letter["To"].addresses[0].display_name == ENVELOPE.to_name
    assert letter["Reply-To"] == ENVELOPE.reply_to
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == CONTENT.text
    assert html.get_content() == CONTENT.html


def test_a_letter_keeps_its_thread_and_says_that_no_human_wrote_it() -> None:
    letter = parsed()
    assert letter["In-Reply-To"] == letter["References"] == "<root@test.invalid>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "ru"
    assert letter["Date"].datetime == ENVELOPE.date
    assert letter["List-Id"] is None
    assert letter["List-Unsubscribe"] is None


def test_the_first_letter_of_a_thread_refers_to_nothing() -> None:
    letter = parsed(replace(ENVELOPE, thread_root=ENVELOPE.message_id))
    assert letter["References"] is None


def test_a_letter_says_first_of_all_references_which_order_it_is_about() -> None:
    mark = "<mjxgk3tdmvzwk43umvzq.order@test.invalid>"
    letter = parsed(replace(ENVELOPE, order_mark=mark))
    assert letter["References"].split() == [mark, "<root@test.invalid>"]
    assert letter["In-Reply-To"] == "<root@test.invalid>"
    first = parsed(replace(ENVELOPE, order_mark=mark, thread_root=ENVELOPE.message_id))
    assert (first["References"], first["In-Reply-To"]) == (mark, None)


def test_what_answers_a_mail_by_itself_says_so() -> None:
    letter = parsed(replace(ENVELOPE, auto_replied=True))
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_an_optional_letter_is_ended_by_one_click() -> None:
    letter = parsed(replace(ENVELOPE, unsubscribe="https://orders.test/u/" + "k1.abc" * 20))
    assert letter["List-Unsubscribe"].strip() == f"<https://orders.test/u/{'k1.abc' * 20}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_every_line_is_short_ascii_and_ends_with_crlf() -> None:
    content = compose(ENVELOPE, CONTENT).content
    assert content.isascii()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 78


def test_the_message_id_is_the_same_for_every_attempt_and_tells_nothing() -> None:
    first = message_id("merchants/m/orders/R-1#00000001/buyer/email", "mail.example")
    assert first == message_id("merchants/m/orders/R-1#00000001/buyer/email", "mail.example")
    assert first != message_id("merchants/m/orders/R-1#00000002/buyer/email", "mail.example")
    assert "R-1" not in first


@pytest.mark.parametrize("bad", ["a\rb", "a\nBcc: all@example.org", "a\0b", "a\r\n\r\nbody"])
def test_line_ends_and_nul_are_refused_in_every_header(bad: str) -> None:
    for field in fields(Envelope):
        if field.type in {str, "str"}:
            with pytest.raises(BadHeader):
                compose(replace(ENVELOPE, **{field.name: bad}), CONTENT)  # type: ignore[arg-type]  # All others are text.
    with pytest.raises(BadHeader):
        compose(ENVELOPE, Content(bad, "text", "html"))


@pytest.mark.parametrize(
    "bad", ["", "nobody", "a@b@c", "a b@example.org", "<a@example.org>", "a@example.org,b@example.org"]
)
def test_what_is_no_plain_address_is_refused(bad: str) -> None:
    with pytest.raises(BadHeader):
        bare_address("To", bad)
    with pytest.raises(BadHeader):
        address("To", "Name", bad)


def test_the_error_names_the_header_and_not_the_value() -> None:
    with pytest.raises(BadHeader) as caught:
        encoded("Subject", "secret\nvalue")
    assert str(caught.value) == "Subject"


def test_text_of_others_becomes_one_line_for_a_subject() -> None:
    assert one_line("  Order\r\n R-1\t\x00is  here ") == "Order R-1 is here"
