"""How accepted mail lies in a folder: one file each, named by the nanosecond of its arrival."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from pathlib import Path

USER = "inbox@local.test"
PASSWORD = "inbox"  # noqa: S105 - A mailbox that listens on this machine only, for development.
REPLY_DOMAIN = "replies.wismo.test"
"""Replies and bounces are addressed here; they lie in a folder of their own beside the inbox."""
REPLIES = "Replies"


@dataclass(frozen=True)
class Mail:
    """One accepted mail. `recipients` and `sender` are the envelope's, not the headers'."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    message: EmailMessage
    arrived: datetime


def keep(folder: Path, content: bytes, arrived_ns: int) -> None:
    """Store a mail. A crash in between leaves no half file behind that `kept` would list."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{arrived_ns:020d}.eml"
    while file.exists():
        arrived_ns += 1
        file = folder / f"{arrived_ns:020d}.eml"
    unfinished = file.with_suffix(".new")
    unfinished.write_bytes(content)
    unfinished.replace(file)


def kept(folder: Path) -> list[Path]:
    """The files of all mails, in the order of their arrival."""
    return sorted(folder.glob("*.eml"))


def read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return Mail(
        sender=str(message.get("X-MailFrom", "")),
        recipients=tuple(part.strip() for part in str(message.get("X-RcptTo", "")).split(",") if part.strip()),
        subject=str(message.get("Subject", "")),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        message=message,
        arrived=datetime.fromtimestamp(int(file.stem) / 1e9, tz=UTC),
    )


def is_reply(message: Message) -> bool:
    """Whether it is addressed to REPLY_DOMAIN, by its envelope or its headers."""
    headers = [str(value) for name in ("X-RcptTo", "To", "Cc") for value in message.get_all(name, [])]
    return any(address.lower().endswith(f"@{REPLY_DOMAIN}") for _, address in getaddresses(headers))


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
