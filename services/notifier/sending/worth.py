"""What of a row is still to be said when its turn comes, and why not where it is not. Pure."""

from notifier.planning.obsolete import why_obsolete
from notifier.planning.obsolete_notices import why_notice_obsolete
from notifier.rendering.addressing import addressee
from notifier.rendering.letters import Telling
from notifier.sending.rows import Ended, Row, State
from wismo.care.v1.notice_pb2 import Notice
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2, order_pb2


def tellings_of(row: Row, order: order_pb2.Order, merchant: merchant_pb2.Merchant) -> tuple[list[Telling], str]:
    """What of a row is still worth telling, and the first reason for what is not."""
    tellings, obsolete = [], ""
    every = [(row.kind, row.change, row.sequence), *((part.kind, part.change, part.sequence) for part in row.parts)]
    for kind, body, sequence in every:
        what: events.FulfilmentEvent | Notice
        if row.is_notice:
            what = Notice.FromString(body)
            why = why_notice_obsolete(kind, what, sequence, order, merchant.policies)
        else:
            what = events.FulfilmentEvent.FromString(body)
            why = why_obsolete(kind, what, sequence, order, merchant.policies)
        if why is None:
            tellings.append(Telling(kind, what, row.event_at))
        else:
            obsolete = obsolete or why
    return tellings, obsolete


def refused(
    row: Row, tellings: list[Telling], obsolete: str, order: order_pb2.Order, merchant: merchant_pb2.Merchant
) -> Ended | None:
    """Why nothing can be said at all, or None."""
    if not tellings:
        return Ended(State.SKIPPED, obsolete)
    contact = merchant.contact
    if not (contact.email and contact.phone and contact.postal_address):
        # Row M10: a message without a way to reach the merchant cannot be sent.
        return Ended(State.DEAD, "no contact block")
    if not addressee(row.recipient, order, merchant)[1]:
        # The team's falls back to the contact block's, which is there.
        return Ended(State.SKIPPED, "the buyer has no e-mail address")
    return None
