"""The stores of the orders service over one database, in memory and in the real one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chassis.mongo import connect_async, ensure_indexes_async
from orders.adapters.mongo_merchants import MongoKeys, MongoMerchants
from orders.adapters.mongo_orders import MongoOrders
from orders.adapters.mongo_outbox import MongoOutbox
from orders.adapters.mongo_sessions import GroupSessions
from orders.adapters.mongo_transits import MongoTransits
from orders.adapters.schema import COLLECTIONS
from orders.use_cases.learning import TransitStore
from orders.use_cases.ports import (
    KeyStore,
    MerchantStore,
    OrderStore,
    OutboxFeed,
)
from orders.use_cases.relaying import Outbox
from orders.use_cases.stored import Changes, StoredOrder
from tests.fakes.orders_parts import StandingClock, create, folded
from tests.fakes.orders_stores import (
    InMemoryDatabase,
    InMemoryKeys,
    InMemoryMerchants,
    InMemoryOrders,
    InMemoryOutbox,
    InMemoryTransits,
)


@dataclass
class Stores:
    """All of them, over the same database; `other` is a second process'."""

    orders: OrderStore
    other: OrderStore
    merchants: MerchantStore
    keys: KeyStore
    outbox: Outbox
    feed: OutboxFeed
    transits: TransitStore


@asynccontextmanager
async def in_memory() -> AsyncIterator[Stores]:
    database = InMemoryDatabase()
    outbox = InMemoryOutbox(database)
    orders = InMemoryOrders(database)
    yield Stores(
        orders,
        InMemoryOrders(database),
        InMemoryMerchants(database),
        InMemoryKeys(),
        outbox,
        outbox,
        InMemoryTransits(database),
    )


@asynccontextmanager
async def in_mongo(url: str, name: str) -> AsyncIterator[Stores]:
    client = connect_async(url, "contract")
    await ensure_indexes_async(client[name], COLLECTIONS)
    outbox = MongoOutbox(client, name, StandingClock())
    one, other = (MongoOrders(client, name, GroupSessions(client, name, owner)) for owner in ("one", "other"))
    merchants, keys, transits = MongoMerchants(client, name), MongoKeys(client, name), MongoTransits(client, name)
    yield Stores(one, other, merchants, keys, outbox, outbox, transits)
    await asyncio.sleep(0.6)  # A change stream ends by itself, within one wait of the server.
    await client.close()


async def write(store: OrderStore, changes: Changes, known: dict[str, int] | None = None) -> None:
    async with store.transaction() as transaction:
        await transaction.read(known or {order.key: 0 for order in (*changes.created, *changes.replaced)})
        await transaction.write(changes)


async def created(stores: Stores, *references: str) -> list[StoredOrder]:
    _, changes = folded([create(reference) for reference in references])
    await write(stores.orders, changes)
    return list(changes.created)
