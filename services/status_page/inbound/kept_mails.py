"""Mails that came in, as they are kept: sealed, each once, and for as long as somebody may ask for them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from chassis.sealing import Sealed, Sealer
from status_page.inbound.filing import Outcome

EVIDENCE = "mail/"
"""What stands before a mail's id where it is named as the original of a question."""

KEPT_FOR = timedelta(days=90)
"""How long a mail is kept that was filed nowhere."""


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail. ``order`` is empty when it names none; ``raw`` is None where nothing of it may be kept."""

    id: str
    at: datetime
    outcome: Outcome
    order: str = ""
    known_sender: bool = False
    raw: Sealed | None = field(default=None, repr=False)
    expires_at: datetime | None = None


class KeptMails(Protocol):
    """Where they are kept."""

    def begin(self, mail_id: str, at: datetime) -> datetime | None:
        """When this mail was seen first, now if it never was; None when it has been dealt with already."""
        ...

    def finish(self, mail: KeptMail) -> None:
        """It has been dealt with: keep it, durable on return."""
        ...

    def find(self, evidence_id: str) -> KeptMail | None:
        """The mail that a question names as its original."""
        ...

    def filed_since(self, order: str, since: datetime, most: int) -> int:
        """How many mails were filed for the order, counted up to ``most``."""
        ...

    def forget(self, orders: Iterable[str]) -> None:
        """Erase every mail of these orders."""
        ...


def seal_mail(sealer: Sealer, mail_id: str, raw: bytes) -> Sealed:
    """The mail's bytes, sealed for this id alone."""
    return sealer.seal(raw.decode("latin-1"), f"{EVIDENCE}{mail_id}")


def open_mail(sealer: Sealer, mail: KeptMail) -> bytes:
    """The mail's bytes; none where nothing was kept. Raises CannotOpen."""
    return sealer.open(mail.raw, f"{EVIDENCE}{mail.id}").encode("latin-1") if mail.raw is not None else b""
