"""EasyPost's tracker statuses and status details (docs.easypost.com/docs/trackers)."""

from collections.abc import Mapping
from dataclasses import replace

from wismo.client.carriers.word import UNHEARD_OF, CarrierWord
from wismo.client.vocabulary import ExceptionReason as R
from wismo.client.vocabulary import TrackingStatus as S

W = CarrierWord

STATUSES: Mapping[str, CarrierWord] = {
    "unknown": W(S.UNKNOWN),
    "pre_transit": W(S.LABEL_CREATED),
    "in_transit": W(S.IN_TRANSIT),
    "out_for_delivery": W(S.OUT_FOR_DELIVERY),
    "delivered": W(S.DELIVERED),
    "available_for_pickup": W(S.AVAILABLE_FOR_PICKUP),
    "return_to_sender": W(S.RETURNING),
    "failure": W(S.EXCEPTION, R.OTHER),
    "cancelled": W(S.CANCELLED),
    "error": W(S.UNKNOWN),
}
# None: the detail adds nothing to the status.
DETAILS: Mapping[str, CarrierWord | None] = {
    "address_correction": W(S.ON_HOLD, R.ADDRESS_NOT_FOUND),
    "arrived_at_destination": None,
    "arrived_at_facility": None,
    "arrived_at_pickup_location": W(S.AVAILABLE_FOR_PICKUP),
    "awaiting_information": W(S.ON_HOLD, R.DOCUMENTS_MISSING),
    "cancelled": W(S.CANCELLED),
    "damaged": W(S.EXCEPTION, R.DAMAGED),
    "delayed": W(S.DELAYED),
    "delivery_exception": W(S.EXCEPTION, R.OTHER),
    "departed_facility": None,
    "departed_origin_facility": None,
    "expired": W(S.EXPIRED),
    "failure": W(S.EXCEPTION, R.OTHER),
    "held": W(S.ON_HOLD),
    "in_transit": None,
    "label_created": W(S.LABEL_CREATED),
    "lost": W(S.EXCEPTION, R.LOST),
    "missorted": W(S.DELAYED, R.SORTING_ERROR),
    "out_for_delivery": W(S.OUT_FOR_DELIVERY),
    "received_at_destination_facility": None,
    "received_at_origin_facility": W(S.PICKED_UP),
    "refused": W(S.EXCEPTION, R.REFUSED),
    "return": W(S.RETURNING),
    "status_update": None,
    "transferred_to_destination_carrier": None,
    "transit_exception": W(S.EXCEPTION, R.OTHER),
    "unknown": None,
    "weather_delay": W(S.DELAYED, R.WEATHER),
}
# Where a parcel has come to its end, or waits for its buyer, a detail may give the reason but not another status.
_SETTLED = {"delivered", "available_for_pickup", "return_to_sender", "cancelled"}


def easypost(status: str, status_detail: str = "") -> CarrierWord:
    """A tracking detail's ``status`` and ``status_detail``."""
    word = STATUSES.get(status.lower(), UNHEARD_OF)
    detail = DETAILS.get(status_detail.lower())
    if detail is not None:
        settled = status.lower() in _SETTLED
        word = replace(word, reason=detail.reason) if settled else replace(detail, known=word.known)
    if status_detail and status_detail.lower() not in DETAILS:
        word = replace(word, known=False)
    return word.said(status, status_detail)
