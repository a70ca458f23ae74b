"""One sample for each kind of message, and further ones for kinds that look very different by what they tell."""

from collections.abc import Iterator
from dataclasses import dataclass

from chassis.sealing import Sealer
from notifier.planning.kinds import MessageKind
from notifier.preview import care, entitlements, parcels, questions, team, watch
from notifier.preview.order import new_order, sample_merchant
from notifier.preview.stage import Maker, Stage, Told, at
from notifier.preview.texts import texts
from wismo.care.v1 import care_service_pb2 as care_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import merchant_pb2, order_pb2
from wismo.orders.v1 import payment_pb2 as payments
from wismo.orders.v1 import tracking_pb2 as tracking


@dataclass(frozen=True, slots=True)
class Sample:
    """One message with everything that it is rendered from."""

    kind: MessageKind
    change: Told
    order: order_pb2.Order
    merchant: merchant_pb2.Merchant
    name: str


def several(language: str, sealer: Sealer, *kinds: MessageKind) -> list[Sample]:
    """Samples of one and the same order, one after the other, as a burst of changes brings them."""
    words = texts(language)
    stage, merchant = Stage(new_order(words), words, sealer), sample_merchant(words)
    changes = [(kind, MAKERS[kind, ""](stage)) for kind in kinds]
    return [Sample(kind, change, stage.order, merchant, kind.value) for kind, change in changes]


def samples(language: str, sealer: Sealer) -> Iterator[Sample]:
    """Every sample in one language."""
    words = texts(language)
    for (kind, variant), make in MAKERS.items():
        stage = Stage(new_order(words), words, sealer)
        change = make(stage)
        if isinstance(change, events.FulfilmentEvent):
            change.occurred_at.CopyFrom(at(0))
        name = kind.value + (f"_{variant}" if variant else "")
        yield Sample(kind, change, stage.order, sample_merchant(words), name)


