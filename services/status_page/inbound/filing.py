"""What a mail is, and what follows from it. Pure: everything that it needs to know is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from status_page.inbound.automatic import automatic
from status_page.inbound.bounces import Report, report_in
from status_page.inbound.mail import Mail
from status_page.inbound.quoting import written
from status_page.inbound.whose import Meant, Postmarks
from status_page.outbox.facts import Fact, answer, digest_of, message_bounced, question
from status_page.questions.texts import LONGEST, shortened
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2, order_pb2, question_pb2

MOST_AN_HOUR = 30
"""Mails about one order that are filed within an hour: more of them no human writes, whatever their headers say."""


class Outcome(StrEnum):
    """What became of a mail."""

    QUESTION = "question"
    ANSWER = "answer"
    BOUNCE = "bounce"
    DELAYED = "delayed"
    """A delivery report that says nothing final."""
    AUTOMATIC = "automatic"
    LOOP = "loop"
    """More mails in an hour than anybody writes: kept, and no longer filed."""
    STRANGER = "stranger"
    """An answer that did not come from the care team: kept, and for a human to look at."""
    UNKNOWN = "unknown"
    """It names no order: kept for a human, and never answered."""
    UNREADABLE = "unreadable"
    ERASED = "erased"
    """About an order whose buyer's data was erased: nothing of it is kept."""
    NOT_OURS = "not_ours"
    """Written by a machine to somebody else: in a shared inbox, our own mails among others. Nothing is kept."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the order that a mail names. Both are None when it is not in the read model."""

    order: order_pb2.Order | None = None
    merchant: merchant_pb2.Merchant | None = None
    erased: bool = False
    filed_lately: int = 0


@dataclass(frozen=True, slots=True)
class Filing:
    """What a mail is. ``fact`` is to be told; ``known_sender`` is False when it came from another address than those
    that we know for the order.
    """

    outcome: Outcome
    order: str = ""
    fact: Fact | None = None
    known_sender: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail with its identity and the time of its arrival: what is made of it is the same each time it is read."""

    mail: Mail
    evidence_id: str
    at: datetime


def file(
    arrived: Arrived, marks: Postmarks, look: Callable[[str], Known], name_of: Callable[[str, str], str]
) -> Filing:
    """What the mail is. ``look`` reads an order; ``name_of`` gives the notifier's name of an order's mail by its
    Message-ID, empty when there is none.
    """
    mail = arrived.mail
    report = report_in(mail)
    if report is not None:
        return _reported(arrived, report, marks, look, name_of)
    meant = marks.by_address(mail.recipients) or marks.by_references(mail.references)
    addressed = marks.is_ours(mail.recipients)
    # To the sender of our envelopes no human writes, whatever the headers say.
    if automatic(mail) or (meant is not None and meant.role == "system"):
        return Filing(Outcome.AUTOMATIC if addressed else Outcome.NOT_OURS, meant.order if meant else "")
    return (
        Filing(Outcome.UNKNOWN) if meant is None else _written(arrived, meant, look(meant.order), addressed=addressed)
    )


def _written(arrived: Arrived, meant: Meant, known: Known, *, addressed: bool) -> Filing:
    """What a human wrote about this order."""
    if known.erased:
        return Filing(Outcome.ERASED, meant.order)
    if known.filed_lately >= MOST_AN_HOUR:
        return Filing(Outcome.LOOP, meant.order)
    if meant.role == "buyer":
        return _asked(arrived, meant, known)
    # What the team writes to each other in the same thread is no answer: that is written to our address.
    return _answered(arrived, meant, known) if addressed else Filing(Outcome.UNKNOWN, meant.order)


def _asked(arrived: Arrived, meant: Meant, known: Known) -> Filing:
    mail = arrived.mail
    buyer = known.order.buyer.email.strip().lower() if known.order is not None else ""
    fact = question(
        meant.order,
        _words(mail),
        arrived.at,
        f"mail-{digest_of(meant.order, arrived.evidence_id)}",
        channel=question_pb2.QUESTION_CHANNEL_EMAIL,
        evidence_id=arrived.evidence_id,
    )
    return Filing(Outcome.QUESTION, meant.order, fact, known_sender=bool(buyer) and mail.sender == buyer)


def _answered(arrived: Arrived, meant: Meant, known: Known) -> Filing:
    text = written(arrived.mail.text)
    if not meant.question_id or not text:
        return Filing(Outcome.UNKNOWN, meant.order)
    if known.merchant is None or not _is_of_team(arrived.mail.sender, known.merchant):
        return Filing(Outcome.STRANGER, meant.order)
    request_id = f"mail-{digest_of(meant.order, arrived.evidence_id)}"
    fact = answer(meant.order, meant.question_id, text, arrived.at, request_id)
    return Filing(Outcome.ANSWER, meant.order, fact, known_sender=True)


def _reported(
    arrived: Arrived,
    report: Report,
    marks: Postmarks,
    look: Callable[[str], Known],
    name_of: Callable[[str, str], str],
) -> Filing:
    meant = marks.by_references(report.references) or marks.by_address(arrived.mail.recipients)
    if meant is None:
        return Filing(Outcome.UNKNOWN)
    if look(meant.order).erased:
        return Filing(Outcome.ERASED, meant.order)
    if not report.failed:
        return Filing(Outcome.DELAYED, meant.order)
    name = name_of(meant.order, report.message_id)
    if not name:
        return Filing(Outcome.UNKNOWN, meant.order)
    bounced = events.MessageBounced(message_id=name, permanent=report.permanent, status=report.status)
    fact = message_bounced(meant.order, bounced, arrived.at, arrived.evidence_id)
    return Filing(Outcome.BOUNCE, meant.order, fact, known_sender=True)


def _words(mail: Mail) -> str:
    """What the buyer wrote; where that is nothing but a subject or a picture, that."""
    text = written(mail.text) or written(mail.subject) or "✉"
    if not mail.attachments:
        return text
    files = "\n".join(f"📎 {written(name)}" for name in mail.attachments[:10])
    return f"{shortened(text, LONGEST - len(files) - 2)}\n\n{files}"


def _is_of_team(sender: str, merchant: merchant_pb2.Merchant) -> bool:
    """Whether the address is one of the team's, or of a colleague at the same domain."""
    team = {
        one.strip().lower()
        for one in (merchant.care.email, merchant.care.escalation_email, merchant.contact.email, merchant.sender.email)
        if one
    }
    return sender in team or sender.rpartition("@")[2] in {one.rpartition("@")[2] for one in team}
