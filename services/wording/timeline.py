"""The timeline: one sentence for each change that the buyer needs to know of, and none for the others."""

from chassis.localisation import mark
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2, payment_pb2, tracking_pb2
from wording.amounts import money, titles
from wording.carriers import tracking_status
from wording.expected import expected_when
from wording.reader import Reader

SILENT = frozenset(
    {
        events.CHANGE_KIND_UNSPECIFIED,
        events.CHANGE_KIND_DOWNLOAD_TAKEN,
        events.CHANGE_KIND_ALLOWANCE_USED,
        events.CHANGE_KIND_QUESTION_ACKNOWLEDGED,
        events.CHANGE_KIND_LINK_REQUESTED,
        events.CHANGE_KIND_BUYER_ERASED,
        events.CHANGE_KIND_ACCESS_USED,
        events.CHANGE_KIND_RESEND_REQUESTED,
        events.CHANGE_KIND_PREFERENCES_UPDATED,
    }
)
"""Changes that the buyer made, saw elsewhere, or need not know of."""

_SENTENCES = {
    events.CHANGE_KIND_ORDER_CREATED: mark("We received your order"),
    events.CHANGE_KIND_PAYMENT_CHANGED: mark("There was news of your payment"),
    events.CHANGE_KIND_LINES_BACKORDERED: mark("Out of stock for now; it follows later"),
    events.CHANGE_KIND_PACKING_STARTED: mark("We began to get it ready"),
    events.CHANGE_KIND_PARCEL_SHIPPED: mark("A parcel was packed for you"),
    events.CHANGE_KIND_PARCEL_CORRECTED: mark("The tracking details of a parcel were corrected"),
    events.CHANGE_KIND_PARCEL_PROGRESSED: mark("On its way"),
    events.CHANGE_KIND_RETURN_STARTED: mark("The return began"),
    events.CHANGE_KIND_RETURN_RECEIVED: mark("What you sent back has arrived"),
    events.CHANGE_KIND_READY_FOR_COLLECTION: mark("Ready for you to collect"),
    events.CHANGE_KIND_COLLECTED: mark("You collected it"),
    events.CHANGE_KIND_DOWNLOAD_READY: mark("Your download is ready"),
    events.CHANGE_KIND_DOWNLOAD_RENEWED: mark("Your download was renewed"),
    events.CHANGE_KIND_DOWNLOAD_REVOKED: mark("The download was taken back"),
    events.CHANGE_KIND_ACCESS_GRANTED: mark("Your access was opened"),
    events.CHANGE_KIND_ACCESS_REVOKED: mark("The access was closed"),
    events.CHANGE_KIND_TRIAL_STARTED: mark("Your trial began"),
    events.CHANGE_KIND_CHARGE_COMING: mark("A charge was announced"),
    events.CHANGE_KIND_CHARGE_MADE: mark("A charge was made"),
    events.CHANGE_KIND_TRIAL_CANCELLED: mark("The trial was cancelled; nothing will be charged"),
    events.CHANGE_KIND_DELAY_ANNOUNCED: mark("It takes longer than we said"),
    events.CHANGE_KIND_PROBLEM_REPORTED: mark("Something went wrong"),
    events.CHANGE_KIND_PROBLEM_UPDATED: mark("There is news of the problem"),
    events.CHANGE_KIND_PROBLEM_RESOLVED: mark("It is settled"),
    events.CHANGE_KIND_EXPECTATION_REVISED: mark("The expected date has changed"),
    events.CHANGE_KIND_LINES_CANCELLED: mark("Cancelled"),
    events.CHANGE_KIND_REFUNDED: mark("We sent money back to you"),
    events.CHANGE_KIND_CREDIT_GIVEN: mark("We gave you a credit"),
    events.CHANGE_KIND_NOTE_TO_BUYER: mark("We wrote to you"),
    events.CHANGE_KIND_STILL_WITH_YOU: mark("Nothing new yet; we wrote to you, so that you know"),
    events.CHANGE_KIND_CHARGE_NOTICE_ACCEPTED: mark("We wrote to you about the coming charge"),
    events.CHANGE_KIND_QUESTION_DELAYED: mark("Our answer is late; we wrote to you when it comes"),
    events.CHANGE_KIND_MESSAGE_BOUNCED: mark("A mail to you came back to us"),
    events.CHANGE_KIND_QUESTION_ASKED: mark("You asked us a question"),
    events.CHANGE_KIND_QUESTION_ANSWERED: mark("We answered your question"),
    events.CHANGE_KIND_CONTACT_UPDATED: mark("Your contact details were changed"),
}

