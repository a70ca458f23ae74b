"""Mails as buyers, care teams and mail systems send them."""

from chassis.keys import KeyRing
from chassis.reply_tokens import ReplyAddress, ReplyTokens
from tests.samples import keys

TOKENS = ReplyTokens(KeyRing.parse(keys.LINK_KEYS))
REPLIES = ReplyAddress("reply+{token}@mail.test")
OUR_ID = "1f" * 20 + "@wismo.test"
"""The Message-ID of a mail of ours."""


def token(order: str, role: str = "b", question_id: str = "") -> str:
    """The token that stands in the mails about an order."""
    _, merchant, _, reference = order.split("/")
    return TOKENS.sign(role, question_id, merchant, reference)


def reply_to(order: str, role: str = "b", question_id: str = "") -> str:
    """The address that replies go to."""
    return REPLIES.with_token(token(order, role, question_id))


def mark(order: str, role: str = "b", question_id: str = "") -> str:
    """What stands first in the References of our mails."""
    return f"<{token(order, role, question_id)}.order@wismo.test>"


def mail(
    to: str,
    text: str = "Where is my book?",
    *,
    sender: str = "Robin Miller <robin@buyers.test>",
    message_id: str = "<1@buyers.test>",
    headers: str = "",
) -> bytes:
    """A plain mail; `headers` are further lines."""
    head = f"From: {sender}\nTo: {to}\nSubject: Re: Your order\nMessage-ID: {message_id}\n"
    head += "Date: Fri, 20 Nov 2026 15:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
    return (head + headers + "\n" + text + "\n").replace("\n", "\r\n").encode()


def bounce(order: str, status: str = "5.1.1", action: str = "failed", *, whole: bool = False) -> bytes:
    """A delivery report about a mail of ours, with its headers or with all of it."""
    original = f"Message-ID: <{OUR_ID}>\nReferences: {mark(order)}\n <0@wismo.test>\nSubject: Your order\n"
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.test>
To: orders@lantern.test
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn-{status}-{action}@mx.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=b"

--=b
Content-Type: text/plain

I could not deliver your message.

--=b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test
Arrival-Date: Fri, 20 Nov 2026 15:00:00 +0000

Final-Recipient: rfc822; robin@buyers.test
Action: {action}
Status: {status} (mailbox)
Diagnostic-Code: smtp; 550 5.1.1 no such user

--=b
Content-Type: {kind}

{original}
--=b--
""".replace("\n", "\r\n").encode()