MAKERS: dict[tuple[MessageKind, str], Maker] = {
    (MessageKind.ORDER_RECEIVED, ""): care.created,
    (MessageKind.PAYMENT_PROBLEM, ""): care.payment(payments.PAYMENT_STATE_FAILED),
    (MessageKind.PAYMENT_PENDING, ""): care.payment(payments.PAYMENT_STATE_PENDING),
    (MessageKind.PAYMENT_RECEIVED, ""): care.payment(payments.PAYMENT_STATE_PAID),
    (MessageKind.BACKORDERED, ""): parcels.backordered,
    (MessageKind.SHIPPED, ""): parcels.shipped,
    (MessageKind.TRACKING_CORRECTED, ""): parcels.corrected,
    (MessageKind.IN_TRANSIT, ""): parcels.progress(tracking.TRACKING_STATUS_IN_TRANSIT, lines.LINE_STATE_SHIPPED),
    (MessageKind.OUT_FOR_DELIVERY, ""): parcels.progress(
        tracking.TRACKING_STATUS_OUT_FOR_DELIVERY, lines.LINE_STATE_OUT_FOR_DELIVERY
    ),
    (MessageKind.PICKUP_POINT, ""): parcels.progress(
        tracking.TRACKING_STATUS_AVAILABLE_FOR_PICKUP, lines.LINE_STATE_AVAILABLE_FOR_PICKUP
    ),
    (MessageKind.ATTEMPT_FAILED, ""): parcels.progress(
        tracking.TRACKING_STATUS_ATTEMPT_FAILED, lines.LINE_STATE_HELD_UP, reason=tracking.EXCEPTION_REASON_NOT_HOME
    ),
    (MessageKind.HELD_UP, ""): parcels.progress(
        tracking.TRACKING_STATUS_EXCEPTION, lines.LINE_STATE_HELD_UP, reason=tracking.EXCEPTION_REASON_ADDRESS_NOT_FOUND
    ),
    (MessageKind.HELD_UP, "returning"): parcels.progress(
        tracking.TRACKING_STATUS_RETURNING, lines.LINE_STATE_RETURNING
    ),
    (MessageKind.DELIVERED, ""): parcels.progress(
        tracking.TRACKING_STATUS_DELIVERED, lines.LINE_STATE_DELIVERED, delivery_mode=tracking.DELIVERY_MODE_NEIGHBOUR
    ),
    (MessageKind.PARCEL_RETURNED, ""): parcels.progress(
        tracking.TRACKING_STATUS_RETURNED, lines.LINE_STATE_RETURNED, reason=tracking.EXCEPTION_REASON_NOT_COLLECTED
    ),
    (MessageKind.RETURN_STARTED, ""): parcels.return_started,
    (MessageKind.RETURN_RECEIVED, ""): parcels.return_received,
    (MessageKind.READY_FOR_COLLECTION, ""): parcels.collect,
    (MessageKind.DOWNLOAD_READY, ""): entitlements.download,
    (MessageKind.DOWNLOAD_RENEWED, ""): entitlements.renewed,
    (MessageKind.DOWNLOAD_REVOKED, ""): entitlements.download_revoked,
    (MessageKind.ACCESS_GRANTED, ""): entitlements.access,
    (MessageKind.ACCESS_REVOKED, ""): entitlements.access_revoked,
    (MessageKind.TRIAL_STARTED, ""): entitlements.trial_started,
    (MessageKind.CHARGE_COMING, ""): entitlements.charge_coming,
    (MessageKind.CHARGE_MADE, ""): entitlements.charge_made,
    (MessageKind.TRIAL_CANCELLED, ""): entitlements.trial_cancelled,
    (MessageKind.DELAY, ""): care.delay,
    (MessageKind.PROBLEM, ""): care.problem,
    (MessageKind.PROBLEM_UPDATED, ""): care.problem_updated,
    (MessageKind.PROBLEM_RESOLVED, ""): care.problem_resolved,
    (MessageKind.NEW_DATE, ""): care.new_date,
    (MessageKind.CANCELLED, ""): care.cancelled,
    (MessageKind.REFUNDED, ""): care.refunded,
    (MessageKind.CREDIT_GIVEN, ""): care.credit,
    (MessageKind.NOTE, ""): care.note,
    (MessageKind.QUESTION_RECEIVED, ""): questions.received,
    (MessageKind.QUESTION_ANSWERED, ""): questions.answered,
    (MessageKind.LINK_REQUESTED, ""): care.link,
    (MessageKind.CONTACT_UPDATED, ""): care.contact,
    (MessageKind.STILL_WITH_YOU, ""): watch.still_with_you,
    (MessageKind.STILL_WITH_YOU, "as_promised"): watch.as_promised,
    (MessageKind.PROMISE_MISSED, ""): watch.promise_missed,
    (MessageKind.DATE_AT_RISK, ""): watch.date_at_risk,
    (MessageKind.DATE_MISSED, ""): watch.date_missed,
    (MessageKind.NO_SCAN, ""): watch.no_scan,
    (MessageKind.NO_SCAN, "first"): watch.no_first_scan,
    (MessageKind.ANSWER_LATE, ""): questions.late,
    (MessageKind.DOWNLOAD_UNUSED, ""): entitlements.download_reminder,
    (MessageKind.DOWNLOAD_EXPIRING, ""): entitlements.download_reminder,
    (MessageKind.ACCESS_UNUSED, ""): entitlements.access_reminder,
    (MessageKind.ACCESS_EXPIRING, ""): entitlements.access_reminder,
    (MessageKind.TRIAL_ENDING, ""): entitlements.trial_ending,
    (MessageKind.TRIAL_ENDING, "free"): entitlements.free_trial_ending,
    (MessageKind.FOLLOW_UP, ""): watch.follow_up,
    (MessageKind.ALERT, ""): team.alert(care_pb2.ATTENTION_KIND_PARCEL),
    (MessageKind.ALERT, "dark"): team.alert(care_pb2.ATTENTION_KIND_DARK),
    (MessageKind.ALERT, "charge"): team.charge,
    (MessageKind.ALERT, "escalated"): team.alert(care_pb2.ATTENTION_KIND_QUESTION, escalated=True),
    (MessageKind.QUESTION_FORWARDED, ""): questions.forwarded,
}
