"""What each kind of message has to say, as plain values for its templates: one function per kind. Total over
MessageKind.

Every value is text that is ready to be shown, a number, or a list of such; nothing here knows HTML.
"""

from collections.abc import Callable, Mapping
from typing import Any

from notifier.planning.kinds import MessageKind
from notifier.rendering import (
    facts_care,
    facts_entitlement,
    facts_parcel,
    facts_question,
    facts_reminder,
    facts_team,
    facts_trial,
    facts_watch,
)
from notifier.rendering.kit import Kit

Facts = dict[str, Any]

FACTS_OF: Mapping[MessageKind, Callable[[Kit], Facts]] = {
    MessageKind.ORDER_RECEIVED: facts_care.order_received,
    MessageKind.PAYMENT_PROBLEM: facts_care.payment,
    MessageKind.PAYMENT_PENDING: facts_care.payment,
    MessageKind.PAYMENT_RECEIVED: facts_care.payment,
    MessageKind.BACKORDERED: facts_parcel.backordered,
    MessageKind.SHIPPED: facts_parcel.shipped,
    MessageKind.TRACKING_CORRECTED: facts_parcel.tracking_corrected,
    MessageKind.IN_TRANSIT: facts_parcel.progressed,
    MessageKind.OUT_FOR_DELIVERY: facts_parcel.progressed,
    MessageKind.PICKUP_POINT: facts_parcel.pickup_point,
    MessageKind.ATTEMPT_FAILED: facts_parcel.attempt_failed,
    MessageKind.HELD_UP: facts_parcel.held_up,
    MessageKind.DELIVERED: facts_parcel.delivered,
    MessageKind.PARCEL_RETURNED: facts_parcel.held_up,
    MessageKind.RETURN_STARTED: facts_parcel.return_started,
    MessageKind.RETURN_RECEIVED: facts_parcel.return_received,
    MessageKind.READY_FOR_COLLECTION: facts_parcel.ready_for_collection,
    MessageKind.DOWNLOAD_READY: facts_entitlement.download_ready,
    MessageKind.DOWNLOAD_RENEWED: facts_entitlement.download_renewed,
    MessageKind.DOWNLOAD_REVOKED: facts_entitlement.download_revoked,
    MessageKind.ACCESS_GRANTED: facts_entitlement.access_granted,
    MessageKind.ACCESS_REVOKED: facts_entitlement.access_revoked,
    MessageKind.TRIAL_STARTED: facts_trial.trial_started,
    MessageKind.CHARGE_COMING: facts_trial.charge_coming,
    MessageKind.CHARGE_MADE: facts_trial.charge_made,
    MessageKind.TRIAL_CANCELLED: facts_trial.trial_cancelled,
    MessageKind.DELAY: facts_care.delay,
    MessageKind.PROBLEM: facts_care.problem,
    MessageKind.PROBLEM_UPDATED: facts_care.problem_updated,
    MessageKind.PROBLEM_RESOLVED: facts_care.problem_resolved,
    MessageKind.NEW_DATE: facts_care.new_date,
    MessageKind.CANCELLED: facts_care.cancelled,
    MessageKind.REFUNDED: facts_care.refunded,
    MessageKind.CREDIT_GIVEN: facts_care.credit_given,
    MessageKind.NOTE: facts_care.note,
    MessageKind.QUESTION_RECEIVED: facts_question.question_received,
    MessageKind.QUESTION_ANSWERED: facts_question.question_answered,
    MessageKind.LINK_REQUESTED: facts_care.link_requested,
    MessageKind.CONTACT_UPDATED: facts_care.contact_updated,
    MessageKind.STILL_WITH_YOU: facts_watch.still_with_you,
    MessageKind.PROMISE_MISSED: facts_watch.promise_missed,
    MessageKind.DATE_AT_RISK: facts_watch.date_at_risk,
    MessageKind.DATE_MISSED: facts_watch.date_missed,
    MessageKind.NO_SCAN: facts_watch.no_scan,
    MessageKind.ANSWER_LATE: facts_question.answer_late,
    MessageKind.DOWNLOAD_UNUSED: facts_reminder.download_reminder,
    MessageKind.DOWNLOAD_EXPIRING: facts_reminder.download_reminder,
    MessageKind.ACCESS_UNUSED: facts_reminder.access_reminder,
    MessageKind.ACCESS_EXPIRING: facts_reminder.access_reminder,
    MessageKind.TRIAL_ENDING: facts_trial.trial_ending,
    MessageKind.FOLLOW_UP: facts_reminder.follow_up,
    MessageKind.ALERT: facts_team.alert,
    MessageKind.QUESTION_FORWARDED: facts_question.question_forwarded,
}
