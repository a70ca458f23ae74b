"""The mail that a question came by, as it arrived: what was quoted and cut away stands in it too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Response, abort

from chassis.sealing import CannotOpen, Sealer
from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.finding import found_order
from status_page.care_desk.guard import log
from status_page.care_desk.parts import desk
from status_page.care_desk.rendering import desk_page, reader_here, when
from status_page.inbound.kept_mails import KeptMails, open_mail
from status_page.inbound.mail import BadMail, parse
from status_page.outbox.facts import stamp


@dataclass(frozen=True, slots=True)
class Original:
    """A mail as it arrived."""

    at: datetime
    sender: str
    subject: str
    text: str
    attachments: tuple[str, ...]
    """Names of files, which are not kept apart from the mail."""
    known_sender: bool
    """Whether it came from the address that the order was placed with."""


class Originals(Protocol):
    """Where they are read."""

    def read(self, order: str, evidence_id: str) -> Original | None:
        """The mail; None when it is not about this order, or nothing of it is kept."""
        ...


class KeptOriginals:
    """`Originals` among the mails that the page keeps."""

    def __init__(self, mails: KeptMails, sealer: Sealer) -> None:
        self._mails = mails
        self._sealer = sealer

    def read(self, order: str, evidence_id: str) -> Original | None:
        """Opened for this one look."""
        kept = self._mails.find(evidence_id)
        if kept is None or kept.order != order or kept.raw is None:
            return None
        try:
            mail = parse(open_mail(self._sealer, kept))
        except (BadMail, CannotOpen):
            return None
        return Original(kept.at, mail.sender, mail.subject, mail.text, mail.attachments, kept.known_sender)


@blueprint.get("/orders/<reference>/originals/<path:evidence_id>")
def original(reference: str, evidence_id: str) -> Response:
    """The mail behind one post of a question. Each look is in the audit log."""
    found = found_order(reference)
    named = {post.evidence_id for question in found.order.questions for post in question.posts if post.evidence_id}
    if found.erased or evidence_id not in named:
        abort(404)
    mail = desk().originals.read(found.order.name, evidence_id)
    if mail is None:
        abort(404)
    log("original.read", found.order.name, evidence_id)
    return desk_page("original.html", reference=reference, mail=mail, at=when(stamp(mail.at), reader_here()))
