"""What the notifier knows, in a colleague's words: attention, obligations, messages and how they stand."""

from chassis.localisation import Language, mark
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import message_pb2, obligation_pb2
from wismo.orders.v1 import line_pb2, order_pb2

ATTENTION = {
    care.ATTENTION_KIND_DARK: mark("In the dark"),
    care.ATTENTION_KIND_QUESTION: mark("Question"),
    care.ATTENTION_KIND_MESSAGE_FAILED: mark("Message failed"),
    care.ATTENTION_KIND_PROBLEM: mark("Problem without word"),
    care.ATTENTION_KIND_PARCEL: mark("Parcel stands still"),
    care.ATTENTION_KIND_CHARGE: mark("Must not be charged"),
    care.ATTENTION_KIND_DATE: mark("Date passed"),
}
"""Every kind of attention as a short label."""

SLUGS = {
    care.ATTENTION_KIND_QUESTION: "questions",
    care.ATTENTION_KIND_DARK: "dark",
    care.ATTENTION_KIND_PROBLEM: "problems",
    care.ATTENTION_KIND_MESSAGE_FAILED: "messages",
    care.ATTENTION_KIND_PARCEL: "parcels",
    care.ATTENTION_KIND_DATE: "dates",
    care.ATTENTION_KIND_CHARGE: "charges",
}
"""What a filter is called in an address, in the order in which filters are shown."""

TODO_OF = {
    care.ATTENTION_KIND_DARK: mark(
        "The buyer waits for a word from a human. Say what you know, and when the next word comes."
    ),
    care.ATTENTION_KIND_QUESTION: mark("The buyer waits for an answer."),
    care.ATTENTION_KIND_MESSAGE_FAILED: mark(
        "A message did not arrive and no other way is left. Correct the address, or call."
    ),
    care.ATTENTION_KIND_PROBLEM: mark("A next word was promised. Say what is new, even if it is nothing."),
    care.ATTENTION_KIND_PARCEL: mark(
        "The carrier has reported nothing for too long. Ask the carrier, then tell the buyer."
    ),
    care.ATTENTION_KIND_CHARGE: mark(
        "The notice of this charge was not accepted in time, or allowance is left. Stop the charge."
    ),
    care.ATTENTION_KIND_DATE: mark("What was promised for a date has not arrived. Say when it comes now."),
}

OBLIGATIONS = {
    obligation_pb2.OBLIGATION_KIND_ACKNOWLEDGEMENT: mark("Acknowledge the order"),
    obligation_pb2.OBLIGATION_KIND_ANSWER: mark("Answer the question"),
    obligation_pb2.OBLIGATION_KIND_NEXT_WORD: mark("Next word"),
    obligation_pb2.OBLIGATION_KIND_CHARGE_NOTICE: mark("Announce the charge"),
    obligation_pb2.OBLIGATION_KIND_DATE: mark("Promised date"),
    obligation_pb2.OBLIGATION_KIND_SILENCE: mark("Break the silence"),
    obligation_pb2.OBLIGATION_KIND_SCAN: mark("Carrier's scan"),
    obligation_pb2.OBLIGATION_KIND_REMINDER: mark("Reminder"),
    obligation_pb2.OBLIGATION_KIND_FOLLOW_UP: mark("Follow-up"),
}

OBLIGATION_STATES = {
    obligation_pb2.OBLIGATION_STATE_OPEN: (mark("open"), "wait"),
    obligation_pb2.OBLIGATION_STATE_KEPT: (mark("kept"), "done"),
    obligation_pb2.OBLIGATION_STATE_KEPT_LATE: (mark("kept late"), "care"),
    obligation_pb2.OBLIGATION_STATE_BROKEN: (mark("broken"), "care"),
    obligation_pb2.OBLIGATION_STATE_SUPERSEDED: (mark("replaced by a newer one"), "off"),
    obligation_pb2.OBLIGATION_STATE_VOID: (mark("no longer owed"), "off"),
}

STEPS = {
    obligation_pb2.OBLIGATION_STEP_REMIND: mark("team reminded"),
    obligation_pb2.OBLIGATION_STEP_DUE: mark("buyer told"),
    obligation_pb2.OBLIGATION_STEP_ESCALATE: mark("escalated"),
    obligation_pb2.OBLIGATION_STEP_APOLOGISE: mark("apologised"),
}

DELIVERY = {
    message_pb2.DELIVERY_STATE_WAITING: (mark("waiting"), "wait"),
    message_pb2.DELIVERY_STATE_ACCEPTED: (mark("accepted"), "done"),
    message_pb2.DELIVERY_STATE_BOUNCED: (mark("came back"), "care"),
    message_pb2.DELIVERY_STATE_SKIPPED: (mark("not sent: no longer worth telling"), "off"),
    message_pb2.DELIVERY_STATE_FAILED: (mark("failed"), "care"),
    message_pb2.DELIVERY_STATE_UNKNOWN: (mark("perhaps arrived"), "wait"),
}

RECIPIENTS = {"buyer": mark("to the buyer"), "care": mark("to the care team"), "escalation": mark("to the superior")}
CHANNELS = {"email": mark("e-mail"), "webhook": mark("webhook"), "sms": mark("SMS")}

_STATES = {
    order_pb2.ORDER_STATE_AWAITING_PAYMENT: mark("waits for payment"),
    order_pb2.ORDER_STATE_CONFIRMED: mark("placed, nothing begun"),
    order_pb2.ORDER_STATE_IN_PREPARATION: mark("in preparation"),
    order_pb2.ORDER_STATE_PARTLY_ON_ITS_WAY: mark("partly with the buyer or under way"),
    order_pb2.ORDER_STATE_ON_ITS_WAY: mark("with the buyer or under way"),
    order_pb2.ORDER_STATE_COMPLETE: mark("complete"),
    order_pb2.ORDER_STATE_RETURNED: mark("returned"),
    order_pb2.ORDER_STATE_CANCELLED: mark("cancelled"),
}


def order_state(order: order_pb2.Order, language: Language) -> str:
    """Where the order is, in a colleague's words; what is held up is said first. Empty for an unknown state."""
    known = _STATES.get(order.state)
    where = language.gettext(known) if known else ""
    if any(line.state == line_pb2.LINE_STATE_HELD_UP for line in order.lines):
        return language.gettext("held up, %(state)s", state=where)
    return where
