"""The state of one line as a label, worded by how the line reaches the buyer."""

from chassis.localisation import mark
from wismo.orders.v1 import line_pb2
from wording.amounts import quantity_of
from wording.reader import Reader

_KINDS = {
    line_pb2.LINE_KIND_UNSPECIFIED: mark("Ordered"),
    line_pb2.LINE_KIND_PHYSICAL: mark("Comes by parcel"),
    line_pb2.LINE_KIND_DOWNLOAD: mark("To download"),
    line_pb2.LINE_KIND_ACCESS: mark("Access with a code"),
    line_pb2.LINE_KIND_TRIAL: mark("Trial"),
}

_STATES = {
    line_pb2.LINE_STATE_UNSPECIFIED: mark("Ordered"),
    line_pb2.LINE_STATE_RECEIVED: mark("Ordered"),
    line_pb2.LINE_STATE_BACKORDERED: mark("Out of stock for now"),
    line_pb2.LINE_STATE_PREPARING: mark("Being made ready"),
    line_pb2.LINE_STATE_PARTLY_SHIPPED: mark("Partly on its way"),
    line_pb2.LINE_STATE_SHIPPED: mark("On its way"),
    line_pb2.LINE_STATE_OUT_FOR_DELIVERY: mark("Arrives today"),
    line_pb2.LINE_STATE_AVAILABLE_FOR_PICKUP: mark("Ready to collect"),
    line_pb2.LINE_STATE_HELD_UP: mark("Held up"),
    line_pb2.LINE_STATE_PARTLY_DELIVERED: mark("Partly delivered"),
    line_pb2.LINE_STATE_DELIVERED: mark("Delivered"),
    line_pb2.LINE_STATE_RETURNING: mark("On its way back to us"),
    line_pb2.LINE_STATE_RETURNED: mark("Back with us"),
    line_pb2.LINE_STATE_READY: mark("Ready to download"),
    line_pb2.LINE_STATE_GRANTED: mark("Access is open"),
    line_pb2.LINE_STATE_TRIAL_RUNNING: mark("The trial is running"),
    line_pb2.LINE_STATE_TRIAL_ENDED: mark("The trial has ended"),
    line_pb2.LINE_STATE_SUBSCRIBED: mark("Subscribed"),
    line_pb2.LINE_STATE_REVOKED: mark("No longer available"),
    line_pb2.LINE_STATE_CANCELLED: mark("Cancelled"),
}


def line_kind(line: line_pb2.OrderLine, reader: Reader) -> str:
    """How the line reaches the buyer, as a label: ``Comes by parcel``, or ``To collect at the shop``."""
    if line.kind == line_pb2.LINE_KIND_PHYSICAL and line.pickup:
        return reader.gettext("To collect at the shop")
    return reader.gettext(_KINDS.get(line.kind, _KINDS[line_pb2.LINE_KIND_UNSPECIFIED]))


def line_state(line: line_pb2.OrderLine, reader: Reader) -> str:
    """Where the line is, as a label without a full stop: ``On its way``; in part, with how much: ``2 of 3 on the
    way``.
    """
    physical = line.kind == line_pb2.LINE_KIND_PHYSICAL
    match line.state:
        case line_pb2.LINE_STATE_PREPARING if physical and not line.pickup:
            return reader.gettext("Being packed")
        case line_pb2.LINE_STATE_DELIVERED if line.pickup:
            return reader.gettext("Collected")
        case line_pb2.LINE_STATE_PARTLY_SHIPPED if 0 < line.shipped_quantity < line.quantity:
            part = quantity_of(line.shipped_quantity, line.quantity, reader)
            return reader.gettext("%(part)s on the way", part=part)
        case line_pb2.LINE_STATE_PARTLY_DELIVERED if 0 < line.delivered_quantity < line.quantity:
            part = quantity_of(line.delivered_quantity, line.quantity, reader)
            return reader.gettext("%(part)s delivered", part=part)
        case _:
            return reader.gettext(_STATES.get(line.state, _STATES[line_pb2.LINE_STATE_UNSPECIFIED]))
