"""A mail as far as we look into it: parsed within bounds, whatever is in it. Pure."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from status_page.inbound.html_text import text_of_html
from status_page.inbound.sizes import LARGEST

_MOST_BOUNDARIES = 200
_MOST_PARTS = 200
_LONGEST_TEXT = 200_000
_MOST_ADDRESSES = 100

_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-RcptTo")
"""Where the address that a mail was sent to may stand: first what its writer wrote, then what servers note."""
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,400})>")


class BadMail(ValueError):
    """No mail, or one that is built to be hard to read. The message is a short word of ours."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What is looked at. Addresses are in small letters; message ids have no angle brackets."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    """Mails that it answers, the nearest first."""
    subject: str
    text: str
    """Its plain text, or that of its HTML; empty when it has none."""
    attachments: tuple[str, ...]
    """Names of files."""
    message: Message
    """The whole, for headers."""

    def header(self, name: str) -> str | None:
        """One header's text, decoded and on one line; None when it is not there."""
        return _header(self.message, name)


def parse(raw: bytes) -> Mail:
    """Read a mail. Raises BadMail."""
    if raw.lower().count(b"boundary=") > _MOST_BOUNDARIES:
        raise BadMail("nested too deeply")
    try:
        message = message_from_bytes(raw[:LARGEST], policy=policy.compat32)
        parts = list(_parts(message))
    except (MessageError, RecursionError, ValueError, LookupError, TypeError) as error:
        raise BadMail(type(error).__name__) from None
    if not message.keys():
        raise BadMail("no header")
    senders = addresses(message, "From")
    return Mail(
        message_id=(ids(_header(message, "Message-ID")) or ("",))[0],
        sender=senders[0] if senders else "",
        recipients=tuple(dict.fromkeys(address for name in _TO for address in addresses(message, name))),
        references=(
            *ids(_header(message, "In-Reply-To")),
            *reversed(ids(_header(message, "References"))),
        ),
        subject=(_header(message, "Subject") or "")[:1000],
        text=_text(parts),
        attachments=tuple(name[:200] for part in parts if (name := _file_name(part)))[:50],
        message=message,
    )


def addresses(message: Message, name: str) -> tuple[str, ...]:
    """The plain addresses of a header, in small letters."""
    values = [str(value)[:10_000] for value in message.get_all(name, [])[:10]]
    found = getaddresses(values)[:_MOST_ADDRESSES]
    return tuple(address.strip().lower() for _, address in found if "@" in address)


def ids(header: str | None) -> tuple[str, ...]:
    """The message ids in a header, in their order."""
    return tuple(_MESSAGE_ID.findall((header or "")[:20_000]))[:100]


def decoded(part: Message) -> str:
    """The text of one part, whatever its encoding says; what cannot be read becomes a replacement character."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload[: 4 * _LONGEST_TEXT].decode(part.get_content_charset() or "utf-8", errors="replace")
    except (LookupError, ValueError):
        return payload[: 4 * _LONGEST_TEXT].decode("utf-8", errors="replace")


def _parts(message: Message) -> "list[Message]":
    """Every part that is no container, without what is inside attached mails."""
    found: list[Message] = []
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting[:0] = [one for one in payload if isinstance(one, Message)]
        else:
            found.append(part)
        if len(found) + len(waiting) > _MOST_PARTS:
            raise BadMail("too many parts")
    return found


def _text(parts: list[Message]) -> str:
    for kind, read in (("text/plain", decoded), ("text/html", lambda part: text_of_html(decoded(part)))):
        texts = [read(part) for part in parts if part.get_content_type() == kind and not _is_attached(part)]
        text = "\n\n".join(one.strip() for one in texts if one.strip())
        if text:
            return text[:_LONGEST_TEXT]
    return ""


def _is_attached(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        return ""


def _header(message: Message, name: str) -> str | None:
    value = message.get(name)
    if value is None:
        return None
    try:
        text = str(make_header(decode_header(value)))
    except (HeaderParseError, ValueError, LookupError, TypeError):
        text = str(value)
    return " ".join(text[:40_000].split())
