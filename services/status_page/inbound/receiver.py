"""Receiving a mail, once: parsed, filed, told to `orders` through the outbox, kept sealed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chassis.crash_points import crash_point
from chassis.logs import get_logger
from chassis.outbox import Outbox
from chassis.sealing import Sealer
from status_page.inbound.filing import MOST_AN_HOUR, Arrived, Filing, Known, Outcome, file
from status_page.inbound.kept_mails import EVIDENCE, KEPT_FOR, KeptMail, KeptMails, seal_mail
from status_page.inbound.mail import BadMail, Mail, parse
from status_page.inbound.measures import MAILS
from status_page.inbound.sizes import LARGEST
from status_page.inbound.whose import Postmarks
from status_page.projection.rows import MerchantRows, OrderRows
from wismo.orders.v1 import merchant_pb2, order_pb2

_log = get_logger(__name__)

_UNKEPT = frozenset({Outcome.NOT_OURS, Outcome.ERASED})
_FILED = frozenset({Outcome.QUESTION, Outcome.ANSWER})


class MessageNames(Protocol):
    """Who knows what our own mails are called."""

    def name_of(self, order: str, message_id: str) -> str:
        """The notifier's name of an order's mail with this Message-ID; empty when it has none. Raises NamesDown."""
        ...


class NamesDown(Exception):
    """Nobody can be asked now: the mail is read again later."""


@dataclass(frozen=True)
class MailReceiver:
    """Receives mails, from whichever way they come. Any number of processes may receive the same one."""

    mails: KeptMails
    orders: OrderRows
    merchants: MerchantRows
    outbox: Outbox
    names: MessageNames
    marks: Postmarks
    sealer: Sealer
    wake_sender: Callable[[], object] = lambda: None

    def receive(self, raw: bytes, at: datetime) -> Outcome | None:
        """What became of the mail; None when it was received before. On return everything about it is durable.

        Raises NamesDown and what the database raises: the mail has to be brought again then. One that cannot be read
        is no such case: it is kept and counted.
        """
        try:
            mail = parse(raw)
        except BadMail as bad:
            _log.warning("mail cannot be read", reason=str(bad))
            mail = None
        mail_id = identity(raw, mail)
        seen = self.mails.begin(mail_id, at)
        if seen is None:
            return None
        filing = self._file(mail, mail_id, seen) if mail is not None else Filing(Outcome.UNREADABLE)
        if filing.fact is not None:
            self.outbox.put(filing.fact)
            crash_point("status_page.inbound.after_keeping_the_fact")
            self.wake_sender()
        kept = filing.outcome not in _UNKEPT
        self.mails.finish(
            KeptMail(
                id=mail_id,
                at=seen,
                outcome=filing.outcome,
                order=filing.order,
                known_sender=filing.known_sender,
                raw=seal_mail(self.sealer, mail_id, raw[:LARGEST]) if kept else None,
                expires_at=None if filing.outcome in _FILED else seen + KEPT_FOR,
            )
        )
        MAILS.labels(filing.outcome.value).inc()
        if filing.outcome in {Outcome.STRANGER, Outcome.LOOP, Outcome.UNREADABLE}:
            _log.warning("mail kept for a human", outcome=filing.outcome.value, mail=mail_id)
        return filing.outcome

    def _file(self, mail: Mail, mail_id: str, at: datetime) -> Filing:
        arrived = Arrived(mail, f"{EVIDENCE}{mail_id}", at)

        def look(name: str) -> Known:
            row = self.orders.find(name)
            if row is None:
                return Known()
            merchant = self.merchants.find(row.merchant)
            return Known(
                order_pb2.Order.FromString(row.order),
                merchant_pb2.Merchant.FromString(merchant.merchant) if merchant else None,
                row.erased,
                self.mails.filed_since(name, at - timedelta(hours=1), MOST_AN_HOUR),
            )

        return file(arrived, self.marks, look, self.names.name_of)


def identity(raw: bytes, mail: Mail | None) -> str:
    """The same for every copy of a mail: servers add headers on the way, but change neither its id nor its body."""
    digest = hashlib.sha256()
    if mail is not None and mail.message_id:
        body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
        for part in (mail.message_id, mail.sender, mail.header("Date") or ""):
            digest.update(part.encode(errors="replace") + b"\x00")
        digest.update(body.rstrip())
    else:
        digest.update(raw)
    return digest.hexdigest()[:40]
