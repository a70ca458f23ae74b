"""An order as a whole, and its parcels: the headline, labels and contents."""

from chassis.localisation import mark
from wismo.orders.v1 import line_pb2, order_pb2, parcel_pb2
from wording.amounts import times, titles
from wording.reader import Reader

_PHYSICAL = line_pb2.LINE_KIND_PHYSICAL

_HEADLINES = {
    order_pb2.ORDER_STATE_UNSPECIFIED: mark("We have your order"),
    order_pb2.ORDER_STATE_AWAITING_PAYMENT: mark("We are waiting for your payment"),
    order_pb2.ORDER_STATE_CONFIRMED: mark("We have your order"),
    order_pb2.ORDER_STATE_IN_PREPARATION: mark("We are preparing your order"),
    order_pb2.ORDER_STATE_PARTLY_ON_ITS_WAY: mark("Part of your order is ready or on its way"),
    order_pb2.ORDER_STATE_ON_ITS_WAY: mark("Your order is on its way"),
    order_pb2.ORDER_STATE_COMPLETE: mark("Everything has reached you"),
    order_pb2.ORDER_STATE_RETURNED: mark("Everything has come back to us"),
    order_pb2.ORDER_STATE_CANCELLED: mark("Your order was cancelled"),
}


def headline(order: order_pb2.Order, reader: Reader) -> str:
    """Where the order as a whole is, without a full stop. What is held up is said first: bad news beats none."""
    if any(line.state == line_pb2.LINE_STATE_HELD_UP for line in order.lines):
        if len(order.lines) > 1:
            return reader.gettext("Something is holding up part of your order")
        return reader.gettext("Something is holding up your order")
    nothing_ships = all(line.kind != _PHYSICAL for line in order.lines)
    on_trial = any(line.state == line_pb2.LINE_STATE_TRIAL_RUNNING for line in order.lines)
    if nothing_ships and (
        order.state == order_pb2.ORDER_STATE_ON_ITS_WAY or (on_trial and order.state == order_pb2.ORDER_STATE_COMPLETE)
    ):
        return reader.gettext("Everything is ready for you")
    if nothing_ships and order.state == order_pb2.ORDER_STATE_PARTLY_ON_ITS_WAY:
        return reader.gettext("Part of your order is ready for you")
    return reader.gettext(_HEADLINES.get(order.state, _HEADLINES[order_pb2.ORDER_STATE_UNSPECIFIED]))


def parcel_label(order: order_pb2.Order, parcel: parcel_pb2.Parcel, reader: Reader) -> str:
    """``Your parcel``, or ``Parcel 1 of 2`` counted in the order in which they were announced."""
    ids = [other.parcel_id for other in order.parcels]
    if len(ids) < 2 or parcel.parcel_id not in ids:
        return reader.gettext("Your parcel")
    number = reader.language.number
    return reader.gettext(
        "Parcel %(number)s of %(count)s", number=number(ids.index(parcel.parcel_id) + 1), count=number(len(ids))
    )


def parcel_contents(order: order_pb2.Order, parcel: parcel_pb2.Parcel, reader: Reader) -> str:
    """What is in the parcel: ``2 × Atlas and Notebook``. Empty when its lines are not known."""
    named = {line.line_id: line.title for line in order.lines}
    contents = [times(one.quantity, named[one.line_id], reader) for one in parcel.lines if one.line_id in named]
    return titles(contents, reader) if contents else ""
