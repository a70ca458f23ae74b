"""Named leases: at most one process does a thing at a time, measured by the database's clock, fenced by an epoch.

A lease is a document ``{_id: name, owner, epoch, expires_at}``. Taking one raises its epoch, so that a process which
slept past its lease can be told from the one that holds it now: ``guard`` in the same transaction as the work makes
that work fail.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from chassis.mongo import Document, database_now, database_now_async, run_transaction, run_transaction_async


class LeaseLost(Exception):
    """The lease belongs to somebody else by now, or to nobody. Stop what it was for at once."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What a holder has: the fencing ``epoch``, the expiry by the database's clock, and by ours the moment to stop."""

    name: str
    owner: str
    epoch: int
    expires_at: datetime
    stop_at: float
    """By ``time.monotonic``.

    Counted from before the database was asked, so that it is never later than the true expiry.
    """

    def is_over(self, monotonic: float) -> bool:
        """Whether the time is up without asking the database. Renew at about a third of it."""
        return monotonic >= self.stop_at


class Leases:
    """Leases of one owner in one collection, for the blocking client. ``owner`` is unique per process and start."""

    def __init__(
        self,
        collection: Collection[Document],
        owner: str,
        *,
        ttl: timedelta = timedelta(seconds=15),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._collection = collection
        self._client = collection.database.client
        self._owner = owner
        self._ttl = ttl
        self._monotonic = monotonic

    def acquire(self, name: str) -> Lease | None:
        """The lease, when it is free, expired or already ours; None while another holds it. One short transaction."""
        asked_at = self._monotonic()
        now = database_now(self._collection.database)

        def take(session: ClientSession) -> Lease | None:
            found = self._collection.find_one({"_id": name}, session=session)
            lease = _taken(found, name, self._owner, now, self._ttl, asked_at)
            if lease is not None:
                self._collection.update_one({"_id": name}, _written(lease), upsert=True, session=session)
            return lease

        return run_transaction(self._client, take)

    def renew(self, lease: Lease) -> Lease:
        """The same lease with a later expiry. Raises LeaseLost when it has another epoch by now, or has expired."""
        asked_at = self._monotonic()
        now = database_now(self._collection.database)

        def prolong(session: ClientSession) -> Lease:
            found = self._collection.find_one({"_id": lease.name}, session=session)
            if not _holds(found, lease, now):
                raise LeaseLost(lease.name)
            renewed = _prolonged(lease, now, self._ttl, asked_at)
            self._collection.update_one({"_id": lease.name}, _written(renewed), session=session)
            return renewed

        return run_transaction(self._client, prolong)

    def release(self, lease: Lease) -> None:
        """Give the lease back so that another can take it at once. Nothing happens when it is no longer ours."""

        def give_back(session: ClientSession) -> None:
            found = self._collection.find_one({"_id": lease.name}, session=session)
            if _is_of(found, lease):
                self._collection.update_one({"_id": lease.name}, _FREED, session=session)

        run_transaction(self._client, give_back)

    def guard(self, lease: Lease, session: ClientSession) -> None:
        """Make the transaction of ``session`` succeed only if the lease still has this epoch. Raises LeaseLost.

        It writes to the lease, so that a takeover at the same time is a write conflict: one of the two fails.
        """
        found = self._collection.find_one({"_id": lease.name}, session=session)
        if not _is_of(found, lease):
            raise LeaseLost(lease.name)
        self._collection.update_one({"_id": lease.name}, _GUARDED, session=session)


class AsyncLeases:
    """``Leases`` for the asyncio client."""

    def __init__(
        self,
        collection: AsyncCollection[Document],
        owner: str,
        *,
        ttl: timedelta = timedelta(seconds=15),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._collection = collection
        self._client = collection.database.client
        self._owner = owner
        self._ttl = ttl
        self._monotonic = monotonic

    async def acquire(self, name: str) -> Lease | None:
        """The lease, when it is free, expired or already ours; None while another holds it. One short transaction."""
        asked_at = self._monotonic()
        now = await database_now_async(self._collection.database)

        async def take(session: AsyncClientSession) -> Lease | None:
            found = await self._collection.find_one({"_id": name}, session=session)
            lease = _taken(found, name, self._owner, now, self._ttl, asked_at)
            if lease is not None:
                await self._collection.update_one({"_id": name}, _written(lease), upsert=True, session=session)
            return lease

        return await run_transaction_async(self._client, take)

    async def renew(self, lease: Lease) -> Lease:
        """The same lease with a later expiry. Raises LeaseLost when it has another epoch by now, or has expired."""
        asked_at = self._monotonic()
        now = await database_now_async(self._collection.database)

        async def prolong(session: AsyncClientSession) -> Lease:
            found = await self._collection.find_one({"_id": lease.name}, session=session)
            if not _holds(found, lease, now):
                raise LeaseLost(lease.name)
            renewed = _prolonged(lease, now, self._ttl, asked_at)
            await self._collection.update_one({"_id": lease.name}, _written(renewed), session=session)
            return renewed

        return await run_transaction_async(self._client, prolong)

    async def release(self, lease: Lease) -> None:
        """Give the lease back so that another can take it at once. Nothing happens when it is no longer ours."""

        async def give_back(session: AsyncClientSession) -> None:
            found = await self._collection.find_one({"_id": lease.name}, session=session)
            if _is_of(found, lease):
                await self._collection.update_one({"_id": lease.name}, _FREED, session=session)

        await run_transaction_async(self._client, give_back)

    async def guard(self, lease: Lease, session: AsyncClientSession) -> None:
        """Make the transaction of ``session`` succeed only if the lease still has this epoch. Raises LeaseLost."""
        found = await self._collection.find_one({"_id": lease.name}, session=session)
        if not _is_of(found, lease):
            raise LeaseLost(lease.name)
        await self._collection.update_one({"_id": lease.name}, _GUARDED, session=session)


_FREED: dict[str, Any] = {"$set": {"expires_at": None, "owner": None}}
_GUARDED: dict[str, Any] = {"$inc": {"guarded": 1}}


def _taken(
    found: Document | None, name: str, owner: str, now: datetime, ttl: timedelta, asked_at: float
) -> Lease | None:
    epoch = found["epoch"] if found else 0
    held = found is not None and found["expires_at"] is not None and found["expires_at"] > now
    if held and found is not None and found["owner"] != owner:
        return None
    return Lease(name, owner, epoch if held else epoch + 1, now + ttl, asked_at + ttl.total_seconds())


def _prolonged(lease: Lease, now: datetime, ttl: timedelta, asked_at: float) -> Lease:
    return replace(lease, expires_at=now + ttl, stop_at=asked_at + ttl.total_seconds())


def _is_of(found: Document | None, lease: Lease) -> bool:
    return found is not None and found["owner"] == lease.owner and found["epoch"] == lease.epoch


def _holds(found: Document | None, lease: Lease, now: datetime) -> bool:
    return found is not None and _is_of(found, lease) and found["expires_at"] > now


def _written(lease: Lease) -> dict[str, Any]:
    return {"$set": {"owner": lease.owner, "epoch": lease.epoch, "expires_at": lease.expires_at}}
