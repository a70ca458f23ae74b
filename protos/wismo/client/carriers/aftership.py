"""AfterShip's tags and subtags (www.aftership.com/docs/tracking/enum: delivery statuses, delivery sub-statuses)."""

from collections.abc import Mapping

from wismo.client.carriers.word import UNHEARD_OF, CarrierWord
from wismo.client.vocabulary import DeliveryMode as D
from wismo.client.vocabulary import ExceptionReason as R
from wismo.client.vocabulary import TrackingStatus as S

W = CarrierWord

TAGS: Mapping[str, CarrierWord] = {
    "Pending": W(S.LABEL_CREATED),
    "InfoReceived": W(S.INFO_RECEIVED),
    "InTransit": W(S.IN_TRANSIT),
    "OutForDelivery": W(S.OUT_FOR_DELIVERY),
    "AttemptFail": W(S.ATTEMPT_FAILED),
    "Delivered": W(S.DELIVERED),
    "AvailableForPickup": W(S.AVAILABLE_FOR_PICKUP),
    "Exception": W(S.EXCEPTION, R.OTHER),
    "Expired": W(S.EXPIRED),
}
SUBTAGS: Mapping[str, CarrierWord] = {
    "Delivered_001": W(S.DELIVERED),
    "Delivered_002": W(S.DELIVERED, delivery_mode=D.PICKED_UP),
    "Delivered_003": W(S.DELIVERED, delivery_mode=D.SIGNED),
    "Delivered_004": W(S.DELIVERED, delivery_mode=D.SIGNED),  # Cash on delivery: somebody was there and paid.
    "Delivered_005": W(S.DELIVERED, delivery_mode=D.NEIGHBOUR),
    "AvailableForPickup_001": W(S.AVAILABLE_FOR_PICKUP),
    "Exception_001": W(S.EXCEPTION, R.OTHER),
    "Exception_002": W(S.EXCEPTION, R.ADDRESS_NOT_FOUND),  # The recipient has moved.
    "Exception_003": W(S.EXCEPTION, R.REFUSED),
    "Exception_004": W(S.ON_HOLD, R.INSPECTION),  # Delayed at customs.
    "Exception_005": W(S.DELAYED, R.FORCE_MAJEURE),  # External factors.
    "Exception_006": W(S.ON_HOLD, R.DUTIES_UNPAID),
    "Exception_007": W(S.EXCEPTION, R.ADDRESS_NOT_FOUND),
    "Exception_008": W(S.EXCEPTION, R.NOT_COLLECTED),
    "Exception_009": W(S.EXCEPTION, R.PROHIBITED),  # Refused by the carrier's own rules.
    "Exception_010": W(S.RETURNING),
    "Exception_011": W(S.RETURNED),
    "Exception_012": W(S.EXCEPTION, R.DAMAGED),
    "Exception_013": W(S.EXCEPTION, R.LOST),
    "Exception_016": W(S.DELAYED, R.OPERATIONAL),  # Vehicle, sorting or routing trouble within the carrier's network.
    "Exception_017": W(S.DELAYED, R.WEATHER),
    "Exception_018": W(S.ON_HOLD, R.DOCUMENTS_MISSING),
    "Exception_019": W(S.DELAYED, R.OPERATIONAL),  # A late flight.
    "Exception_020": W(S.CANCELLED),
    "Exception_021": W(S.EXCEPTION, R.DAMAGED),  # Destroyed or thrown away: nothing will arrive.
    "AttemptFail_001": W(S.ATTEMPT_FAILED),
    "AttemptFail_002": W(S.ATTEMPT_FAILED, R.NOT_HOME),
    "AttemptFail_003": W(S.ATTEMPT_FAILED, R.BUSINESS_CLOSED),
    "InTransit_001": W(S.IN_TRANSIT),
    "InTransit_002": W(S.PICKED_UP),
    "InTransit_003": W(S.IN_TRANSIT),
    "InTransit_004": W(S.IN_TRANSIT),
    "InTransit_005": W(S.IN_TRANSIT),
    "InTransit_006": W(S.IN_TRANSIT),  # Handed to customs: the usual way, and nothing is wrong yet.
    "InTransit_007": W(S.IN_TRANSIT),
    "InTransit_008": W(S.IN_TRANSIT),
    "InTransit_009": W(S.IN_TRANSIT, R.RESCHEDULED),  # On its way to another address.
    "InfoReceived_001": W(S.INFO_RECEIVED),
    "OutForDelivery_001": W(S.OUT_FOR_DELIVERY),
    "OutForDelivery_003": W(S.OUT_FOR_DELIVERY),
    "OutForDelivery_004": W(S.OUT_FOR_DELIVERY),
    "Pending_001": W(S.LABEL_CREATED),
    "Pending_002": W(S.LABEL_CREATED),
    "Pending_003": W(S.LABEL_CREATED),
    "Pending_004": W(S.LABEL_CREATED),
    "Pending_005": W(S.LABEL_CREATED),
    "Pending_006": W(S.LABEL_CREATED),
    "Expired_001": W(S.EXPIRED),
}


def aftership(tag: str, subtag: str = "") -> CarrierWord:
    """A checkpoint's ``tag`` and ``subtag``. A subtag that is not known yet counts as its tag."""
    return (SUBTAGS.get(subtag) or TAGS.get(tag) or UNHEARD_OF).said(subtag or tag)
