"""Carrier progress in plain words: where a parcel is, why it is held up, who must act, to whom it was given."""

from dataclasses import dataclass

from chassis.localisation import mark
from wismo.orders.v1 import parcel_pb2, tracking_pb2
from wording.reader import Reader

_NAMES = {
    "amazon": "Amazon Logistics",
    "australia-post": "Australia Post",
    "canada-post": "Canada Post",
    "cdek": "CDEK",
    "chronopost": "Chronopost",
    "colissimo": "Colissimo",
    "correos": "Correos",
    "dhl": "DHL",
    "dhl-express": "DHL Express",
    "dpd": "DPD",
    "evri": "Evri",
    "fedex": "FedEx",
    "gls": "GLS",
    "hermes": "Hermes",
    "la-poste": "La Poste",
    "mondial-relay": "Mondial Relay",
    "parcelforce": "Parcelforce",
    "post-at": "Österreichische Post",
    "postnl": "PostNL",
    "royal-mail": "Royal Mail",
    "russian-post": "Почта России",
    "seur": "SEUR",
    "swiss-post": "Swiss Post",
    "tnt": "TNT",
    "ups": "UPS",
    "usps": "USPS",
}

_STATUSES = {
    tracking_pb2.TRACKING_STATUS_UNSPECIFIED: mark("On its way"),
    tracking_pb2.TRACKING_STATUS_LABEL_CREATED: mark("Ready to be handed to the carrier"),
    tracking_pb2.TRACKING_STATUS_INFO_RECEIVED: mark("The carrier expects the parcel"),
    tracking_pb2.TRACKING_STATUS_PICKED_UP: mark("The carrier has the parcel"),
    tracking_pb2.TRACKING_STATUS_IN_TRANSIT: mark("On its way"),
    tracking_pb2.TRACKING_STATUS_ON_HOLD: mark("On hold"),
    tracking_pb2.TRACKING_STATUS_DELAYED: mark("Delayed"),
    tracking_pb2.TRACKING_STATUS_OUT_FOR_DELIVERY: mark("Out for delivery"),
    tracking_pb2.TRACKING_STATUS_AVAILABLE_FOR_PICKUP: mark("Ready to collect"),
    tracking_pb2.TRACKING_STATUS_ATTEMPT_FAILED: mark("The delivery did not succeed"),
    tracking_pb2.TRACKING_STATUS_DELIVERED: mark("Delivered"),
    tracking_pb2.TRACKING_STATUS_EXCEPTION: mark("Something is in the way"),
    tracking_pb2.TRACKING_STATUS_RETURNING: mark("On its way back to us"),
    tracking_pb2.TRACKING_STATUS_RETURNED: mark("Back with us"),
    tracking_pb2.TRACKING_STATUS_CANCELLED: mark("The shipment was cancelled"),
    tracking_pb2.TRACKING_STATUS_EXPIRED: mark("The carrier no longer reports on it"),
    # A status that nobody could read is shown as what is most likely true.
    tracking_pb2.TRACKING_STATUS_UNKNOWN: mark("On its way"),
}

_REASONS = {
    tracking_pb2.EXCEPTION_REASON_UNSPECIFIED: mark("The parcel is held up; the carrier has not said why."),
    tracking_pb2.EXCEPTION_REASON_DAMAGED: mark("The parcel was damaged on the way."),
    tracking_pb2.EXCEPTION_REASON_LOST: mark("The carrier cannot find the parcel."),
    tracking_pb2.EXCEPTION_REASON_ADDRESS_NOT_FOUND: mark("The carrier could not find the address."),
    tracking_pb2.EXCEPTION_REASON_REFUSED: mark("The parcel was not accepted at the address."),
    tracking_pb2.EXCEPTION_REASON_NOT_HOME: mark("Nobody was there to take the parcel."),
    tracking_pb2.EXCEPTION_REASON_BUSINESS_CLOSED: mark("The address was closed when the carrier came."),
    tracking_pb2.EXCEPTION_REASON_ACCESS_RESTRICTED: mark("The courier could not get to the door."),
    tracking_pb2.EXCEPTION_REASON_VERIFICATION_FAILED: mark("The courier could not verify identity or age."),
    tracking_pb2.EXCEPTION_REASON_DUTIES_UNPAID: mark("Duties or taxes have to be paid before the parcel goes on."),
    tracking_pb2.EXCEPTION_REASON_DOCUMENTS_MISSING: mark("Customs needs documents that are missing."),
    tracking_pb2.EXCEPTION_REASON_PROHIBITED: mark("The carrier may not carry or import the contents."),
    tracking_pb2.EXCEPTION_REASON_INSPECTION: mark("The parcel is being inspected."),
    tracking_pb2.EXCEPTION_REASON_SORTING_ERROR: mark(
        "The carrier sent the parcel the wrong way and is putting it right."
    ),
    tracking_pb2.EXCEPTION_REASON_CAPACITY: mark("The carrier has more parcels than it can carry just now."),
    tracking_pb2.EXCEPTION_REASON_RESEARCHED: mark("The carrier is searching for the parcel."),
    tracking_pb2.EXCEPTION_REASON_WEATHER: mark("The weather is holding the parcel up."),
    tracking_pb2.EXCEPTION_REASON_FORCE_MAJEURE: mark("A strike, a closed road or the like is holding the parcel up."),
    tracking_pb2.EXCEPTION_REASON_NOT_COLLECTED: mark("The parcel was not collected in time."),
    tracking_pb2.EXCEPTION_REASON_HOLIDAY: mark("The carrier does not deliver on the weekend or holiday."),
    tracking_pb2.EXCEPTION_REASON_RESCHEDULED: mark("The delivery was moved to another day or place."),
    tracking_pb2.EXCEPTION_REASON_OPERATIONAL: mark("A vehicle or machine of the carrier broke down."),
    tracking_pb2.EXCEPTION_REASON_OTHER: mark("Something is holding the parcel up."),
}

