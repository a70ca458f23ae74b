"""`python -m notifier dead records|replay-records`: records of Kafka that could not be handled, and once more.

May run while notifiers run. A record is given to the same planner, over the same ledger, with nobody who sends in this
process: what it causes is entered as planned, and the notifiers send it. A message is entered once however often its
record is replayed. An older event than the newest that is known changes neither the stored order nor its watch; its
messages are entered, and the sender skips what is overtaken, with its reason. Of an order whose buyer was erased since,
the older event's data are taken out of the ledger again at once.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TextIO

from prometheus_client import CollectorRegistry

from chassis.kafka import BrokerUnavailable, Producer, Record, Rejected
from chassis.kafka.dead_records import DeadRecord, DeadRecords, Place
from chassis.kafka.reader import TopicReader
from chassis.mongo import connect, is_unavailable, trouble
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.measures import Measures
from notifier.planning.planner import Planner, Topics
from notifier.sending.ledger import Batch, Ledger
from notifier.settings import Settings
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1.order_pb2 import Order


def run(settings: Settings, action: str, place: str | None, *, topics: Topics | None = None) -> int:
    """List them, or replay one or (``place`` None) all of them; the exit code: 1 when anything did not go well, 2 for
    a place that is none.
    """
    topics = topics or Topics()
    try:
        wanted = Place.parse(place) if place is not None else None
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    with ExitStack() as stack:
        reader = stack.enter_context(TopicReader(settings.brokers, "notifier-dead-records"))
        producer = stack.enter_context(Producer(settings.brokers, "notifier-dead-records"))
        records = DeadRecords(reader, producer, topics.dead_letters, settings.group)
        try:
            if action == "records":
                return show(records)
            client = connect(settings.database_url, "notifier-dead")
            stack.callback(client.close)
            again = PlansAgain(MongoLedger(client, settings.database), topics)
            return replay(records, wanted, again, is_unavailable)
        except Exception as error:
            if not (isinstance(error, BrokerUnavailable) or is_unavailable(error)):
                raise
            why = f"Kafka: {error}" if isinstance(error, BrokerUnavailable) else f"database: {trouble(error)}"
            sys.stderr.write(f"{why}; what was not named as planned again waits as before\n")
            return 1


def show(records: DeadRecords, out: TextIO | None = None) -> int:
    """One line each: topic:partition:offset, when it died, whether the topic retains it, reason."""
    out = out or sys.stdout
    for dead in records.waiting():
        when = dead.at.isoformat(timespec="seconds") if dead.at is not None else "-"
        kept = "retained" if records.retained(dead) else "gone"
        out.write(f"{dead.place}\t{when}\t{kept}\t{dead.reason}\n")
    return 0


def replay(
    records: DeadRecords,
    wanted: Place | None,
    handle: Callable[[Sequence[Record]], Sequence[Rejected]],
    is_down: Callable[[Exception], bool],
    out: TextIO | None = None,
) -> int:
    """Replay one, or all; says of each what became of it. Of one key the older record comes first."""
    out = out or sys.stdout
    chosen: list[DeadRecord] = [dead for dead in records.waiting() if wanted in {None, dead.place}]
    if wanted is not None and not chosen:
        out.write(f"{wanted}\tis no dead record of this group, or was replayed before\n")
        return 1
    planned = 0
    for dead in chosen:
        replayed = records.replay(dead, handle, is_unavailable=is_down)
        planned += not replayed.trouble
        out.write(f"{dead.place}\t{replayed.trouble or 'planned again'}\n")
    out.write(f"{planned} of {len(chosen)} were planned again\n")
    return 0 if planned == len(chosen) else 1


class PlansAgain:
    """The notifier's planner for records whose time has passed. Handling one again changes nothing."""

    def __init__(self, ledger: Ledger, topics: Topics) -> None:
        self._ledger = ledger
        self._topics = topics
        # Nobody scrapes a command; the counts of the running notifiers stay what they are.
        self._planner = Planner(ledger, Measures(CollectorRegistry()), topics=topics)

    def __call__(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Plan what these cause; what can still not be handled. On return it is durable."""
        rejected = self._planner.handle(records)
        refused = [one.record for one in rejected]
        orders = {
            OrderEvent.FromString(record.value or b"").subject
            for record in records
            if record.topic != self._topics.merchants and record not in refused
        }
        # The ledger forgets an order's buyer when the erasure comes by, which may have been before this. Looked at
        # afterwards, so that an erasure that comes meanwhile finds our rows, or we find it.
        known = self._ledger.snapshots(sorted(orders))
        erased = [name for name, one in known.items() if Order.FromString(one.body).HasField("erase_time")]
        if erased:
            self._ledger.record(Batch(erased=sorted(erased)))
        return rejected
