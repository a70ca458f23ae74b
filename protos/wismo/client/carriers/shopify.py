"""Shopify's FulfillmentEventStatus and FulfillmentDisplayStatus (shopify.dev, GraphQL Admin API 2026-10)."""

from collections.abc import Mapping

from wismo.client.carriers.word import UNHEARD_OF, CarrierWord
from wismo.client.vocabulary import DeliveryMode as D
from wismo.client.vocabulary import ExceptionReason as R
from wismo.client.vocabulary import TrackingStatus as S

W = CarrierWord

STATUSES: Mapping[str, CarrierWord] = {
    # FulfillmentEventStatus, 11 values.
    "ATTEMPTED_DELIVERY": W(S.ATTEMPT_FAILED),
    "CARRIER_PICKED_UP": W(S.PICKED_UP),
    "CONFIRMED": W(S.INFO_RECEIVED),
    "DELAYED": W(S.DELAYED),
    "DELIVERED": W(S.DELIVERED),
    "FAILURE": W(S.EXCEPTION, R.OTHER),
    "IN_TRANSIT": W(S.IN_TRANSIT),
    "LABEL_PRINTED": W(S.LABEL_CREATED),
    "LABEL_PURCHASED": W(S.LABEL_CREATED),
    "OUT_FOR_DELIVERY": W(S.OUT_FOR_DELIVERY),
    "READY_FOR_PICKUP": W(S.AVAILABLE_FOR_PICKUP),
    # What FulfillmentDisplayStatus has beside them.
    "CANCELED": W(S.CANCELLED),
    "FULFILLED": W(S.INFO_RECEIVED),  # The shop says that it left; no carrier has said so.
    "LABEL_VOIDED": W(S.CANCELLED),
    "MARKED_AS_FULFILLED": W(S.INFO_RECEIVED),
    "NOT_DELIVERED": W(S.EXCEPTION, R.OTHER),
    "PICKED_UP": W(S.DELIVERED, delivery_mode=D.PICKED_UP),
    "SUBMITTED": W(S.INFO_RECEIVED),
    # In the unstable version of the customer API.
    "BUYER_ACTION_REQUIRED": W(S.ON_HOLD, R.OTHER),
    "READY_FOR_RECIPIENT_PICKUP": W(S.AVAILABLE_FOR_PICKUP),
    "RETURNING_TO_SENDER": W(S.RETURNING),
}


def shopify(status: str) -> CarrierWord:
    """A fulfilment event's ``status``, in either case (webhooks write `in_transit`, GraphQL `IN_TRANSIT`)."""
    return STATUSES.get(status.upper(), UNHEARD_OF).said(status)
