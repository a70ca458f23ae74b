"""Sample changes of everything that is carried."""

from typing import Any

from notifier.preview.stage import Maker, Stage, at
from wismo.orders.v1 import buyer_pb2, parcel_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import tracking_pb2 as tracking


def backordered(stage: Stage) -> events.FulfilmentEvent:
    stage.order.lines[0].state = lines.LINE_STATE_BACKORDERED
    stage.order.lines[0].backordered_quantity = 2
    expected = lines.Expectation(earliest=at(days=5), latest=at(days=8))
    stage.order.lines[0].expected.CopyFrom(expected)
    return events.FulfilmentEvent(
        lines_backordered=events.LinesBackordered(
            lines=[lines.LineQuantity(line_id="book", quantity=2)],
            expected=expected,
            reason=stage.words.backorder_reason,
        )
    )


def _ship(stage: Stage, status: tracking.TrackingStatus.ValueType, **parcel: Any) -> parcel_pb2.Parcel:
    stage.order.lines[0].state = lines.LINE_STATE_SHIPPED
    stage.order.lines[0].shipped_quantity = 2
    stage.order.parcels.append(
        parcel_pb2.Parcel(
            parcel_id="p1",
            carrier="royal-mail" if stage.order.buyer.locale.startswith("en") else "cdek",
            tracking_number="RM123456785GB",
            tracking_url="https://track.example/RM123456785GB",
            lines=[lines.LineQuantity(line_id="book", quantity=2)],
            status=status,
            expected=lines.Expectation(latest=at(days=2), source=tracking.EXPECTATION_SOURCE_CARRIER),
            shipped_at=at(-20),
            **parcel,
        )
    )
    return stage.order.parcels[-1]


def shipped(stage: Stage) -> events.FulfilmentEvent:
    parcel = _ship(stage, tracking.TRACKING_STATUS_PICKED_UP)
    return events.FulfilmentEvent(
        parcel_shipped=events.ParcelShipped(parcel_id="p1", carrier=parcel.carrier, handed_over=True)
    )


def corrected(stage: Stage) -> events.FulfilmentEvent:
    _ship(stage, tracking.TRACKING_STATUS_IN_TRANSIT)
    return events.FulfilmentEvent(
        parcel_corrected=events.ParcelCorrected(parcel_id="p1", tracking_number="RM123456785GB")
    )


def progress(status: tracking.TrackingStatus.ValueType, state: lines.LineState.ValueType, **change: Any) -> Maker:
    def make(stage: Stage) -> events.FulfilmentEvent:
        parcel = _ship(stage, status, reason=change.get("reason", 0))
        stage.order.lines[0].state = state
        progressed = events.ParcelProgressed(parcel_id="p1", status=status, location=stage.words.town, **change)
        if status == tracking.TRACKING_STATUS_AVAILABLE_FOR_PICKUP:
            progressed.pickup_point.CopyFrom(_pickup_point(stage))
            parcel.pickup_point.CopyFrom(progressed.pickup_point)
        if status == tracking.TRACKING_STATUS_DELIVERED:
            parcel.delivered_at.CopyFrom(at(0))
            parcel.delivery_mode = progressed.delivery_mode
            progressed.received_by = parcel.received_by = stage.words.neighbour
            stage.order.lines[0].delivered_quantity = 2
        if status == tracking.TRACKING_STATUS_ATTEMPT_FAILED:
            progressed.next_attempt_at.CopyFrom(at(days=1))
        return events.FulfilmentEvent(source=events.EVENT_SOURCE_CARRIER, parcel_progressed=progressed)

    return make


def _pickup_point(stage: Stage) -> parcel_pb2.PickupPoint:
    return parcel_pb2.PickupPoint(
        display_name=stage.words.point,
        address=buyer_pb2.PostalAddress(lines=[stage.words.point_street], city=stage.words.town),
        opening_hours=stage.words.point_hours,
        keep_until=at(days=7),
        code=stage.seal("4071"),
    )


def return_started(stage: Stage) -> events.FulfilmentEvent:
    stage.order.lines[0].state = lines.LINE_STATE_RETURNING
    quantities = [lines.LineQuantity(line_id="book", quantity=1)]
    return events.FulfilmentEvent(
        return_started=events.ReturnStarted(lines=quantities, tracking_url="https://track.example/back")
    )


def return_received(stage: Stage) -> events.FulfilmentEvent:
    stage.order.lines[0].state = lines.LINE_STATE_RETURNED
    quantities = [lines.LineQuantity(line_id="book", quantity=1)]
    return events.FulfilmentEvent(return_received=events.ReturnReceived(lines=quantities))


def collect(stage: Stage) -> events.FulfilmentEvent:
    stage.order.lines[0].pickup = True
    stage.order.lines[0].state = lines.LINE_STATE_AVAILABLE_FOR_PICKUP
    point = _pickup_point(stage)
    stage.order.collections.add(line_ids=["book"], pickup_point=point, ready_at=at(0))
    return events.FulfilmentEvent(ready_for_collection=events.ReadyForCollection(pickup_point=point))
