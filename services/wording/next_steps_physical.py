"""The next step of what is shipped or collected."""

from wismo.orders.v1 import line_pb2, order_pb2, parcel_pb2, tracking_pb2
from wording.amounts import quantity_of
from wording.carriers import carrier_name, delivered_to, exception_reason, waits_at
from wording.expected import expected_by
from wording.problems import open_problem
from wording.reader import Reader
from wording.step import Action, NextStep, nothing_to_do

_HELD_UP = frozenset(
    {
        tracking_pb2.TRACKING_STATUS_ON_HOLD,
        tracking_pb2.TRACKING_STATUS_DELAYED,
        tracking_pb2.TRACKING_STATUS_ATTEMPT_FAILED,
        tracking_pb2.TRACKING_STATUS_EXCEPTION,
        tracking_pb2.TRACKING_STATUS_EXPIRED,
    }
)


def physical(  # noqa: PLR0911  # One state, one answer: a table would only hide the arguments.
    order: order_pb2.Order, line: line_pb2.OrderLine, reader: Reader
) -> NextStep:
    """The next step of a physical line, for every state; pick-up is worded as such."""
    match line.state:
        case line_pb2.LINE_STATE_BACKORDERED:
            return _out_of_stock(line, reader)
        case line_pb2.LINE_STATE_PREPARING:
            return _being_packed(line, reader)
        case line_pb2.LINE_STATE_PARTLY_SHIPPED | line_pb2.LINE_STATE_SHIPPED | line_pb2.LINE_STATE_PARTLY_DELIVERED:
            return _on_its_way(order, line, reader)
        case line_pb2.LINE_STATE_OUT_FOR_DELIVERY:
            happens = reader.gettext("The courier brings it to you today.")
            return NextStep(
                happens, "", reader.gettext("If you can, see to it that somebody is there to take it."), "track"
            )
        case line_pb2.LINE_STATE_AVAILABLE_FOR_PICKUP:
            return _to_collect(order, line, reader)
        case line_pb2.LINE_STATE_HELD_UP:
            return _held_up(order, line, reader)
        case line_pb2.LINE_STATE_DELIVERED:
            return _delivered(order, line, reader)
        case line_pb2.LINE_STATE_RETURNING:
            happens = reader.gettext(
                "It is on its way back to us. When it arrives, we will tell you what happens next."
            )
            return NextStep(happens, "", nothing_to_do(reader))
        case line_pb2.LINE_STATE_RETURNED:
            happens = reader.gettext(
                "It is back with us. We will tell you as soon as the refund or replacement is on its way."
            )
            return NextStep(happens, "", nothing_to_do(reader))
        case _:
            return _received(line, reader)


