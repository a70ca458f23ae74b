"""The newest fact that is known of an order: what is told when there is nothing else to tell."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2, parcel_pb2
from wording.carriers import tracking_status
from wording.reader import Reader, instant
from wording.timeline import timeline_entry

# What was only said, by the buyer or to the buyer, is no fact about where the order is.
_SAID = frozenset(
    {
        events.CHANGE_KIND_QUESTION_ASKED,
        events.CHANGE_KIND_QUESTION_ANSWERED,
        events.CHANGE_KIND_QUESTION_DELAYED,
        events.CHANGE_KIND_STILL_WITH_YOU,
        events.CHANGE_KIND_CHARGE_NOTICE_ACCEPTED,
        events.CHANGE_KIND_CONTACT_UPDATED,
        events.CHANGE_KIND_PREFERENCES_UPDATED,
        events.CHANGE_KIND_MESSAGE_BOUNCED,
        events.CHANGE_KIND_RESEND_REQUESTED,
    }
)


@dataclass(frozen=True, slots=True)
class Known:
    """A fact, without a full stop, and when it was so."""

    what: str
    when: datetime


def last_known(
    order: order_pb2.Order, reader: Reader, *, line_ids: Collection[str] = (), parcel_id: str = ""
) -> Known | None:
    """The newest fact of the timeline, about these lines or this parcel when they are named; None when there is none.

    Entries about the whole order are facts about every line.
    """
    for entry in sorted(order.timeline, key=lambda one: (instant(one.occurred_at), one.sequence), reverse=True):
        if entry.kind in _SAID or not _concerns(entry, line_ids, parcel_id):
            continue
        sentence = timeline_entry(entry, order, reader)
        if sentence is not None:
            return Known(sentence, instant(entry.occurred_at))
    return None


def last_scan(parcel: parcel_pb2.Parcel, reader: Reader) -> Known | None:
    """What the carrier last said of a parcel, with the place where it said so; None when it never said anything."""
    if not parcel.scans:
        return None
    scan = max(parcel.scans, key=lambda one: instant(one.occurred_at))
    what = tracking_status(scan.status, reader)
    if scan.location:
        what = reader.gettext("%(what)s (%(place)s)", what=what, place=scan.location)
    return Known(what, instant(scan.occurred_at))


def _concerns(entry: order_pb2.TimelineEntry, line_ids: Collection[str], parcel_id: str) -> bool:
    if parcel_id:
        return entry.parcel_id == parcel_id
    return not line_ids or not entry.line_ids or any(one in line_ids for one in entry.line_ids)
