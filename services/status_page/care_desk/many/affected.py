"""Which lines of an order a job is about, and in which of its languages the buyer is told."""

from status_page.care_desk.many.jobs import Job
from status_page.lookup.keys import folded
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2


def event_for(job: Job, order: bytes, locale: str) -> events.FulfilmentEvent:
    """The event for one order: in the buyer's language where the job has it, about the lines that are affected."""
    event = events.FulfilmentEvent.FromString(job.texts.get(primary(locale)) or job.texts[""])
    lines = affected_lines(job.by, job.value, order_pb2.Order.FromString(order))
    trouble = event.delay_announced if event.HasField("delay_announced") else event.problem_reported
    del trouble.line_ids[:]
    trouble.line_ids.extend(lines)
    return event


def affected_lines(by: str, value: str, order: order_pb2.Order) -> tuple[str, ...]:
    """The lines, by their identities; none means the whole order."""
    wanted = folded(value)
    match by:
        case "carrier":
            parcels = (parcel for parcel in order.parcels if folded(parcel.carrier) == wanted)
            found = [one.line_id for parcel in parcels for one in parcel.lines]
        case "sku":
            found = [line.line_id for line in order.lines if folded(line.sku) == wanted]
        case "title":
            found = [line.line_id for line in order.lines if folded(line.title)[:120] == wanted[:120]]
        case _:
            found = []
    chosen = dict.fromkeys(found)
    return () if len(chosen) == len(order.lines) else tuple(chosen)


def primary(locale: str) -> str:
    """The language of a locale without its region."""
    return locale.replace("_", "-").partition("-")[0].lower()
