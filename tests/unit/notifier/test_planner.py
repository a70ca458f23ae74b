"""The handler of the poll loop: what it stores, and what it sets aside."""

from collections.abc import Mapping
from datetime import timedelta

from prometheus_client import CollectorRegistry

from chassis.kafka import Record
from notifier.measures import Measures
from notifier.planning.planner import Planner
from notifier.sending.ledger import Recorded
from notifier.sending.rows import Snapshot
from tests.fakes.in_memory_ledger import InMemoryLedger
from tests.samples import merchants, mixed
from tests.samples.story import stamp
from wismo.events.v1.merchant_event_pb2 import MerchantEvent
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1.merchant_pb2 import Merchant

TOPIC, MERCHANTS = "wismo.order-events.v1", "wismo.merchant-events.v1"


class Planning:
    """A planner with a ledger of its own."""

    def __init__(self) -> None:
        self.ledger = InMemoryLedger()
        self.registry = CollectorRegistry()
        self.woken = 0
        self.planner = Planner(self.ledger, Measures(self.registry), senders=self)

    def handle(self, *records: Record) -> list[str]:
        return [rejected.reason for rejected in self.planner.handle(records)]

    lease = timedelta(seconds=30)

    def room(self) -> int:
        return 0

    def take(self, recorded: Recorded, snapshots: Mapping[str, Snapshot]) -> None:
        raise AssertionError

    def wake(self) -> None:
        self.woken += 1


def record(event: OrderEvent) -> Record:
    return Record(TOPIC, event.subject.encode(), event.SerializeToString())


def test_a_batch_is_stored_with_the_newest_order_and_merchant() -> None:
    planning, story = Planning(), mixed.mixed_order()
    assert planning.handle(*(record(event) for event in story.told[:3])) == []
    assert len(planning.ledger.rows) == 3
    snapshot = planning.ledger.snapshots([story.order.name])[story.order.name]
    assert (snapshot.sequence, snapshot.merchant) == (3, "merchants/lantern")
    assert planning.woken == 1


def test_redelivery_changes_nothing_and_wakes_nobody() -> None:
    planning, story = Planning(), mixed.mixed_order()
    planning.handle(record(story.told[0]))
    planning.handle(record(story.told[0]))
    assert (len(planning.ledger.rows), planning.woken) == (1, 1)


def test_what_can_never_be_read_is_set_aside_and_the_rest_is_planned() -> None:
    planning, story = Planning(), mixed.mixed_order()
    foreign = OrderEvent.FromString(story.told[1].SerializeToString())
    foreign.merchant.name = "merchants/other"
    nameless = OrderEvent(sequence=1)
    reasons = planning.handle(
        Record(TOPIC, b"key", b"\xff\xff\xff"),
        record(story.told[0]),
        Record(TOPIC, b"another order", story.told[0].SerializeToString()),
        record(foreign),
        record(nameless),
        Record(MERCHANTS, b"key", b"\xff\xff\xff"),
    )
    assert reasons == [
        "the value is no OrderEvent",
        "the key is not the order's name",
        "the order is not the merchant's",
        "the event names no order or no sequence",
        "the value is no MerchantEvent",
    ]
    assert len(planning.ledger.rows) == 1


def test_a_merchant_event_replaces_an_older_merchant() -> None:
    planning, story = Planning(), mixed.mixed_order()
    changed = merchants.lantern()
    changed.revision, changed.display_name = 7, "Lantern & Daughters"
    planning.handle(Record(MERCHANTS, changed.name.encode(), MerchantEvent(merchant=changed).SerializeToString()))
    planning.handle(record(story.told[0]))
    stored = Merchant.FromString(planning.ledger.merchants([changed.name])[changed.name])
    assert stored.display_name == "Lantern & Daughters"


def test_a_tombstone_of_a_merchant_is_nothing_to_do() -> None:
    assert Planning().handle(Record(MERCHANTS, b"merchants/gone", None)) == []


def test_erasing_a_buyer_takes_what_was_told_out_of_the_ledger() -> None:
    planning, story = Planning(), mixed.mixed_order()
    planning.handle(*(record(event) for event in story.told))
    erased = story.tell(events.FulfilmentEvent(buyer_erased=events.BuyerErased()))
    erased.order.erase_time.CopyFrom(stamp(erased.time.ToDatetime()))
    planning.handle(record(erased))
    assert {row.change for row in planning.ledger.rows.values()} == {b""}


def test_what_is_not_told_is_counted_with_its_reason() -> None:
    planning, story = Planning(), mixed.mixed_order()
    planning.handle(record(story.told[4]))
    labels = {
        "kind": "parcel_progressed",
        "channel": "email",
        "outcome": "not_told",
        "reason": "the merchant does not want this milestone told",
    }
    assert planning.registry.get_sample_value("wismo_notifier_messages_total", labels) == 1


def test_no_secret_is_ever_open_in_the_ledger() -> None:
    planning, story = Planning(), mixed.mixed_order()
    planning.handle(*(record(event) for event in story.told))
    stored = repr(planning.ledger.rows).encode() + b"".join(row.change for row in planning.ledger.rows.values())
    assert mixed.ACCESS_CODE.encode() not in stored
    assert mixed.LICENCE_KEY.encode() not in stored
