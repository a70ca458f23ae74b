"""Reading a mailbox by IMAP (RFC 3501), from where the last reading ended; nothing in it is changed."""

import imaplib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import unquote, urlsplit

from status_page.inbound.sizes import LARGEST

_TIMEOUT = 30.0
_MOST = 100
"""Mails of one turn, so that others are heard of in between."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mail lies."""

    host: str
    port: int
    encrypted: bool
    user: str
    password: str = field(repr=False)
    folder: str

    @classmethod
    def of(cls, url: str) -> "Mailbox":
        """From ``imap(s)://user:password@host[:port]/folder``; the folder is INBOX when none is named."""
        parts = urlsplit(url)
        encrypted = parts.scheme == "imaps"
        port = parts.port or (993 if encrypted else 143)
        folder = unquote(parts.path.strip("/")) or "INBOX"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname or "", port, encrypted, user, password, folder)

    @property
    def name(self) -> str:
        """Tells it apart from others, without its password."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox was read. Another ``validity`` means that its numbers have begun anew."""

    validity: int = 0
    uid: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail with its number and the time at which the mailbox got it."""

    uid: int
    raw: bytes = field(repr=False)
    at: datetime


class Reading(Protocol):
    """A mailbox that is open for reading."""

    @property
    def validity(self) -> int:
        """Its UIDVALIDITY."""
        ...

    def after(self, uid: int) -> Iterator[Fetched]:
        """The next mails with a higher number, in order, up to a hundred."""
        ...


class MailboxDown(Exception):
    """The mailbox cannot be read now. The message is a short word without personal data."""


@contextmanager
def opened(mailbox: Mailbox) -> "Iterator[ImapReading]":
    """The mailbox, read-only, closed afterwards. Raises MailboxDown, also while it is being read."""
    client: imaplib.IMAP4 | None = None
    try:
        if mailbox.encrypted:
            context = ssl.create_default_context()
            client = imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=_TIMEOUT)
        else:
            client = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=_TIMEOUT)
        client.login(mailbox.user, mailbox.password)
        quoted = '"' + mailbox.folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if client.select(quoted, readonly=True)[0] != "OK":
            raise MailboxDown("no such folder")
        yield ImapReading(client)
    except (imaplib.IMAP4.error, OSError, EOFError) as error:
        raise MailboxDown(type(error).__name__) from None
    finally:
        if client is not None:
            _close(client)


class ImapReading:
    """`Reading` over a connection with a selected folder."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client
        answer = client.response("UIDVALIDITY")[1]
        given = answer[0] if answer else None
        self._validity = int(given) if isinstance(given, bytes) and given.isdigit() else 1

    @property
    def validity(self) -> int:
        """As the server said when the folder was selected."""
        return self._validity

    def after(self, uid: int) -> Iterator[Fetched]:
        """One UID SEARCH, then one FETCH each, which marks nothing as seen and reads no more than is looked at."""
        _, found = self._client.uid("SEARCH", f"UID {uid + 1}:*")
        numbers = sorted(int(one) for one in (found[0] or b"").split())
        # `n:*` always names the last mail too, also when its number is lower.
        for number in [one for one in numbers if one > uid][:_MOST]:
            _, parts = self._client.uid("FETCH", str(number), f"(INTERNALDATE BODY.PEEK[]<0.{LARGEST}>)")
            for part in parts:
                if isinstance(part, tuple):
                    yield Fetched(number, part[1], _internal_date(part[0]))
                    break


def _internal_date(answer: bytes) -> datetime:
    found = re.search(rb'INTERNALDATE "[^"]+"', answer)
    local = imaplib.Internaldate2tuple(found[0]) if found else None
    if local is None:
        return datetime.now(UTC)
    return datetime.fromtimestamp(time.mktime(local), UTC)


def _close(client: imaplib.IMAP4) -> None:
    try:
        client.logout()
    except (imaplib.IMAP4.error, OSError, EOFError):
        client.shutdown()