_PAYMENTS = {
    payment_pb2.PAYMENT_STATE_PENDING: mark("We are waiting for your payment"),
    payment_pb2.PAYMENT_STATE_AUTHORISED: mark("Your payment was authorised"),
    payment_pb2.PAYMENT_STATE_PAID: mark("Your payment has arrived"),
    payment_pb2.PAYMENT_STATE_FAILED: mark("Your payment did not go through"),
}

# What a carrier says of a parcel that was only just announced tells nobody anything.
_SILENT_STATUSES = frozenset({tracking_pb2.TRACKING_STATUS_LABEL_CREATED, tracking_pb2.TRACKING_STATUS_INFO_RECEIVED})


def payment_state(state: "payment_pb2.PaymentState.ValueType", reader: Reader) -> str:
    """Where the money is, as a label without a full stop. What is not said is taken as paid."""
    return reader.gettext(_PAYMENTS.get(state, _PAYMENTS[payment_pb2.PAYMENT_STATE_PAID]))


def timeline_entry(entry: order_pb2.TimelineEntry, order: order_pb2.Order, reader: Reader) -> str | None:
    """One sentence for an entry, without a full stop and without its time; None when the buyer need not know of it.

    It names the lines when the entry concerns only some of several, and the money, date or place that it is about.
    The entry's ``note`` (the shop's or the carrier's own words) is not in it: show that below, where there is one.
    """
    if entry.kind in SILENT or entry.kind not in _SENTENCES or entry.tracking_status in _SILENT_STATUSES:
        return None
    sentence = _sentence(entry, order, reader)
    concerned = [line.title for line in order.lines if line.line_id in entry.line_ids]
    if concerned and len(concerned) < len(order.lines):
        return reader.gettext("%(what)s: %(titles)s", what=sentence, titles=titles(concerned, reader))
    return sentence


def _sentence(  # noqa: PLR0911  # One kind, one sentence.
    entry: order_pb2.TimelineEntry, order: order_pb2.Order, reader: Reader
) -> str:
    match entry.kind:
        case events.CHANGE_KIND_PARCEL_PROGRESSED:
            return tracking_status(entry.tracking_status, reader)
        case events.CHANGE_KIND_PAYMENT_CHANGED if _is_newest_of_its_kind(entry, order):
            return payment_state(order.payment_state, reader)
        case events.CHANGE_KIND_EXPECTATION_REVISED if entry.expected.HasField("latest"):
            return reader.gettext("Now expected %(when)s", when=expected_when(entry.expected, reader))
        case events.CHANGE_KIND_PARCEL_SHIPPED:
            parcel = next((one for one in order.parcels if one.parcel_id == entry.parcel_id), None)
            if parcel is not None and parcel.HasField("handed_over_at"):
                return reader.gettext("A parcel left for you")
        case events.CHANGE_KIND_REFUNDED:
            refund = next((one for one in order.refunds if one.refund_id == entry.subject_id), None)
            if refund is not None:
                return reader.gettext("We sent %(amount)s back to you", amount=money(refund.amount, reader))
        case events.CHANGE_KIND_CREDIT_GIVEN:
            credit = next((one for one in order.credits if one.credit_id == entry.subject_id), None)
            if credit is not None and credit.HasField("amount"):
                return reader.gettext("We gave you a credit of %(amount)s", amount=money(credit.amount, reader))
        case _:
            pass
    return reader.gettext(_SENTENCES[entry.kind])


def _is_newest_of_its_kind(entry: order_pb2.TimelineEntry, order: order_pb2.Order) -> bool:
    return all(other.sequence <= entry.sequence for other in order.timeline if other.kind == entry.kind)
