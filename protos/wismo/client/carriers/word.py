"""What a mapping answers."""

from dataclasses import dataclass, replace
from datetime import datetime

from wismo.client.events import parcel_progressed
from wismo.client.events.envelope import Expected
from wismo.client.vocabulary import DeliveryMode, ExceptionReason, TrackingStatus
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent


@dataclass(frozen=True, slots=True)
class CarrierWord:
    """A status with its reason and mode; ``carrier_code`` is what came, at most 64 signs. ``known``: the mapping had
    it.
    """

    status: TrackingStatus
    reason: ExceptionReason | None = None
    delivery_mode: DeliveryMode | None = None
    carrier_code: str = ""
    known: bool = True

    def said(self, *codes: str) -> "CarrierWord":
        """The same, with what came."""
        return replace(self, carrier_code="/".join(code for code in codes if code)[:64])

    def event(
        self,
        parcel_id: str,
        *,
        occurred_at: datetime | None = None,
        location: str = "",
        description: str = "",
        expected: Expected | datetime | None = None,
    ) -> FulfilmentEvent:
        """The event to record. ``description``: the carrier's own words."""
        return parcel_progressed(
            parcel_id,
            self.status,
            reason=self.reason,
            delivery_mode=self.delivery_mode,
            carrier_code=self.carrier_code,
            location=location,
            description=description,
            expected=expected,
            occurred_at=occurred_at,
        )


UNHEARD_OF = CarrierWord(TrackingStatus.IN_TRANSIT, known=False)
