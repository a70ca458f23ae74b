"""Delivery reports (RFC 3464): which of our mails did not arrive, and whether it ever will. Pure."""

import re
from dataclasses import dataclass
from email.message import Message

from status_page.inbound.mail import Mail, decoded, ids

_STATUS = re.compile(r"^\s*([245]\.\d{1,3}\.\d{1,3})")


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail system reports. ``status`` is the enhanced code (RFC 3463), or empty."""

    failed: bool
    """False: it is delayed, delivered or handed on, and nothing needs to be done."""
    status: str
    message_id: str
    """Of the mail that the report is about."""
    references: tuple[str, ...]
    """What that mail answered: of ours, one of them says which order it is about."""

    @property
    def permanent(self) -> bool:
        """Whether the address will not work later either."""
        return not self.status.startswith("4")


def report_in(mail: Mail) -> Report | None:
    """The report that the mail is, if it is one."""
    message = mail.message
    if message.get_content_type() != "multipart/report" or not isinstance(message.get_payload(), list):
        return None
    parts = [part for part in message.get_payload() if isinstance(part, Message)]
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return None
    action, code = _outcome(status)
    message_id, references = _original(parts)
    return Report(action == "failed", code, message_id, references)


def _outcome(status: Message) -> tuple[str, str]:
    """The first recipient's that failed, else the first recipient's."""
    payload = status.get_payload()
    blocks = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    found = [
        (str(block.get("Action", "")).strip().lower(), _code(str(block.get("Status", ""))))
        for block in blocks
        if block.get("Action")
    ]
    return next((one for one in found if one[0] == "failed"), found[0] if found else ("", ""))


def _code(text: str) -> str:
    found = _STATUS.match(text)
    return found[1] if found else ""


def _original(parts: list[Message]) -> tuple[str, tuple[str, ...]]:
    for part in parts:
        kind = part.get_content_type()
        payload = part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and payload and isinstance(payload[0], Message):
            original = payload[0]
            return _names(str(original.get("Message-ID", "")), str(original.get("References", "")))
        if kind in {"text/rfc822-headers", "message/rfc822-headers"}:
            text = re.sub(r"\r?\n[ \t]+", " ", decoded(part))
            fields = {
                name.strip().lower(): value for name, _, value in (line.partition(":") for line in text.splitlines())
            }
            return _names(fields.get("message-id", ""), fields.get("references", ""))
    return "", ()


def _names(message_id: str, references: str) -> tuple[str, tuple[str, ...]]:
    own = ids(message_id)
    return (own[0] if own else ""), ids(references)
