"""The planning table: for every kind of change, how the buyer is told, or why not. Total over ChangeKind."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from notifier.planning.kinds import Again, Decision, MessageKind, NotTold, Tell
from notifier.planning.milestones import NOT_MOVING, find_parcel, progress
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2 as merchants
from wismo.orders.v1 import payment_pb2 as payments

ChangeKind: TypeAlias = events.ChangeKind.ValueType
Rule = Tell | NotTold | Callable[[OrderEvent, merchants.Policies], Decision]


def _payment(event: OrderEvent, _policies: merchants.Policies) -> Decision:
    match event.change.payment_changed.payment_state:
        case payments.PAYMENT_STATE_FAILED:
            return Tell(MessageKind.PAYMENT_PROBLEM)
        case payments.PAYMENT_STATE_PENDING:
            return Tell(MessageKind.PAYMENT_PENDING)
        case payments.PAYMENT_STATE_PAID if _payment_was_awaited(event):
            return Tell(MessageKind.PAYMENT_RECEIVED)
        case _:
            return NotTold("the payment goes its usual way")


def _payment_was_awaited(event: OrderEvent) -> bool:
    # The order was created unpaid, or a payment failed or was waited for: only then is "paid" news.
    return any(
        entry.kind == events.CHANGE_KIND_PAYMENT_CHANGED and entry.sequence < event.sequence
        for entry in event.order.timeline
    ) or not any(entry.sequence < event.sequence - 1 for entry in event.order.timeline)


def _shipped(event: OrderEvent, _policies: merchants.Policies) -> Decision:
    if not event.change.parcel_shipped.handed_over:
        return NotTold("only the label was made; it is told when the carrier has the parcel")
    parcel = find_parcel(event, event.change.parcel_shipped.parcel_id)
    if parcel is not None and any(scan.status not in NOT_MOVING for scan in parcel.scans):
        return NotTold("the carrier's scan has told it already")
    return Tell(MessageKind.SHIPPED)


def _corrected(event: OrderEvent, _policies: merchants.Policies) -> Decision:
    parcel = find_parcel(event, event.change.parcel_corrected.parcel_id)
    if parcel is not None and not (parcel.HasField("shipped_at") or parcel.HasField("handed_over_at")):
        return NotTold("the parcel was not announced yet")
    return Tell(MessageKind.TRACKING_CORRECTED)


def _again(event: OrderEvent, _policies: merchants.Policies) -> Decision:
    return Again(event.change.resend_requested.message_id)


TABLE: Mapping[ChangeKind, Rule] = {
    events.CHANGE_KIND_UNSPECIFIED: NotTold("this version does not know the change"),
    events.CHANGE_KIND_ORDER_CREATED: Tell(MessageKind.ORDER_RECEIVED),
    events.CHANGE_KIND_PAYMENT_CHANGED: _payment,
    events.CHANGE_KIND_LINES_BACKORDERED: Tell(MessageKind.BACKORDERED),
    events.CHANGE_KIND_PACKING_STARTED: NotTold("packing changes nothing for the buyer; the page shows it"),
    events.CHANGE_KIND_PARCEL_SHIPPED: _shipped,
    events.CHANGE_KIND_PARCEL_CORRECTED: _corrected,
    events.CHANGE_KIND_PARCEL_PROGRESSED: progress,
    events.CHANGE_KIND_RETURN_STARTED: Tell(MessageKind.RETURN_STARTED),
    events.CHANGE_KIND_RETURN_RECEIVED: Tell(MessageKind.RETURN_RECEIVED),
    events.CHANGE_KIND_READY_FOR_COLLECTION: Tell(MessageKind.READY_FOR_COLLECTION),
    events.CHANGE_KIND_COLLECTED: NotTold("the buyer was there"),
    events.CHANGE_KIND_DOWNLOAD_READY: Tell(MessageKind.DOWNLOAD_READY),
    events.CHANGE_KIND_DOWNLOAD_RENEWED: Tell(MessageKind.DOWNLOAD_RENEWED),
    events.CHANGE_KIND_DOWNLOAD_REVOKED: Tell(MessageKind.DOWNLOAD_REVOKED),
    events.CHANGE_KIND_DOWNLOAD_TAKEN: NotTold("the buyer did it"),
    events.CHANGE_KIND_ACCESS_GRANTED: Tell(MessageKind.ACCESS_GRANTED),
    events.CHANGE_KIND_ACCESS_REVOKED: Tell(MessageKind.ACCESS_REVOKED),
    events.CHANGE_KIND_ACCESS_USED: NotTold("the buyer did it"),
    events.CHANGE_KIND_TRIAL_STARTED: Tell(MessageKind.TRIAL_STARTED),
    events.CHANGE_KIND_ALLOWANCE_USED: NotTold("the buyer did it; the page shows what is left"),
    events.CHANGE_KIND_CHARGE_COMING: Tell(MessageKind.CHARGE_COMING),
    events.CHANGE_KIND_CHARGE_MADE: Tell(MessageKind.CHARGE_MADE),
    events.CHANGE_KIND_TRIAL_CANCELLED: Tell(MessageKind.TRIAL_CANCELLED),
    events.CHANGE_KIND_CHARGE_NOTICE_ACCEPTED: NotTold("the message was sent before"),
    events.CHANGE_KIND_DELAY_ANNOUNCED: Tell(MessageKind.DELAY),
    events.CHANGE_KIND_PROBLEM_REPORTED: Tell(MessageKind.PROBLEM),
    events.CHANGE_KIND_PROBLEM_UPDATED: Tell(MessageKind.PROBLEM_UPDATED),
    events.CHANGE_KIND_PROBLEM_RESOLVED: Tell(MessageKind.PROBLEM_RESOLVED),
    events.CHANGE_KIND_EXPECTATION_REVISED: Tell(MessageKind.NEW_DATE),
    events.CHANGE_KIND_LINES_CANCELLED: Tell(MessageKind.CANCELLED),
    events.CHANGE_KIND_REFUNDED: Tell(MessageKind.REFUNDED),
    events.CHANGE_KIND_CREDIT_GIVEN: Tell(MessageKind.CREDIT_GIVEN),
    events.CHANGE_KIND_NOTE_TO_BUYER: Tell(MessageKind.NOTE),
    events.CHANGE_KIND_STILL_WITH_YOU: NotTold("the message was sent before"),
    events.CHANGE_KIND_QUESTION_ASKED: NotTold("its acknowledgement is an event of its own"),
    events.CHANGE_KIND_QUESTION_ACKNOWLEDGED: Tell(MessageKind.QUESTION_RECEIVED),
    events.CHANGE_KIND_QUESTION_ANSWERED: Tell(MessageKind.QUESTION_ANSWERED),
    events.CHANGE_KIND_QUESTION_DELAYED: NotTold("the message was sent before"),
    events.CHANGE_KIND_LINK_REQUESTED: Tell(MessageKind.LINK_REQUESTED),
    events.CHANGE_KIND_CONTACT_UPDATED: Tell(MessageKind.CONTACT_UPDATED),
    events.CHANGE_KIND_BUYER_ERASED: NotTold("there is nobody left to tell"),
    events.CHANGE_KIND_MESSAGE_BOUNCED: NotTold("it only takes back what was heard"),
    events.CHANGE_KIND_RESEND_REQUESTED: _again,
    events.CHANGE_KIND_PREFERENCES_UPDATED: NotTold("the buyer did it; the page says so"),
}


def change_kind(change: events.FulfilmentEvent) -> ChangeKind:
    """Which kind of change it is; UNSPECIFIED for one that a newer producer sent and this version cannot read."""
    field = change.WhichOneof("change")
    if field is None:
        return events.CHANGE_KIND_UNSPECIFIED
    # fulfilment_event.proto: the kinds are numbered as the fields.
    return events.ChangeKind.Value(f"CHANGE_KIND_{field.upper()}")