def _received(line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    if line.pickup:
        happens = reader.gettext("We will get it ready and tell you as soon as you can collect it.")
        return NextStep(
            happens, expected_by(line.expected, reader), reader.gettext("Please wait for that message before you come.")
        )
    happens = reader.gettext("We will pack it and hand it to a carrier, and tell you at once where to follow it.")
    return NextStep(happens, expected_by(line.expected, reader), nothing_to_do(reader))


def _out_of_stock(line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    if 0 < line.backordered_quantity < line.quantity:
        part = quantity_of(line.backordered_quantity, line.quantity, reader)
        happens = reader.gettext("%(part)s are out of stock. We will send them as soon as they arrive here.", part=part)
    else:
        happens = reader.gettext("It is out of stock just now. We will send it as soon as it arrives here.")
    return NextStep(happens, expected_by(line.expected, reader), nothing_to_do(reader))


def _being_packed(line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    if line.pickup:
        return _received(line, reader)
    happens = reader.gettext("We are packing it. As soon as it leaves, we will tell you where to follow it.")
    return NextStep(happens, expected_by(line.expected, reader), nothing_to_do(reader))


def _on_its_way(order: order_pb2.Order, line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    parcels = [one for one in parcels_of(order, line) if one.status != tracking_pb2.TRACKING_STATUS_DELIVERED]
    rest_to_ship = 0 < line.shipped_quantity < line.quantity
    parcel = parcels[-1] if parcels else None
    carrier = carrier_name(parcel.carrier) if parcel else ""
    if rest_to_ship:
        part = quantity_of(line.shipped_quantity, line.quantity, reader)
        happens = reader.gettext(
            "%(part)s have left. The rest follows in another parcel; we will tell you when.", part=part
        )
    elif len(parcels) > 1:
        happens = reader.gettext("It comes in several parcels, which may arrive on different days.")
    elif carrier:
        happens = reader.gettext("%(carrier)s brings it to you.", carrier=carrier)
    else:
        happens = reader.gettext("The carrier brings it to you.")
    expected = parcel.expected if parcel and parcel.expected.HasField("latest") else line.expected
    can_track = any(one.tracking_url for one in parcels)
    return NextStep(happens, expected_by(expected, reader), nothing_to_do(reader), "track" if can_track else "")


def _to_collect(order: order_pb2.Order, line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    point = _pickup_point(order, line)
    happens = waits_at(point, reader) if point else reader.gettext("It is ready for you to collect.")
    if point and point.HasField("code"):
        you = reader.gettext("Please collect it. You need the pick-up code that is on your order page.")
    else:
        you = reader.gettext("Please collect it, and bring an identity document and your order number.")
    return NextStep(happens, "", you, "collect", must_act=True)


def _held_up(order: order_pb2.Order, line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    parcel = next((one for one in reversed(parcels_of(order, line)) if one.status in _HELD_UP), None)
    problem = open_problem(order, line)
    reason = parcel.reason if parcel else tracking_pb2.EXCEPTION_REASON_UNSPECIFIED
    if problem and reason == tracking_pb2.EXCEPTION_REASON_UNSPECIFIED:
        reason = problem.reason
    party = problem.acting_party if problem else tracking_pb2.ACTING_PARTY_UNSPECIFIED
    explained = exception_reason(reason, reader, party)
    # The shop's own words know more than any vocabulary.
    happens = problem.what_happened if problem and problem.what_happened else explained.what
    then = problem.what_we_do if problem and problem.what_we_do and not explained.buyer_must_act else explained.then
    expected = parcel.expected if parcel and parcel.expected.HasField("latest") else line.expected
    if parcel and parcel.HasField("next_attempt_at") and not reader.is_past(parcel.next_attempt_at):
        by = reader.gettext("The carrier will try again on %(day)s.", day=reader.day(parcel.next_attempt_at))
    else:
        by = expected_by(expected, reader)
    action: Action = "contact" if explained.buyer_must_act else "track" if parcel and parcel.tracking_url else ""
    return NextStep(happens, by, then, action, must_act=explained.buyer_must_act)


def _delivered(order: order_pb2.Order, line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    parcel = next((one for one in reversed(parcels_of(order, line)) if one.HasField("delivered_at")), None)
    you = reader.gettext("If anything is missing or broken, please tell us: we will put it right.")
    if line.pickup or parcel is None:
        happens = reader.gettext("You have it.") if line.pickup else reader.gettext("It was delivered.")
        return NextStep(happens, "", you, "contact")
    return NextStep(delivered_to(parcel.delivery_mode, parcel.received_by, reader), "", you, "contact")


def parcels_of(order: order_pb2.Order, line: line_pb2.OrderLine) -> list[parcel_pb2.Parcel]:
    """The parcels in which some of this line is, in the order in which they were announced."""
    return [one for one in order.parcels if any(part.line_id == line.line_id for part in one.lines)]


def _pickup_point(order: order_pb2.Order, line: line_pb2.OrderLine) -> parcel_pb2.PickupPoint | None:
    for collection in reversed(order.collections):
        if line.line_id in collection.line_ids and collection.HasField("pickup_point"):
            return collection.pickup_point
    for parcel in reversed(parcels_of(order, line)):
        if parcel.HasField("pickup_point"):
            return parcel.pickup_point
    return None
