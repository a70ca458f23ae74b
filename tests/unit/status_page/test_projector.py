from dataclasses import replace

import pytest

from chassis.kafka import Record
from status_page.downloads.counters import Start, file_key
from status_page.projection.reading import MERCHANT_EVENTS, ORDER_EVENTS, Unreadable, read
from tests.fakes.status_page_site import Site, records_of
from tests.samples import merchants
from tests.samples.mixed import mixed_order
from wismo.events.v1 import merchant_event_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events


def test_a_batch_leaves_the_newest_of_each_order(site: Site) -> None:
    one, other = mixed_order("R-1"), mixed_order("R-2")
    site.projector.handle([record for pair in zip(records_of(one), records_of(other), strict=True) for record in pair])
    assert {name: row.sequence for name, row in site.orders.rows.items()} == {
        one.order.name: len(one.told),
        other.order.name: len(other.told),
    }


def test_repeats_and_old_events_change_nothing(site: Site) -> None:
    story = mixed_order()
    site.projector.handle(records_of(story))
    row = site.orders.rows[story.order.name]
    for at in (0, 3, len(story.told) - 1):
        site.projector.handle(records_of(story, [at]))
    assert site.orders.rows[story.order.name] == row


def test_the_merchant_with_the_higher_revision_stands_whichever_topic_says_so(site: Site) -> None:
    shop = merchants.lantern()
    shop.revision, shop.display_name = 5, "Lantern"
    event = merchant_event_pb2.MerchantEvent(subject=shop.name, merchant=shop)
    newer = Record(MERCHANT_EVENTS, shop.name.encode(), event.SerializeToString(), (), 0, 0)
    site.projector.handle([newer])
    site.projector.handle(records_of(mixed_order()))
    assert site.merchants.rows[shop.name].revision == 5


def test_a_merchant_that_was_compacted_away_is_kept(site: Site) -> None:
    site.projector.handle(records_of(mixed_order()))
    assert site.projector.handle([Record(MERCHANT_EVENTS, b"merchants/lantern", None)]) == []
    assert "merchants/lantern" in site.merchants.rows


def test_a_counted_download_brings_the_shown_count_forward(site: Site) -> None:
    """The page shows a copy of its counters. A crash before the copy is written is mended by the event that follows."""
    story = mixed_order()
    site.tell(story)
    name = story.order.name
    site.counters.start(Start(name, "atlas", "atlas-win", 1, 3, "someone"), site.clock.at)
    assert site.orders.rows[name].taken.counts == {}
    taken = events.DownloadTaken(line_id="atlas", file_id="atlas-win")
    story.tell(events.FulfilmentEvent(download_taken=taken))
    site.tell(story)
    assert site.orders.rows[name].taken.counts == {file_key("atlas", "atlas-win", 1): 1}


def poison() -> list[tuple[str, Record]]:
    good = mixed_order().told[0]
    key = good.subject.encode()

    def record(value: bytes | None, key: bytes | None = key, topic: str = ORDER_EVENTS) -> Record:
        return Record(topic, key, value, (), 0, 0)

    nameless, unnumbered, foreign = (type(good).FromString(good.SerializeToString()) for _ in range(3))
    nameless.order.ClearField("name")
    unnumbered.sequence = 0
    foreign.merchant.name = "merchants/severny"
    return [
        ("no protobuf", record(b"\xff\xff\xff")),
        ("no value", record(None)),
        ("empty", record(b"")),
        ("no name", record(nameless.SerializeToString())),
        ("no sequence", record(unnumbered.SerializeToString())),
        ("another merchant's brand", record(foreign.SerializeToString())),
        ("another order's key", record(good.SerializeToString(), b"merchants/lantern/orders/R-2")),
        ("no merchant event", record(b"\xff\xff", topic=MERCHANT_EVENTS)),
        ("a merchant without a name", record(b"", topic=MERCHANT_EVENTS)),
    ]


@pytest.mark.parametrize(("what", "record"), poison(), ids=[what for what, _ in poison()])
def test_a_record_that_can_never_be_read_is_set_aside_and_stops_no_other(site: Site, what: str, record: Record) -> None:
    good = mixed_order("R-9")
    rejected = site.projector.handle([record, *records_of(good)])
    assert [one.record for one in rejected] == [record]
    assert good.order.name in site.orders.rows
    with pytest.raises(Unreadable):
        read(record, site.lookup_keys)


def test_the_reason_of_a_dead_letter_holds_nothing_of_the_record(site: Site) -> None:
    for _, record in poison():
        [rejected] = site.projector.handle([record])
        assert "R-10042" not in rejected.reason
        assert "lantern" not in rejected.reason


def test_no_plain_contact_is_stored_outside_the_orders_own_bytes(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    row = replace(site.orders.rows[story.order.name], order=b"")
    assert "robin" not in repr(row)
    assert "YO1" not in repr(row)
