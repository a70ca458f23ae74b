"""A mail that came back: nobody heard it, so the silence is as old as before, and a human knows at once."""

import smtplib
from datetime import UTC, datetime

import pytest

from embedded_stack.servers.inbox_files import REPLY_DOMAIN, Mail
from tests.e2e.stage import said, shop_with, wait_for_mail, zone_of_noon
from tests.faults.running_stack import RunningStack, wait_until
from wismo.client import CareClient, WismoClient, drafts
from wismo.orders.v1.fulfilment_event_pb2 import CHANGE_KIND_MESSAGE_BOUNCED

pytestmark = pytest.mark.timeout(240)


def send_report(stack: RunningStack, mail: Mail) -> None:
    """As the buyer's mail system does: from nobody, to the sender of the envelope (RFC 3464, RFC 5321 4.5.5)."""
    headers = "".join(f"{name}: {mail.message[name]}\r\n" for name in ("Message-ID", "References", "Subject"))
    report = (
        f"From: Mail Delivery System <MAILER-DAEMON@mx.test>\r\nTo: {mail.sender}\r\nSubject: Undelivered\r\n"
        f"Message-ID: <report-{mail.message['Message-ID'].strip('<>')}>\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=b"\r\n\r\n'
        "--=b\r\nContent-Type: text/plain\r\n\r\nI could not deliver your message.\r\n"
        "--=b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {mail.recipients[0]}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--=b\r\nContent-Type: text/rfc822-headers\r\n\r\n{headers}\r\n--=b--\r\n"
    )
    host, _, port = stack.addresses["smtp_url"].removeprefix("smtp://").partition(":")
    with smtplib.SMTP(host, int(port)) as server:
        server.sendmail("", [mail.sender], report.encode())


def test_a_mail_that_came_back_was_heard_by_nobody_and_a_human_knows(stack: RunningStack) -> None:
    books = shop_with(stack, "returned", drafts.policies())
    recipient = "gone@e2e.test"
    with (
        WismoClient(stack.addresses["target"], books.key) as shop,
        CareClient(stack.addresses["care_target"], books.key) as care,
    ):
        buyer = drafts.buyer(recipient, display_name="Ada Finch", locale="en", time_zone=zone_of_noon())
        line = drafts.physical("book", "Night Birds of the North, hardback")
        shop.create_order(drafts.new_order("B-1", buyer, [line], placed_at=datetime.now(UTC)))
        received = wait_for_mail(stack, recipient, lambda mail: "B-1" in mail.subject)
        assert received.sender.endswith(f"@{REPLY_DOMAIN}")
        assert str(received.message["From"]).endswith("<orders@returned.test>")
        wait_until(lambda: care.care_story("B-1").HasField("heard_at"), 20, "the buyer heard it")
        heard = care.care_story("B-1").heard_at.ToDatetime(UTC)

        send_report(stack, received)
        wait_until(
            lambda: any(one.kind == CHANGE_KIND_MESSAGE_BOUNCED for one in shop.get_order("B-1").timeline),
            30,
            "the order knows that it came back",
        )

        def unheard() -> bool:
            story = care.care_story("B-1")
            return not story.HasField("heard_at") or story.heard_at.ToDatetime(UTC) < heard

        wait_until(unheard, 20, "the silence is as old as before")
        wait_until(lambda: bool(list(care.attention(kinds=["message_failed"]))), 20, "the desk says so")
        alert = wait_for_mail(stack, books.team, lambda mail: "did not reach the buyer" in said(mail))
        assert recipient not in alert.recipients