_ACTORS = {
    tracking_pb2.EXCEPTION_REASON_DAMAGED: tracking_pb2.ACTING_PARTY_MERCHANT,
    tracking_pb2.EXCEPTION_REASON_LOST: tracking_pb2.ACTING_PARTY_MERCHANT,
    tracking_pb2.EXCEPTION_REASON_ADDRESS_NOT_FOUND: tracking_pb2.ACTING_PARTY_BUYER,
    tracking_pb2.EXCEPTION_REASON_REFUSED: tracking_pb2.ACTING_PARTY_MERCHANT,
    tracking_pb2.EXCEPTION_REASON_NOT_HOME: tracking_pb2.ACTING_PARTY_BUYER,
    tracking_pb2.EXCEPTION_REASON_ACCESS_RESTRICTED: tracking_pb2.ACTING_PARTY_BUYER,
    tracking_pb2.EXCEPTION_REASON_VERIFICATION_FAILED: tracking_pb2.ACTING_PARTY_BUYER,
    tracking_pb2.EXCEPTION_REASON_DUTIES_UNPAID: tracking_pb2.ACTING_PARTY_BUYER,
    tracking_pb2.EXCEPTION_REASON_DOCUMENTS_MISSING: tracking_pb2.ACTING_PARTY_MERCHANT,
    tracking_pb2.EXCEPTION_REASON_PROHIBITED: tracking_pb2.ACTING_PARTY_MERCHANT,
    tracking_pb2.EXCEPTION_REASON_INSPECTION: tracking_pb2.ACTING_PARTY_CUSTOMS,
    tracking_pb2.EXCEPTION_REASON_WEATHER: tracking_pb2.ACTING_PARTY_NOBODY,
    tracking_pb2.EXCEPTION_REASON_FORCE_MAJEURE: tracking_pb2.ACTING_PARTY_NOBODY,
    tracking_pb2.EXCEPTION_REASON_NOT_COLLECTED: tracking_pb2.ACTING_PARTY_MERCHANT,
    tracking_pb2.EXCEPTION_REASON_HOLIDAY: tracking_pb2.ACTING_PARTY_NOBODY,
    tracking_pb2.EXCEPTION_REASON_OTHER: tracking_pb2.ACTING_PARTY_MERCHANT,
}
"""Who must act where nobody says so. Every reason that is not here is the carrier's to mend."""

_ACTIONS = {
    tracking_pb2.ACTING_PARTY_UNSPECIFIED: mark("We are following it up. You need not do anything."),
    tracking_pb2.ACTING_PARTY_CARRIER: mark("The carrier is dealing with it. You need not do anything."),
    tracking_pb2.ACTING_PARTY_MERCHANT: mark("We are dealing with it. You need not do anything."),
    tracking_pb2.ACTING_PARTY_BUYER: mark("Please get in touch with us, so that we can sort it out together."),
    tracking_pb2.ACTING_PARTY_CUSTOMS: mark("It is with customs now. You need not do anything."),
    tracking_pb2.ACTING_PARTY_NOBODY: mark(
        "Nobody can speed it up; it goes on as soon as it can. You need not do anything."
    ),
}

