"""One function for every fulfilment event that a backend may emit; each returns a FulfilmentEvent for
``client.record``.

They share two arguments: ``occurred_at``, when it happened in the world (with a time zone; at most 10 minutes ahead;
default: the time at which the server gets it), and ``source``, who says so (default: the merchant; carrier progress:
the carrier). Wrong words and values without a time zone raise InvalidInput at once; everything else is checked by the
server.
"""

from wismo.client.events.care import (
    credit_given,
    delay_announced,
    expectation_revised,
    note_to_buyer,
    problem_reported,
    problem_resolved,
    problem_updated,
    question_acknowledged,
    question_answered,
    question_asked,
)
from wismo.client.events.entitlements import (
    access_granted,
    access_revoked,
    access_used,
    download_ready,
    download_renewed,
    download_revoked,
    download_taken,
    file,
)
from wismo.client.events.parcels import (
    parcel_corrected,
    parcel_progressed,
    parcel_shipped,
    pickup_point,
    return_received,
    return_started,
)
from wismo.client.events.purchase import (
    collected,
    lines_backordered,
    lines_cancelled,
    packing_started,
    payment_changed,
    ready_for_collection,
    refunded,
)
from wismo.client.events.trials import allowance_used, charge_coming, charge_made, trial_cancelled, trial_started

__all__ = [
    "access_granted",
    "access_revoked",
    "access_used",
    "allowance_used",
    "charge_coming",
    "charge_made",
    "collected",
    "credit_given",
    "delay_announced",
    "download_ready",
    "download_renewed",
    "download_revoked",
    "download_taken",
    "expectation_revised",
    "file",
    "lines_backordered",
    "lines_cancelled",
    "note_to_buyer",
    "packing_started",
    "parcel_corrected",
    "parcel_progressed",
    "parcel_shipped",
    "payment_changed",
    "pickup_point",
    "problem_reported",
    "problem_resolved",
    "problem_updated",
    "question_acknowledged",
    "question_answered",
    "question_asked",
    "ready_for_collection",
    "refunded",
    "return_received",
    "return_started",
    "trial_cancelled",
    "trial_started",
]
