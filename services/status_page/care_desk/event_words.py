"""What happened to an order, as a colleague reads it: every kind of change, also those that the buyer is not told."""

from chassis.localisation import mark
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2
from wording import Reader, money, titles, tracking_status

SENTENCES = {
    events.CHANGE_KIND_ORDER_CREATED: mark("Order received"),
    events.CHANGE_KIND_PAYMENT_CHANGED: mark("Payment changed"),
    events.CHANGE_KIND_LINES_BACKORDERED: mark("Out of stock for now"),
    events.CHANGE_KIND_PACKING_STARTED: mark("Packing began"),
    events.CHANGE_KIND_PARCEL_SHIPPED: mark("Parcel announced"),
    events.CHANGE_KIND_PARCEL_CORRECTED: mark("Parcel's details corrected"),
    events.CHANGE_KIND_PARCEL_PROGRESSED: mark("The carrier reported"),
    events.CHANGE_KIND_RETURN_STARTED: mark("Return began"),
    events.CHANGE_KIND_RETURN_RECEIVED: mark("Return arrived"),
    events.CHANGE_KIND_READY_FOR_COLLECTION: mark("Ready for collection"),
    events.CHANGE_KIND_COLLECTED: mark("Collected"),
    events.CHANGE_KIND_DOWNLOAD_READY: mark("Download ready"),
    events.CHANGE_KIND_DOWNLOAD_RENEWED: mark("Download issued again"),
    events.CHANGE_KIND_DOWNLOAD_REVOKED: mark("Download taken back"),
    events.CHANGE_KIND_DOWNLOAD_TAKEN: mark("The buyer started a download"),
    events.CHANGE_KIND_ACCESS_GRANTED: mark("Access granted"),
    events.CHANGE_KIND_ACCESS_REVOKED: mark("Access taken back"),
    events.CHANGE_KIND_ACCESS_USED: mark("The buyer logged in for the first time"),
    events.CHANGE_KIND_TRIAL_STARTED: mark("Trial began"),
    events.CHANGE_KIND_ALLOWANCE_USED: mark("Some of the allowance was used"),
    events.CHANGE_KIND_CHARGE_COMING: mark("Charge announced by the backend"),
    events.CHANGE_KIND_CHARGE_MADE: mark("Charge made"),
    events.CHANGE_KIND_TRIAL_CANCELLED: mark("Trial cancelled"),
    events.CHANGE_KIND_CHARGE_NOTICE_ACCEPTED: mark("The notice of the charge was accepted"),
    events.CHANGE_KIND_DELAY_ANNOUNCED: mark("Delay announced"),
    events.CHANGE_KIND_PROBLEM_REPORTED: mark("Problem reported"),
    events.CHANGE_KIND_PROBLEM_UPDATED: mark("News of the problem"),
    events.CHANGE_KIND_PROBLEM_RESOLVED: mark("Problem settled"),
    events.CHANGE_KIND_EXPECTATION_REVISED: mark("Expected time moved"),
    events.CHANGE_KIND_LINES_CANCELLED: mark("Cancelled"),
    events.CHANGE_KIND_REFUNDED: mark("Money sent back"),
    events.CHANGE_KIND_CREDIT_GIVEN: mark("Credit given"),
    events.CHANGE_KIND_NOTE_TO_BUYER: mark("Word to the buyer"),
    events.CHANGE_KIND_STILL_WITH_YOU: mark("The watchdog broke a silence"),
    events.CHANGE_KIND_QUESTION_ASKED: mark("The buyer asked"),
    events.CHANGE_KIND_QUESTION_ACKNOWLEDGED: mark("The question was acknowledged"),
    events.CHANGE_KIND_QUESTION_ANSWERED: mark("The question was answered"),
    events.CHANGE_KIND_QUESTION_DELAYED: mark("The answer is late; the buyer was told so"),
    events.CHANGE_KIND_LINK_REQUESTED: mark("The link was asked for"),
    events.CHANGE_KIND_CONTACT_UPDATED: mark("Contact details changed"),
    events.CHANGE_KIND_BUYER_ERASED: mark("The buyer's data was erased"),
    events.CHANGE_KIND_MESSAGE_BOUNCED: mark("A message came back"),
    events.CHANGE_KIND_RESEND_REQUESTED: mark("A message was asked for once more"),
    events.CHANGE_KIND_PREFERENCES_UPDATED: mark("The buyer changed what is welcome"),
}
"""Every kind; `tests/unit` holds the table complete."""


def event_sentence(entry: order_pb2.TimelineEntry, order: order_pb2.Order, reader: Reader) -> str:
    """One sentence without a full stop, with the lines or the money that it is about."""
    sentence = reader.gettext(SENTENCES.get(entry.kind, mark("Something changed")))
    if entry.kind == events.CHANGE_KIND_PARCEL_PROGRESSED:
        sentence = f"{sentence}: {tracking_status(entry.tracking_status, reader)}"
    amount = _amount(entry, order, reader)
    if amount:
        return f"{sentence}: {amount}"
    concerned = [line.title for line in order.lines if line.line_id in entry.line_ids]
    if concerned and len(concerned) < len(order.lines):
        return f"{sentence}: {titles(concerned, reader)}"
    return sentence


def _amount(entry: order_pb2.TimelineEntry, order: order_pb2.Order, reader: Reader) -> str:
    given = {one.credit_id: one.amount for one in order.credits if one.HasField("amount")}
    back = {one.refund_id: one.amount for one in order.refunds}
    table = {events.CHANGE_KIND_CREDIT_GIVEN: given, events.CHANGE_KIND_REFUNDED: back}.get(entry.kind, {})
    found = table.get(entry.subject_id)
    return money(found, reader) if found is not None else ""
