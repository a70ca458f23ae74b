"""What of an order may be shown without its link: how far it is, and nothing that leads to its buyer.

The page is made from the redacted order by the same code as the full page: what is not copied here cannot slip through.
"""

from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2, order_pb2, parcel_pb2
from wording import line_kind
from wording.reader import Reader

_TOLD = frozenset(
    {
        events.CHANGE_KIND_ORDER_CREATED,
        events.CHANGE_KIND_PAYMENT_CHANGED,
        events.CHANGE_KIND_LINES_BACKORDERED,
        events.CHANGE_KIND_PACKING_STARTED,
        events.CHANGE_KIND_PARCEL_SHIPPED,
        events.CHANGE_KIND_PARCEL_PROGRESSED,
        events.CHANGE_KIND_RETURN_STARTED,
        events.CHANGE_KIND_RETURN_RECEIVED,
        events.CHANGE_KIND_READY_FOR_COLLECTION,
        events.CHANGE_KIND_COLLECTED,
        events.CHANGE_KIND_DOWNLOAD_READY,
        events.CHANGE_KIND_ACCESS_GRANTED,
        events.CHANGE_KIND_DELAY_ANNOUNCED,
        events.CHANGE_KIND_PROBLEM_REPORTED,
        events.CHANGE_KIND_PROBLEM_RESOLVED,
        events.CHANGE_KIND_LINES_CANCELLED,
    }
)
"""Changes that are progress. A kind to come is private until somebody decides otherwise."""


def redacted(order: order_pb2.Order, reader: Reader) -> order_pb2.Order:
    """A copy with only what is progress. Lines are called by how they come, not by what was bought."""
    copy = order_pb2.Order(
        name=order.name,
        reference=order.reference,
        state=order.state,
        payment_state=order.payment_state,
        sequence=order.sequence,
        lines=[_line(line, reader) for line in order.lines],
        parcels=[_parcel(parcel) for parcel in order.parcels],
        problems=[_problem(problem) for problem in order.problems],
        timeline=[_entry(entry) for entry in order.timeline if entry.kind in _TOLD],
    )
    for field in ("placed_at", "next_update_at"):
        if order.HasField(field):
            getattr(copy, field).CopyFrom(getattr(order, field))
    return copy


def _line(line: line_pb2.OrderLine, reader: Reader) -> line_pb2.OrderLine:
    copy = line_pb2.OrderLine()
    copy.CopyFrom(line)
    for field in ("sku", "price"):
        copy.ClearField(field)
    copy.title = line_kind(line, reader)
    return copy


def _parcel(parcel: parcel_pb2.Parcel) -> parcel_pb2.Parcel:
    copy = parcel_pb2.Parcel()
    copy.CopyFrom(parcel)
    for field in ("tracking_number", "tracking_url", "received_by", "pickup_point", "scans"):
        copy.ClearField(field)
    return copy


def _problem(problem: order_pb2.Problem) -> order_pb2.Problem:
    copy = order_pb2.Problem()
    copy.CopyFrom(problem)
    # The shop's own words may name anything, a depot near the buyer's home or what was bought.
    for field in ("what_happened", "what_we_do", "resolution"):
        copy.ClearField(field)
    return copy


def _entry(entry: order_pb2.TimelineEntry) -> order_pb2.TimelineEntry:
    copy = order_pb2.TimelineEntry()
    copy.CopyFrom(entry)
    copy.ClearField("note")
    return copy