_BUYER_ACTIONS = {
    tracking_pb2.EXCEPTION_REASON_ADDRESS_NOT_FOUND: mark(
        "Please check the delivery address and tell us what to correct."
    ),
    tracking_pb2.EXCEPTION_REASON_NOT_HOME: mark("Please see to it that somebody can take the parcel next time."),
    tracking_pb2.EXCEPTION_REASON_ACCESS_RESTRICTED: mark("Please tell us how the courier can get to your door."),
    tracking_pb2.EXCEPTION_REASON_VERIFICATION_FAILED: mark("Please have an identity document at hand next time."),
    tracking_pb2.EXCEPTION_REASON_DUTIES_UNPAID: mark(
        "Please pay what the carrier or customs asks of you; then it goes on."
    ),
    tracking_pb2.EXCEPTION_REASON_NOT_COLLECTED: mark("Please tell us whether we shall send it again."),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """Why something is held up: what happened, and who does what about it, each a sentence."""

    what: str
    then: str
    buyer_must_act: bool

    def __str__(self) -> str:
        return f"{self.what} {self.then}"


def carrier_name(key: str) -> str:
    """How the carrier is called: ``dhl`` is DHL; one that we do not know keeps the name that the shop gave."""
    return _NAMES.get(key.strip().lower().replace("_", "-").replace(" ", "-"), key.strip())


def tracking_status(status: "tracking_pb2.TrackingStatus.ValueType", reader: Reader) -> str:
    """Where a parcel is, as a label without a full stop. For every value of the enum, and for values to come."""
    return reader.gettext(_STATUSES.get(status, _STATUSES[tracking_pb2.TRACKING_STATUS_UNKNOWN]))


def acting_party(reason: "tracking_pb2.ExceptionReason.ValueType") -> "tracking_pb2.ActingParty.ValueType":
    """Who must act on this reason when nobody said so."""
    return _ACTORS.get(reason, tracking_pb2.ACTING_PARTY_CARRIER)


def exception_reason(
    reason: "tracking_pb2.ExceptionReason.ValueType",
    reader: Reader,
    party: "tracking_pb2.ActingParty.ValueType" = tracking_pb2.ACTING_PARTY_UNSPECIFIED,
) -> Explained:
    """Why something is held up, in the words that follow from who must act: as said by ``party``, else as the reason
    has it.
    """
    actor = party or acting_party(reason)
    action = _ACTIONS.get(actor, _ACTIONS[tracking_pb2.ACTING_PARTY_UNSPECIFIED])
    if actor == tracking_pb2.ACTING_PARTY_BUYER:
        action = _BUYER_ACTIONS.get(reason, action)
    what = _REASONS.get(reason, _REASONS[tracking_pb2.EXCEPTION_REASON_OTHER])
    return Explained(reader.gettext(what), reader.gettext(action), actor == tracking_pb2.ACTING_PARTY_BUYER)


def delivered_to(  # noqa: PLR0911  # One mode, one sentence.
    mode: "tracking_pb2.DeliveryMode.ValueType", received_by: str, reader: Reader
) -> str:
    """To whom or where it was handed over, a sentence. ``received_by`` is the name that the carrier noted, or empty."""
    match mode:
        case tracking_pb2.DELIVERY_MODE_PLAIN:
            return reader.gettext("It was left at your address.")
        case tracking_pb2.DELIVERY_MODE_SIGNED if received_by:
            return reader.gettext("%(name)s signed for it.", name=received_by)
        case tracking_pb2.DELIVERY_MODE_SIGNED:
            return reader.gettext("It was handed over against a signature.")
        case tracking_pb2.DELIVERY_MODE_NEIGHBOUR if received_by:
            return reader.gettext("It is with a neighbour: %(name)s.", name=received_by)
        case tracking_pb2.DELIVERY_MODE_NEIGHBOUR:
            return reader.gettext("It is with a neighbour.")
        case tracking_pb2.DELIVERY_MODE_PICKED_UP:
            return reader.gettext("It was collected at the pick-up point.")
        case tracking_pb2.DELIVERY_MODE_LOCKER:
            return reader.gettext("It is in a parcel locker.")
        case _:
            return reader.gettext("It was delivered.")


def waits_at(point: parcel_pb2.PickupPoint, reader: Reader) -> str:
    """Where something waits to be collected, and until when: one sentence."""
    if point.HasField("keep_until"):
        return reader.gettext(
            "It waits for you at %(place)s until %(day)s.", place=point.display_name, day=reader.day(point.keep_until)
        )
    return reader.gettext("It waits for you at %(place)s.", place=point.display_name)
