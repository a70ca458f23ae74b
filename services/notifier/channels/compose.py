"""A letter as bytes: plain text beside HTML, and the headers that keep one thread per order.

Built by hand over the standard library's encoders: the headers are few and fixed, and the email package's generator
would take most of a sender's time.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from notifier.channels.headers import address, bare_address, encoded, safe
from notifier.channels.outcome import Letter


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom, to whom, and which message of which thread."""

    from_name: str
    from_email: str
    reply_to: str
    to_name: str
    to_email: str
    message_id: str
    thread_root: str
    """The Message-ID of the order's first message; the same as ``message_id`` there."""
    language: str
    date: datetime
    order_mark: str = ""
    """An id that stands first in References and that replies carry on: it says which order they are about."""
    auto_replied: bool = False
    """Whether it answers a mail by itself."""
    unsubscribe: str = ""
    """Where one POST ends messages of this kind (RFC 8058); only for optional ones."""
    return_path: str = ""
    """Where a report goes that it did not arrive (RFC 5321, 4.4); empty: to ``from_email``."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a letter says."""

    subject: str
    text: str
    html: str


def message_id(row_id: str, domain: str) -> str:
    """The Message-ID of a ledger row: the same for every attempt, so that a duplicate can be told by it. Says nothing
    by itself.
    """
    return f"<{hashlib.sha256(row_id.encode()).hexdigest()[:40]}@{safe('Message-ID', domain)}>"


def compose(envelope: Envelope, content: Content) -> Letter:
    """The letter. Raises BadHeader when a value holds what must not stand in a header."""
    headers = {
        "From": address("From", envelope.from_name, envelope.from_email),
        "To": address("To", envelope.to_name, envelope.to_email),
        "Reply-To": address("Reply-To", "", envelope.reply_to),
        "Subject": encoded("Subject", content.subject),
        "Date": format_datetime(envelope.date),
        "Message-ID": safe("Message-ID", envelope.message_id),
        "Content-Language": safe("Content-Language", envelope.language),
        # RFC 3834: written by no human, so that vacation answers stay away and no loop begins. X-Auto-Response-Suppress
        # is Exchange's name for it.
        "Auto-Submitted": "auto-replied" if envelope.auto_replied else "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "MIME-Version": "1.0",
    }
    follows = envelope.thread_root != envelope.message_id
    if follows:
        headers["In-Reply-To"] = safe("References", envelope.thread_root)
    references = [envelope.order_mark, envelope.thread_root if follows else ""]
    if any(references):
        headers["References"] = "\n ".join(safe("References", one) for one in references if one)
    if envelope.unsubscribe:
        headers["List-Unsubscribe"] = f"\n <{safe('List-Unsubscribe', envelope.unsubscribe)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    boundary = f"=_wismo_{hashlib.sha256(envelope.message_id.encode()).hexdigest()[:24]}"
    headers["Content-Type"] = f'multipart/alternative;\n boundary="{boundary}"'
    head = "".join(f"{name}: {value}\n" for name, value in headers.items()).replace("\n", "\r\n").encode("ascii")
    parts = [_part("plain", content.text), _part("html", content.html)]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part for part in parts)
    return Letter(
        sender=bare_address("Return-Path", envelope.return_path or envelope.from_email),
        recipient=bare_address("To", envelope.to_email),
        content=head + b"\r\n" + body + b"--" + boundary.encode() + b"--\r\n",
    )


def _part(subtype: str, text: str) -> bytes:
    # Base64 survives every relay, keeps lines short, and a boundary can never occur in it.
    body = base64.encodebytes(text.replace("\r\n", "\n").replace("\n", "\r\n").encode()).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return head.encode() + body + b"\r\n"
