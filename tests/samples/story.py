"""A story: an order told event by event, each as the Kafka record that `orders` would publish.

The state after each event is set by hand here, so that consumers can be tested without the producer.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from wismo.events.v1 import order_event_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2, order_pb2

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

Change = Callable[[order_pb2.Order], None]


def stamp(moment: datetime) -> Timestamp:
    """`moment` as a protobuf timestamp."""
    result = Timestamp()
    result.FromDatetime(moment)
    return result


def after(**span: float) -> Timestamp:
    """The story's start plus a `timedelta` of these arguments."""
    return stamp(START + timedelta(**span))


class Story:
    """Tells one order; `told` holds every event so far."""

    def __init__(self, merchant: merchant_pb2.Merchant, order: order_pb2.Order) -> None:
        self.merchant = merchant
        self.order = order
        self.order.name = f"{merchant.name}/orders/{order.reference}"
        self.order.link_version = 1
        self.order.create_time.CopyFrom(stamp(START))
        self.told: list[order_event_pb2.OrderEvent] = []
        self._moment = START

    def tell(
        self,
        event: events.FulfilmentEvent,
        change: Change | None = None,
        *,
        effect: "events.Effect.ValueType" = events.EFFECT_APPLIED,
        later: timedelta = timedelta(hours=1),
    ) -> order_event_pb2.OrderEvent:
        """Add `event`, `later` than the one before, with what `change` makes of the order; the record it becomes."""
        self._moment += later if self.told else timedelta()
        if not event.HasField("occurred_at"):
            event.occurred_at.CopyFrom(stamp(self._moment))
        order = self.order
        order.sequence += 1
        order.etag = f"e{order.sequence}"
        order.update_time.CopyFrom(stamp(self._moment))
        if change is not None:
            change(order)
        field = event.WhichOneof("change") or ""
        detail = getattr(event, field)
        entry = order.timeline.add(
            sequence=order.sequence,
            occurred_at=event.occurred_at,
            recorded_at=stamp(self._moment),
            kind=events.ChangeKind.Value(f"CHANGE_KIND_{field.upper()}"),
            effect=effect,
            parcel_id=getattr(detail, "parcel_id", ""),
        )
        if isinstance(detail, events.ParcelProgressed):
            entry.tracking_status = detail.status
            entry.reason = detail.reason
            entry.note = detail.location
        if hasattr(detail, "line_id"):
            entry.line_ids.append(detail.line_id)
        record = order_event_pb2.OrderEvent(
            id=f"{order.name}#{order.sequence}",
            source="//wismo/orders",
            type=f"wismo.order.{field}.v1",
            subject=order.name,
            time=stamp(self._moment),
            sequence=order.sequence,
            change=event,
            effect=effect,
            order=order,
            merchant=self.merchant,
            request_id=f"r{order.sequence}",
        )
        self.told.append(record)
        return record
