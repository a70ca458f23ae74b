"""Mail that really arrives: over SMTP into the embedded inbox, read from it by IMAP, kept in the database."""

import imaplib
import smtplib
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from embedded_stack.servers import InboxServer, free_port
from status_page.inbound.imap import Mailbox, MailboxDown, opened
from status_page.inbound.places import place_id
from tests.integration.status_page.conftest import Stage
from tests.integration.status_page.processes import ServiceProcess, wait_for
from tests.samples.mails import mail, reply_to
from tests.samples.mixed import mixed_order
from wismo.orders.v1 import questions_service_pb2


def url_of(inbox: InboxServer) -> str:
    """The inbox as the setting has it."""
    return f"imap://{quote(inbox.user, safe='')}:{inbox.password}@{inbox.host}:{inbox.imap_port}/INBOX"


def send(inbox: InboxServer, raw: bytes, to: str) -> None:
    with smtplib.SMTP(inbox.host, inbox.smtp_port, timeout=10) as smtp:
        smtp.sendmail("robin@buyers.test", [to], raw)


def place_before(inbox: InboxServer, unique: str) -> dict[str, object]:
    """Where reading begins so that the first mail is the one with this name in it."""
    mailbox = Mailbox.of(url_of(inbox))
    uid, first = 0, None
    with opened(mailbox) as reading:
        validity = reading.validity
        while first is None and (found := list(reading.after(uid))):
            first = next((one.uid for one in found if unique.encode() in one.raw), None)
            uid = found[-1].uid
    assert first is not None
    return {"_id": place_id(mailbox.name), "validity": validity, "uid": first - 1}


def test_a_mailbox_is_read_in_order_with_its_times_and_left_as_it_is(inbox: InboxServer, unique: str) -> None:
    mailbox = Mailbox.of(url_of(inbox))
    with opened(mailbox) as reading:
        before = max((one.uid for one in reading.after(0)), default=0)
        while further := max((one.uid for one in reading.after(before)), default=0):
            before = further
    for number in range(3):
        send(inbox, mail(f"{unique}@mail.test", f"Words {number}", message_id=f"<{unique}.{number}@x>"), "a@mail.test")
    with opened(mailbox) as reading:
        mine = [one for one in reading.after(before) if unique.encode() in one.raw]
        validity = reading.validity
    assert [f"Words {number}".encode() in one.raw for number, one in enumerate(mine)] == [True] * 3
    assert all(abs(one.at - datetime.now(UTC)) < timedelta(minutes=1) for one in mine)
    with opened(mailbox) as reading:
        assert reading.validity == validity
        assert list(reading.after(mine[-1].uid)) == []
    client = imaplib.IMAP4(inbox.host, inbox.imap_port)
    client.login(inbox.user, inbox.password)
    client.select("INBOX", readonly=True)
    _, answer = client.uid("FETCH", str(mine[0].uid), "(FLAGS)")
    client.logout()
    assert b"Seen" not in bytes(answer[0])


def test_a_mailbox_that_is_away_or_locked_says_so_without_names(inbox: InboxServer) -> None:
    away = Mailbox.of(f"imap://who:word@127.0.0.1:{free_port()}/INBOX")
    wrong = Mailbox.of(url_of(inbox).replace(f":{inbox.password}@", ":wrong@"))
    for mailbox in (away, wrong):
        with pytest.raises(MailboxDown) as down, opened(mailbox):
            pass
        assert "who" not in str(down.value)
        assert "wrong" not in str(down.value)


def test_a_reply_by_mail_waits_for_orders_as_a_question_once(stage: Stage, inbox: InboxServer, unique: str) -> None:
    story = mixed_order(unique)
    environ = {
        **stage.environ,
        "WISMO_INBOUND_IMAP_URL": url_of(inbox),
        "WISMO_INBOUND_POLL": "1",
        "WISMO_REPLY_ADDRESS": "reply+{token}@mail.test",
    }
    process = ServiceProcess(stage.folder / "inbound.log", "inbound", **environ)
    text = f"Where is it, {unique}?\n\nOn Fri, 20 Nov 2026 at 15:00, Lantern <x@y.test> wrote:\n> We sent it."
    raw = mail(reply_to(story.order.name), text, message_id=f"<{unique}@x>")
    with stage.projector():
        stage.tell(story)
        wait_for(lambda: stage.sequence(story) == 7, "the order")
    waiting = stage.database["outbox"]
    with process:
        send(inbox, raw, reply_to(story.order.name))
        wait_for(lambda: waiting.count_documents({"kind": "question"}) > 0, "the question")
        # The same mail a second time, as some providers deliver it.
        send(inbox, b"Received: again\r\n" + raw, reply_to(story.order.name))
        other = mail(reply_to(story.order.name), "And the second?", message_id=f"<{unique}.2@x>")
        send(inbox, other, reply_to(story.order.name))
        wait_for(lambda: waiting.count_documents({"kind": "question"}) > 1, "the second question")
        assert process.stop() == 0
    asked = [questions_service_pb2.AskQuestionRequest.FromString(row["body"]) for row in waiting.find()]
    assert sorted(one.text for one in asked) == ["And the second?", f"Where is it, {unique}?"]
    assert all(one.order == story.order.name for one in asked)
    log = process.log.read_text()
    for secret in ("robin@", unique, inbox.password + "@"):
        assert secret not in log


@pytest.mark.parametrize("point", ["status_page.inbound.after_keeping_the_fact"])
def test_killed_in_between_the_question_is_told_once_with_the_same_words(
    stage: Stage, inbox: InboxServer, unique: str, point: str
) -> None:
    story = mixed_order(unique)
    environ = {
        **stage.environ,
        "WISMO_INBOUND_IMAP_URL": url_of(inbox),
        "WISMO_INBOUND_POLL": "1",
        "WISMO_REPLY_ADDRESS": "reply+{token}@mail.test",
    }
    send(inbox, mail(reply_to(story.order.name), message_id=f"<{unique}@x>"), reply_to(story.order.name))
    process = ServiceProcess(stage.folder / "inbound.log", "inbound", **environ)
    # Other tests' mails lie in the same inbox and come before this one.
    name = story.order.name
    stage.database["inbound_places"].insert_one(place_before(inbox, unique))
    process.start(WISMO_CRASH_AT=point)
    assert process.wait() == -9
    [first] = list(stage.database["outbox"].find())
    stage.database["outbox"].delete_many({})
    with process:
        wait_for(lambda: stage.database["inbound_mails"].count_documents({"order": name}) == 1, "the mail")
    [again] = list(stage.database["outbox"].find())
    assert (again["_id"], again["body"]) == (first["_id"], first["body"])
