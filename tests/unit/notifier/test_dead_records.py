"""The commands for records that could not be handled: what they say, and what a replayed record does to the ledger."""

from io import StringIO

from chassis.kafka import Record, Rejected, dead_letter_headers
from chassis.kafka.dead_commands import Consumer, replay, show
from chassis.kafka.dead_records import DeadRecords, Place
from notifier.dead_records import PlansAgain
from notifier.planning.kinds import MessageKind
from notifier.planning.planner import Topics
from notifier.sending.rows import Row
from notifier.sending.worth import tellings_of
from tests.fakes.in_memory_ledger import InMemoryLedger
from tests.fakes.in_memory_topics import InMemoryTopics
from tests.samples import merchants, mixed
from tests.samples.story import stamp
from wismo.events.v1.merchant_event_pb2 import MerchantEvent
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1.order_pb2 import Order

TOPICS, GROUP = Topics(), "notifier"


class Desk:
    """The topics, a ledger, and somebody who types the commands."""

    def __init__(self) -> None:
        self.topics = InMemoryTopics()
        self.ledger = InMemoryLedger()
        self.again = PlansAgain(self.ledger, TOPICS)
        self.records = DeadRecords(self.topics, self.topics, TOPICS.dead_letters, GROUP)

    def dies(self, record: Record, reason: str = "handler raised KeyError") -> Place:
        """As if the version that met the record could not handle it."""
        lies = self.topics.put(record)
        headers = dead_letter_headers(Rejected(lies, reason), GROUP)
        self.topics.publish(Record(TOPICS.dead_letters, lies.key, b"", headers))
        return Place(lies.topic, lies.partition, lies.offset)

    def listed(self) -> list[list[str]]:
        out = StringIO()
        assert show(self.records, out) == 0
        return [line.split("\t") for line in out.getvalue().splitlines()]

    def replays(self, place: Place | None = None) -> tuple[int, list[str]]:
        out = StringIO()
        notifier = Consumer(GROUP, TOPICS.dead_letters, lambda: self.again, lambda _: False, str, "planned again")
        code = replay(self.records, place, notifier, out)
        return code, out.getvalue().splitlines()


def record(event: OrderEvent) -> Record:
    return Record(TOPICS.orders, event.subject.encode(), event.SerializeToString())


def poison(event: OrderEvent) -> Record:
    return Record(TOPICS.orders, event.subject.encode(), b"\xff\xff")


def row_of(ledger: InMemoryLedger, kind: MessageKind) -> Row:
    (row,) = (row for row in ledger.rows.values() if row.kind is kind)
    return row


def test_each_dead_record_is_one_line() -> None:
    desk, story = Desk(), mixed.mixed_order()
    desk.dies(record(story.told[0]))
    desk.topics.let_go(desk.topics.put(record(story.told[1])))
    desk.dies(poison(story.told[0]), "the value is no OrderEvent")
    when = "2026-11-20T09:00:00+00:00"
    assert desk.listed() == [
        ["wismo.order-events.v1:0:0", when, "gone", "handler raised KeyError"],
        ["wismo.order-events.v1:0:2", when, "retained", "the value is no OrderEvent"],
    ]


def test_a_replayed_record_is_planned_once_and_no_longer_listed() -> None:
    desk, story = Desk(), mixed.mixed_order()
    place = desk.dies(record(story.told[0]))
    assert desk.replays(place) == (0, [f"{place}\tplanned again", "1 of 1 were planned again"])
    assert len(desk.ledger.rows) == 1
    assert desk.listed() == []
    assert desk.replays(place) == (1, [f"{place}\tis no dead record of this group, or was replayed before"])
    assert desk.replays() == (0, ["0 of 0 were planned again"])


def test_each_record_says_what_became_of_it_and_one_that_failed_is_an_error() -> None:
    desk, story = Desk(), mixed.mixed_order()
    gone = desk.dies(record(story.told[0]))
    desk.topics.let_go(desk.topics.put(record(story.told[0])))
    good, bad = desk.dies(record(story.told[1])), desk.dies(poison(story.told[1]))
    code, said = desk.replays()
    assert code == 1
    assert said == [
        f"{gone}\tno longer in the topic",
        f"{good}\tplanned again",
        f"{bad}\tstill cannot be handled: the value is no OrderEvent",
        "1 of 3 were planned again",
    ]
    assert [line[0] for line in desk.listed()] == [str(gone), str(bad)]


def test_replaying_what_was_handled_meanwhile_changes_nothing() -> None:
    """Somebody set the group back as well, or two replay at once."""
    desk, story = Desk(), mixed.mixed_order()
    desk.again([record(event) for event in story.told])
    before = dict(desk.ledger.rows)
    desk.dies(record(story.told[3]))
    assert desk.replays()[0] == 0
    assert desk.ledger.rows == before


def test_an_older_event_leaves_the_newest_order_as_it_is_and_is_skipped_where_overtaken() -> None:
    desk, story = Desk(), mixed.mixed_order()
    # "Shipped" was missed, and the parcel is delivered by now.
    desk.again([record(event) for event in story.told if event.sequence != 4])
    newest = desk.ledger.snapshots([story.order.name])[story.order.name]
    desk.dies(record(story.told[3]))
    assert desk.replays()[0] == 0
    assert desk.ledger.snapshots([story.order.name])[story.order.name] == newest
    late = row_of(desk.ledger, MessageKind.SHIPPED)
    order = Order.FromString(newest.body)
    assert tellings_of(late, order, story.merchant) == ([], "a later message says where the parcel is")


def test_an_older_thing_done_is_told_however_late() -> None:
    desk, story = Desk(), mixed.mixed_order()
    desk.again([record(event) for event in story.told if event.sequence != 2])
    desk.dies(record(story.told[1]))
    assert desk.replays()[0] == 0
    order = Order.FromString(desk.ledger.snapshots([story.order.name])[story.order.name].body)
    (telling,), obsolete = tellings_of(row_of(desk.ledger, MessageKind.DOWNLOAD_READY), order, story.merchant)
    assert (telling.kind, obsolete) == (MessageKind.DOWNLOAD_READY, "")


def test_an_older_event_of_an_erased_buyer_leaves_nothing_of_them_in_the_ledger() -> None:
    desk, story = Desk(), mixed.mixed_order()
    erased = story.tell(events.FulfilmentEvent(buyer_erased=events.BuyerErased()))
    erased.order.erase_time.CopyFrom(stamp(erased.time.ToDatetime()))
    desk.again([record(erased)])
    desk.dies(record(story.told[0]))
    assert desk.replays()[0] == 0
    row = row_of(desk.ledger, MessageKind.ORDER_RECEIVED)
    assert row.change == b""
    order = Order.FromString(desk.ledger.snapshots([story.order.name])[story.order.name].body)
    assert tellings_of(row, order, story.merchant) == ([], "the buyer's data was erased")


def test_a_merchants_dead_record_is_replayed_too_and_an_older_one_is_dropped() -> None:
    desk = Desk()
    older, newer = merchants.lantern(), merchants.lantern()
    older.revision, newer.revision, newer.display_name = 7, 8, "Lantern & Daughters"
    for shop in (newer, older):
        value = MerchantEvent(merchant=shop).SerializeToString()
        desk.dies(Record(TOPICS.merchants, shop.name.encode(), value))
    assert desk.replays()[0] == 0
    assert desk.ledger.merchants([newer.name])[newer.name] == newer.SerializeToString()
