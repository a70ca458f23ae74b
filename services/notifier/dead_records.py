"""`python -m notifier dead records|replay-records`: records of Kafka that could not be handled, and once more.

May run while notifiers run. A record is given to the same planner, over the same ledger, with nobody who sends in this
process: what it causes is entered as planned, and the notifiers send it. A message is entered once however often its
record is replayed. An older event than the newest that is known changes neither the stored order nor its watch; its
messages are entered, and the sender skips what is overtaken, with its reason. Of an order whose buyer was erased since,
the older event's data are taken out of the ledger again at once.
"""

from collections.abc import Sequence
from contextlib import ExitStack

from prometheus_client import CollectorRegistry

from chassis.kafka.dead_commands import Consumer
from chassis.kafka.dead_commands import run as run_command
from chassis.kafka.records import Record, Rejected
from chassis.mongo import connect, is_unavailable, trouble
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.measures import Measures
from notifier.planning.planner import Planner, Topics
from notifier.sending.ledger import Batch, Ledger
from notifier.settings import Settings
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1.order_pb2 import Order


def run(settings: Settings, action: str, place: str | None, *, topics: Topics | None = None) -> int:
    """List them, or replay one or (``place`` None) all of them; the exit code."""
    topics = topics or Topics()
    with ExitStack() as stack:

        def planner() -> "PlansAgain":
            client = connect(settings.database_url, "notifier-dead")
            stack.callback(client.close)
            return PlansAgain(MongoLedger(client, settings.database), topics)

        notifier = Consumer(settings.group, topics.dead_letters, planner, is_unavailable, trouble, "planned again")
        return run_command(settings.brokers, notifier, action, place)


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
