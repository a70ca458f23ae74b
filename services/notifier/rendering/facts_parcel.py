"""Facts of everything that is carried: parcels, back-orders, collection, returns."""

from typing import Any

import wording
from notifier.rendering.formats import postal_lines
from notifier.rendering.kit import Kit
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import parcel_pb2
from wismo.orders.v1 import tracking_pb2 as tracking

Facts = dict[str, Any]

_NOT_SENT = frozenset(
    {
        lines.LINE_STATE_UNSPECIFIED,
        lines.LINE_STATE_RECEIVED,
        lines.LINE_STATE_BACKORDERED,
        lines.LINE_STATE_PREPARING,
        lines.LINE_STATE_PARTLY_SHIPPED,
    }
)


def shipped(kit: Kit) -> Facts:
    """The parcel, what is in it, and what of the order is still to come."""
    detail = kit.change.parcel_shipped if kit.change.HasField("parcel_shipped") else kit.change.parcel_progressed
    return _parcel(kit, detail.parcel_id) | {"still_to_come": _still_to_come(kit)}


def tracking_corrected(kit: Kit) -> Facts:
    """The parcel with its right number."""
    return _parcel(kit, kit.change.parcel_corrected.parcel_id)


def progressed(kit: Kit) -> Facts:
    """The parcel and the scan."""
    change = kit.change.parcel_progressed
    return _parcel(kit, change.parcel_id) | {"place": change.location}


def pickup_point(kit: Kit) -> Facts:
    """Where the parcel waits, until when, and what opens it."""
    change = kit.change.parcel_progressed
    point = change.pickup_point if change.HasField("pickup_point") else kit.parcel(change.parcel_id).pickup_point
    return _parcel(kit, change.parcel_id) | _point(kit, point)


def attempt_failed(kit: Kit) -> Facts:
    """Why the delivery failed, when the carrier tries again, and what to do."""
    return held_up(kit) | {"next_attempt": kit.day(kit.change.parcel_progressed, "next_attempt_at")}


def held_up(kit: Kit) -> Facts:
    """What holds the parcel up, and who must act."""
    change = kit.change.parcel_progressed
    explained = wording.exception_reason(change.reason, kit.reader)
    return _parcel(kit, change.parcel_id) | {
        # Without a reason there is nothing but the status to explain, and the template says that in its own words.
        "why": explained.what if change.reason else "",
        "carriers_words": change.description,
        "what_now": explained.then,
        "returning": change.status == tracking.TRACKING_STATUS_RETURNING,
        "buyer_acts": explained.buyer_must_act,
        "address": postal_lines(kit.order.buyer.shipping_address),
        "place": change.location,
    }


def delivered(kit: Kit) -> Facts:
    """To whom, when, and what of the order is still to come."""
    change = kit.change.parcel_progressed
    return _parcel(kit, change.parcel_id) | {
        "to_whom": wording.delivered_to(change.delivery_mode, change.received_by, kit.reader),
        "when": kit.moment(kit.change, "occurred_at"),
        "still_to_come": _still_to_come(kit),
    }


def backordered(kit: Kit) -> Facts:
    """What is out of stock, why, and until when."""
    change = kit.change.lines_backordered
    return {
        "items": kit.items(change.lines),
        "expected": kit.expected(change.expected),
        "reason": change.reason,
        "others": len(kit.order.lines) > len(change.lines),
    }


def ready_for_collection(kit: Kit) -> Facts:
    """What can be collected, where, until when, and with what code."""
    change = kit.change.ready_for_collection
    line_ids = list(change.line_ids) or [line.line_id for line in kit.order.lines if line.pickup]
    return {"items": [kit.some(line_id, 0) for line_id in line_ids]} | _point(kit, change.pickup_point)


def return_started(kit: Kit) -> Facts:
    """What is on its way back."""
    change = kit.change.return_started
    return {"items": kit.items(change.lines), "tracking_url": change.tracking_url}


def return_received(kit: Kit) -> Facts:
    """What has come back."""
    return {"items": kit.items(kit.change.return_received.lines)}


def _parcel(kit: Kit, parcel_id: str) -> Facts:
    parcel = kit.parcel(parcel_id)
    return {
        "carrier": wording.carrier_name(parcel.carrier),
        "tracking_number": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "items": kit.items(parcel.lines),
        "expected": kit.expected(parcel.expected),
        "several_parcels": len(kit.order.parcels) > 1,
        "parcel_label": wording.parcel_label(kit.order, parcel, kit.reader),
    }


def _point(kit: Kit, point: parcel_pb2.PickupPoint) -> Facts:
    code = kit.open_secret(point.code) if point.HasField("code") else ""
    return {
        "point": point.display_name,
        "point_address": [line for line in postal_lines(point.address) if line != point.display_name],
        "opening_hours": point.opening_hours,
        "keep_until": kit.day(point, "keep_until"),
        "code": code,
        # Among digits alone no letter is expected.
        "look_alikes": () if code.isdigit() else wording.look_alikes(code, kit.reader.language),
    }


def _still_to_come(kit: Kit) -> list[str]:
    """Physical lines, or what is left of them, that have not left yet."""
    waiting = []
    for line in kit.order.lines:
        left = max(1, line.quantity) - line.shipped_quantity - line.cancelled_quantity
        if line.kind == lines.LINE_KIND_PHYSICAL and line.state in _NOT_SENT and left > 0:
            waiting.append(wording.times(left, line.title, kit.reader))
    return waiting
