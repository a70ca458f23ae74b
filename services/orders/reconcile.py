"""`python -m orders reconcile`: a restored database learns from the topics what was recorded since its backup."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TextIO

from pymongo import AsyncMongoClient

from chassis.clock import SystemClock
from chassis.kafka import Record
from chassis.kafka.stretch import Stretch
from chassis.mongo import Document, connect_async, ensure_indexes_async
from orders.adapters import schema
from orders.adapters.mongo_leases import MongoShardLeases
from orders.adapters.mongo_merchants import MongoMerchants
from orders.adapters.mongo_orders import MongoOrders
from orders.adapters.mongo_outbox import MongoOutbox
from orders.adapters.mongo_sessions import GroupSessions
from orders.adapters.redaction import redacted
from orders.adapters.told_events import NotOurs, read_event, read_merchant
from orders.bootstrap import owner_name
from orders.settings import Settings
from orders.use_cases.outbox import MERCHANT_EVENTS, ORDER_EVENTS
from orders.use_cases.reconciling import Reconciled, Reconciliation, Told

# Clocks differ, and the relay takes a moment; what is read twice changes nothing.
MARGIN = timedelta(minutes=10)
# Longer than a relay's lease.
_LEASES_RUN_OUT = 8.0
_BATCH = 250
_SHOWN = 10
_SAY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator asks for. `backup` is when the backup was taken, or earlier."""

    backup: datetime
    accept_gaps: bool = False


async def reconcile(settings: Settings, asked: Asked, out: TextIO = sys.stderr) -> int:
    """Read the topics from the backup on and write what the database does not know. The exit status: 0 when the
    database then has all that the topics tell, 1 when something is left for the operator, who is told what.

    Raises BrokerUnavailable or StoreUnavailable; run it again then, as often as you like.
    """
    client = connect_async(settings.database_url, "orders-reconcile", timeout=10.0)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(client.close)
        leases = MongoShardLeases(client[settings.database][schema.LEASES], "reconcile", timedelta(seconds=6))
        if await _is_held(leases):
            out.write("A relay still renews its leases: stop orders and relay first. Nothing was changed.\n")
            return 1
        await ensure_indexes_async(client[settings.database], schema.COLLECTIONS)
        work = _parts(settings, client, accept_gaps=asked.accept_gaps)
        unreadable = await _read(settings, asked, work, out)
    return report(work.done, unreadable, out)


async def _is_held(leases: MongoShardLeases) -> bool:
    """Whether a relay lives. What one held when the backup was taken, or when it was killed, runs out meanwhile."""
    give_up = time.monotonic() + _LEASES_RUN_OUT
    while await leases.held():
        if time.monotonic() > give_up:
            return True
        await asyncio.sleep(0.5)
    return False


def _parts(settings: Settings, client: AsyncMongoClient[Document], *, accept_gaps: bool) -> Reconciliation:
    sessions = GroupSessions(client, settings.database, owner_name(None))
    return Reconciliation(
        MongoOrders(client, settings.database, sessions),
        MongoMerchants(client, settings.database),
        MongoOutbox(client, settings.database, SystemClock()),
        redacted,
        Reconciled(gaps_accepted=accept_gaps),
    )


async def _read(settings: Settings, asked: Asked, work: Reconciliation, out: TextIO) -> int:
    """Both topics to their ends. How many records were none of ours."""
    unreadable = 0
    with await asyncio.to_thread(Stretch, settings.brokers, [MERCHANT_EVENTS]) as merchants:
        async for records in _batches(merchants, "merchants", out):
            found = []
            for record in records:
                try:
                    found.append(read_merchant(record))
                except NotOurs:
                    unreadable += 1
            await work.take_merchants([one for one in found if one is not None])
    since = asked.backup - MARGIN
    with await asyncio.to_thread(Stretch, settings.brokers, [ORDER_EVENTS], since=since) as events:
        async for records in _batches(events, "events", out):
            told, bad = _told(records)
            unreadable += bad
            await work.take(told)
    return unreadable


async def _batches(stretch: Stretch, what: str, out: TextIO) -> AsyncIterator[list[Record]]:
    """Batches of a stretch, read in a thread, with a word every few seconds."""
    batches = stretch.batches(_BATCH)
    said = time.monotonic()
    while (records := await asyncio.to_thread(next, batches, None)) is not None:
        yield records
        if time.monotonic() - said > _SAY_SECONDS:
            said = time.monotonic()
            out.write(f"{what}: {stretch.passed} of {stretch.total}\n")


def _told(records: Sequence[Record]) -> tuple[list[Told], int]:
    told, bad = [], 0
    for record in records:
        try:
            told.append(read_event(record))
        except NotOurs:
            bad += 1
    return told, bad


def report(done: Reconciled, unreadable: int, out: TextIO) -> int:
    """Say what came of it, and what is left to do; the exit status."""
    out.write(
        f"{done.events} events of {done.orders} new and of older orders were read back, {done.known} were known;"
        f" {done.merchants} merchants were renewed; {done.waiting} rows of the outbox had been published before.\n"
    )
    if unreadable:
        out.write(f"{unreadable} records were none of this service's and were left out.\n")
    if done.gaps:
        out.write(
            f"{len(done.gaps)} orders lack events between the backup and the first record that was read. Give an"
            " earlier --backup; if the topic does not keep them any more, --accept-gaps takes the orders as they are in"
            " it:\n"
        )
        _list(out, [f"{key}: has {has}, next is {following}" for key, (has, following) in done.gaps.items()])
    if done.diverged:
        out.write(
            f"{len(done.diverged)} orders have another event in the database than in the topic: something was recorded"
            " after the restore and before this ran. Restore again, with every service stopped:\n"
        )
        _list(out, [f"{key}: event {number}" for key, number in done.diverged.items()])
    return 1 if done.diverged or (done.gaps and not done.gaps_accepted) else 0


def _list(out: TextIO, lines: Sequence[str]) -> None:
    out.writelines(f"  {line}\n" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        out.write(f"  and {len(lines) - _SHOWN} more\n")
