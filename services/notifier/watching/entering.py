"""From what the watchdog wants said to rows of the ledger: by which channels, and from when on. Pure."""

from collections.abc import Iterable
from datetime import datetime

from notifier.care import BUYER, PlannedNotice
from notifier.planning.plan import EMAIL, WEBHOOK, PlannedMessage
from notifier.sending.ledger import NewMessage
from wismo.orders.v1 import merchant_pb2, order_pb2


def new_messages(
    notices: Iterable[PlannedNotice], order: order_pb2.Order, merchant: merchant_pb2.Merchant, now: datetime
) -> tuple[NewMessage, ...]:
    """One message for each notice and channel. A mail to the team waits for business hours; a webhook never does."""
    return tuple(
        NewMessage(
            PlannedMessage(
                kind=notice.kind,
                order=notice.order,
                sequence=order.sequence,
                recipient=notice.recipient,
                channel=channel,
                notice_of=f"{notice.obligation.name}/{notice.cause}/{notice.step.name}",
            ),
            notice.notice.SerializeToString(),
            now,
            not_before=notice.mail_not_before if channel == EMAIL else None,
        )
        for notice in notices
        for channel in _channels(notice.recipient, merchant)
    )


def _channels(recipient: str, merchant: merchant_pb2.Merchant) -> tuple[str, ...]:
    if recipient == BUYER or not merchant.care.webhook_url:
        return (EMAIL,)
    return (EMAIL, WEBHOOK)
