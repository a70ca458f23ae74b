"""Karrio's tracker statuses and incident reasons (karrio/core/units.py)."""

from collections.abc import Mapping
from dataclasses import replace

from wismo.client.carriers.word import UNHEARD_OF, CarrierWord
from wismo.client.vocabulary import ExceptionReason as R
from wismo.client.vocabulary import TrackingStatus as S

W = CarrierWord

STATUSES: Mapping[str, CarrierWord] = {
    "pending": W(S.INFO_RECEIVED),
    "picked_up": W(S.PICKED_UP),
    "on_hold": W(S.ON_HOLD),
    "cancelled": W(S.CANCELLED),
    "delivered": W(S.DELIVERED),
    "in_transit": W(S.IN_TRANSIT),
    "delivery_failed": W(S.ATTEMPT_FAILED),
    "delivery_delayed": W(S.DELAYED),
    "out_for_delivery": W(S.OUT_FOR_DELIVERY),
    "ready_for_pickup": W(S.AVAILABLE_FOR_PICKUP),
    "return_to_sender": W(S.RETURNING),
    "unknown": W(S.UNKNOWN),
}
REASONS: Mapping[str, R] = {
    "carrier_damaged_parcel": R.DAMAGED,
    "carrier_sorting_error": R.SORTING_ERROR,
    "carrier_address_not_found": R.ADDRESS_NOT_FOUND,
    "carrier_parcel_lost": R.LOST,
    "carrier_not_enough_time": R.CAPACITY,
    "carrier_vehicle_issue": R.OPERATIONAL,
    "carrier_capacity_exceeded": R.CAPACITY,
    "carrier_mechanical_delay": R.OPERATIONAL,
    "retailer_cancelled": R.OTHER,
    "retailer_incorrect_data": R.OTHER,
    "retailer_not_ready": R.OTHER,
    "retailer_incorrect_parcel": R.OTHER,
    "retailer_incorrect_dimensions": R.OTHER,
    "retailer_packaging_issue": R.OTHER,
    "consignee_refused": R.REFUSED,
    "consignee_business_closed": R.BUSINESS_CLOSED,
    "consignee_not_available": R.NOT_HOME,
    "consignee_not_home": R.NOT_HOME,
    "consignee_cancelled": R.REFUSED,
    "consignee_verification_failed": R.VERIFICATION_FAILED,
    "consignee_incorrect_address": R.ADDRESS_NOT_FOUND,
    "consignee_access_restricted": R.ACCESS_RESTRICTED,
    "consignee_safe_place_unavailable": R.ACCESS_RESTRICTED,
    "customs_delay": R.INSPECTION,
    "customs_documentation": R.DOCUMENTS_MISSING,
    "customs_duties_unpaid": R.DUTIES_UNPAID,
    "customs_prohibited": R.PROHIBITED,
    "customs_inspection": R.INSPECTION,
    "weather_delay": R.WEATHER,
    "natural_disaster": R.FORCE_MAJEURE,
    "force_majeure": R.FORCE_MAJEURE,
    "parcel_being_researched": R.RESEARCHED,
    "security_issue": R.INSPECTION,
    "regulatory_hold": R.INSPECTION,
    "unknown": R.OTHER,
}


def karrio(status: str, reason: str = "") -> CarrierWord:
    """An event's ``status`` and, where there is one, its ``reason``."""
    word = STATUSES.get(status.lower(), UNHEARD_OF)
    if reason:
        known = REASONS.get(reason.lower())
        word = replace(word, reason=known or R.OTHER, known=word.known and known is not None)
    return word.said(status, reason)
