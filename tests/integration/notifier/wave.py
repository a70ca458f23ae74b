"""A wave of due obligations: many orders whose buyers have heard nothing for nearly as long as they may."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from chassis.kafka import Record
from chassis.mongo import connect
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.measures import Measures
from notifier.planning.planner import Planner
from notifier.sending.rows import Sent, Settlement
from tests.samples import merchants, mixed
from tests.samples.story import Story, stamp
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events

# The merchant's limit is 24 hours and the watchdog speaks before it: this long after the last word all of it is due.
SILENT = timedelta(hours=23, minutes=40)


def ordered(reference: str, email: str, at: datetime) -> OrderEvent:
    """The creation of an order that promises nothing for a date."""
    merchant = merchants.lantern()
    order = mixed.new_order(merchant, reference, email)
    for line in order.lines:
        line.ClearField("expected")
        line.ClearField("first_expected")
    story = Story(merchant, order)
    order.placed_at.CopyFrom(stamp(at))
    order.create_time.CopyFrom(stamp(at))
    story._moment = at
    return story.tell(events.FulfilmentEvent(order_created=events.OrderCreated()))


def prepare(mongo_url: str, database: str, buyers: Sequence[str], *, silent: timedelta = SILENT) -> list[str]:
    """Orders of these buyers, their arrival acknowledged so long ago; their names."""
    then = datetime.now(UTC) - silent
    client = connect(mongo_url, "wave")
    try:
        ledger = MongoLedger(client, database, now=lambda: then)
        ledger.prepare()
        planner = Planner(ledger, Measures(CollectorRegistry()))
        told = [ordered(f"R-{number}", buyer, then) for number, buyer in enumerate(buyers)]
        for begin in range(0, len(told), 200):
            batch = told[begin : begin + 200]
            planner.handle([Record("wismo.order-events.v1", e.subject.encode(), e.SerializeToString()) for e in batch])
            while claims := ledger.exchange((), 200, timedelta(minutes=5)).claims:
                ledger.exchange([Settlement(one.row.id, one.token, Sent()) for one in claims], 0, timedelta(minutes=5))
        return [event.subject for event in told]
    finally:
        client.close()
