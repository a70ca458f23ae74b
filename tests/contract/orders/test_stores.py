"""One behaviour for the stores of the orders service, in memory and in the real database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from orders.use_cases.outbox import SHARDS, row_id
from orders.use_cases.ports import (
    KeyRecord,
    MerchantRecord,
    OrderBody,
    OrderQuery,
    StoreConflict,
)
from orders.use_cases.stored import OutboxRow
from tests.contract.orders.stores import Stores, created, write
from tests.fakes.orders_parts import MERCHANT, NOW, create, folded, record


async def test_what_was_written_is_found_whole(stores: Stores) -> None:
    (order,) = await created(stores, "R-1")
    assert await stores.orders.find(order.key) == order
    assert await stores.orders.find("merchants/lantern/orders/none") is None
    assert await stores.orders.body(order.key) == OrderBody(order.order.name, order.body)
    assert await stores.orders.body("merchants/lantern/orders/none") is None


async def test_order_log_and_outbox_are_written_together(stores: Stores) -> None:
    (order,) = await created(stores, "R-1")
    _, changes = folded([record("One.", "n1"), record("Two.", "n2")], {order.key: order})
    await write(stores.orders, changes)
    assert await stores.orders.find(order.key) == changes.replaced[0]
    assert [sequence for sequence, _ in await stores.orders.history(order.key)] == [1, 2, 3]
    rows = await stores.outbox.read(0, SHARDS - 1, "", 10)
    assert [row.event_id for row in rows] == [f"{order.order.name}#{sequence}" for sequence in (1, 2, 3)]
    assert rows[1:] == list(changes.outbox)


async def test_a_block_that_fails_writes_nothing(stores: Stores) -> None:
    _, changes = folded([create()])
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  # It is the block that fails.
        async with stores.orders.transaction() as transaction:
            await transaction.read({changes.created[0].key: 0})
            await transaction.write(changes)
            raise ZeroDivisionError
    assert await stores.orders.find(changes.created[0].key) is None
    assert await stores.outbox.read(0, SHARDS - 1, "", 10) == []


async def test_reading_tells_only_what_is_not_known(stores: Stores) -> None:
    one, other = await created(stores, "R-1", "R-2")
    async with stores.orders.transaction() as transaction:
        found = await transaction.read({one.key: 1, other.key: 0, "merchants/lantern/orders/none": 0})
    assert found == {other.key: other, "merchants/lantern/orders/none": None}


async def test_an_order_that_is_known_wrongly_is_told(stores: Stores) -> None:
    (order,) = await created(stores, "R-1")
    async with stores.orders.transaction() as transaction:
        found = await transaction.read({order.key: 7, "merchants/lantern/orders/gone": 3})
    assert found == {order.key: order, "merchants/lantern/orders/gone": None}


async def test_of_two_that_change_one_order_the_second_is_refused(stores: Stores) -> None:
    (order,) = await created(stores, "R-1")
    _, mine = folded([record("Mine.", "n1")], {order.key: order})
    _, theirs = folded([record("Theirs.", "n2")], {order.key: order})
    with pytest.raises(StoreConflict):  # noqa: PT012  # The block's end may be what raises.
        async with stores.orders.transaction() as transaction:
            await transaction.read({order.key: 1})
            await write(stores.other, theirs, {order.key: 1})
            await transaction.write(mine)
    assert await stores.orders.find(order.key) == theirs.replaced[0]
    assert [sequence for sequence, _ in await stores.orders.history(order.key)] == [1, 2]


async def test_of_two_that_create_one_order_the_second_is_refused(stores: Stores) -> None:
    _, mine = folded([create(body="mine")])
    _, theirs = folded([create(body="theirs")])
    with pytest.raises(StoreConflict):  # noqa: PT012  # The block's end may be what raises.
        async with stores.orders.transaction() as transaction:
            await transaction.read({mine.created[0].key: 0})
            await write(stores.other, theirs)
            await transaction.write(mine)
    assert await stores.orders.find(mine.created[0].key) == theirs.created[0]


async def test_after_a_conflict_the_store_goes_on(stores: Stores) -> None:
    await test_of_two_that_create_one_order_the_second_is_refused(stores)
    assert await created(stores, "R-2")


async def test_a_page_is_in_order_of_change_and_goes_on_where_it_ended(stores: Stores) -> None:
    _, changes = folded([create(f"R-{number}") for number in range(5)])
    moved = [
        replace(order, order=replace(order.order, update_time=NOW + timedelta(seconds=-number)))
        for number, order in enumerate(changes.created)
    ]
    await write(stores.orders, replace(changes, created=tuple(moved)))
    first = await stores.orders.page(OrderQuery(MERCHANT.name, 3))
    rest = await stores.orders.page(OrderQuery(MERCHANT.name, 3, after=first[-1].place))
    assert [row.place[1][-3:] for row in (*first, *rest)] == ["r-4", "r-3", "r-2", "r-1", "r-0"]
    assert await stores.orders.page(OrderQuery("merchants/other", 3)) == []


async def test_kept_changes_can_be_replaced(stores: Stores) -> None:
    (order,) = await created(stores, "R-1")
    await stores.orders.redact(order.key, {1: b"clean"})
    assert await stores.orders.history(order.key) == [(1, b"clean")]


async def test_published_rows_are_gone_and_the_others_stay(stores: Stores) -> None:
    await created(stores, "R-1", "R-2", "R-3")
    rows = await stores.outbox.read(0, SHARDS - 1, "", 10)
    assert (await stores.outbox.backlog()).rows == 3
    await stores.outbox.delete([rows[1].id])
    assert await stores.outbox.read(0, SHARDS - 1, "", 10) == [rows[0], rows[2]]
    assert await stores.outbox.read(0, SHARDS - 1, rows[0].id, 10) == [rows[2]]
    assert await stores.outbox.read(0, SHARDS - 1, "", 1) == [rows[0]]


async def test_rows_are_read_by_shard(stores: Stores) -> None:
    await created(stores, *(f"R-{number}" for number in range(30)))
    by_shard = [await stores.outbox.read(shard, shard, "", 100) for shard in range(SHARDS)]
    assert all(row.shard == shard for shard, rows in enumerate(by_shard) for row in rows)
    assert sum(map(len, by_shard)) == 30


async def test_the_feed_tells_what_is_committed_from_now_on(stores: Stores) -> None:
    await created(stores, "R-1")
    async with stores.feed.follow() as rows:
        (order,) = await created(stores, "R-2")
        row = await asyncio.wait_for(anext(rows), 5)
        # Told although it is gone: the relay may have been faster.
        assert await stores.outbox.delete([row.id, "00/none#00000001"]) == 1
        assert row.key == order.order.name
        _, changes = folded([record("One.", "n1", "R-2")], {order.key: order})
        await write(stores.orders, changes)
        assert await asyncio.wait_for(anext(rows), 5) == changes.outbox[0]


async def test_a_merchant_changes_one_revision_at_a_time_with_its_row(stores: Stores) -> None:
    def row(revision: int) -> OutboxRow:
        return OutboxRow(row_id("merchants/m", revision), "topic", "merchants/m", f"m#{revision}", "type", NOW, b"")

    await stores.merchants.put(MerchantRecord("merchants/m", 1, b"one"), row(1))
    await stores.merchants.put(MerchantRecord("merchants/m", 2, b"two"), row(2))
    for revision in (1, 2, 4):
        with pytest.raises(StoreConflict):
            await stores.merchants.put(MerchantRecord("merchants/m", revision, b"bad"), row(revision))
    assert await stores.merchants.find("merchants/m") == MerchantRecord("merchants/m", 2, b"two")
    assert await stores.merchants.find("merchants/none") is None
    assert [one.event_id for one in await stores.outbox.read(0, SHARDS - 1, "", 10)] == ["m#1", "m#2"]


async def test_a_merchant_that_is_restored_tells_nobody_and_never_replaces_a_newer_one(stores: Stores) -> None:
    three, two = MerchantRecord("merchants/m", 3, b"three"), MerchantRecord("merchants/m", 2, b"two")
    assert await stores.merchants.restore(two)
    assert await stores.merchants.restore(three)
    assert not await stores.merchants.restore(two)
    assert not await stores.merchants.restore(three)
    assert await stores.merchants.find("merchants/m") == three
    assert await stores.outbox.read(0, SHARDS - 1, "", 10) == []


async def test_merchants_are_paged_by_name(stores: Stores) -> None:
    for number in range(5):
        name = f"merchants/m{number}"
        row = OutboxRow(row_id(name, 1), "topic", name, f"{name}#1", "type", NOW, b"")
        await stores.merchants.put(MerchantRecord(name, 1, b""), row)
    assert [one.name[-2:] for one in await stores.merchants.page("", 3)] == ["m0", "m1", "m2"]
    assert [one.name[-2:] for one in await stores.merchants.page("merchants/m2", 3)] == ["m3", "m4"]


async def test_keys_are_found_by_hash_listed_by_age_and_revoked_once(stores: Stores) -> None:
    keys = [
        KeyRecord(f"hash{n}", f"merchants/m/apiKeys/k{n}", "merchants/m", "one", 1, NOW + timedelta(seconds=n))
        for n in range(3)
    ]
    for key in reversed(keys):
        await stores.keys.add(key)
    assert await stores.keys.find("hash1") == keys[1]
    assert await stores.keys.find("none") is None
    assert await stores.keys.of("merchants/m") == keys
    assert await stores.keys.of("merchants/other") == []
    revoked = await stores.keys.revoke(keys[1].name, NOW)
    assert revoked == replace(keys[1], revoked=NOW)
    assert await stores.keys.revoke(keys[1].name, NOW + timedelta(hours=1)) == revoked
    assert await stores.keys.revoke("merchants/m/apiKeys/none", NOW) is None
