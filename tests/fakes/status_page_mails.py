"""In-memory stand-ins for the ports of inbound mail, and mails to receive."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from status_page.inbound.filing import Outcome
from status_page.inbound.imap import Fetched, MailboxDown, Place
from status_page.inbound.kept_mails import EVIDENCE, KeptMail
from status_page.inbound.receiver import NamesDown


class InMemoryKeptMails:
    """`KeptMails` in a dictionary."""

    def __init__(self) -> None:
        self.begun: dict[str, datetime] = {}
        self.kept: dict[str, KeptMail] = {}

    def begin(self, mail_id: str, at: datetime) -> datetime | None:
        return None if mail_id in self.kept else self.begun.setdefault(mail_id, at)

    def finish(self, mail: KeptMail) -> None:
        self.kept[mail.id] = mail

    def find(self, evidence_id: str) -> KeptMail | None:
        return self.kept.get(evidence_id.removeprefix(EVIDENCE)) if evidence_id.startswith(EVIDENCE) else None

    def filed_since(self, order: str, since: datetime, most: int) -> int:
        filed = {Outcome.QUESTION, Outcome.ANSWER}
        found = [one for one in self.kept.values() if one.order == order and one.at >= since and one.outcome in filed]
        return min(most, len(found))

    def forget(self, orders: Iterable[str]) -> None:
        gone = set(orders)
        self.kept = {key: replace(one, raw=None) if one.order in gone else one for key, one in self.kept.items()}


class InMemoryPlaces:
    """`Places` in a dictionary."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}

    def find(self, mailbox: str) -> Place:
        return self.places.get(mailbox, Place())

    def put(self, mailbox: str, place: Place) -> None:
        self.places[mailbox] = place


class KnownNames:
    """`MessageNames` of the mails that it was told of. `down`: nobody can be asked."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, str], str] = {}
        self.down = False

    def name_of(self, order: str, message_id: str) -> str:
        if self.down:
            raise NamesDown("UNAVAILABLE")
        return self.names.get((order, message_id), "")


class InMemoryMailbox:
    """A mailbox with what was put into it. `down`: it cannot be opened."""

    def __init__(self) -> None:
        self.validity = 7
        self.mails: list[Fetched] = []
        self.down = False

    def put(self, raw: bytes, at: datetime) -> None:
        self.mails.append(Fetched(len(self.mails) + 1, raw, at))

    @contextmanager
    def opened(self) -> "Iterator[InMemoryMailbox]":
        if self.down:
            raise MailboxDown("refused")
        yield self

    def after(self, uid: int) -> Iterator[Fetched]:
        return iter([one for one in self.mails if one.uid > uid])
