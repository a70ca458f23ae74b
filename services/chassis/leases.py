"""Named leases: at most one process does a thing at a time, measured by the database's clock, fenced by an epoch.

A lease is a document ``{_id: name, owner, epoch, expires_at}``. Taking one raises its epoch, so that a process which
slept past its lease can be told from the one that holds it now: ``guard`` in the same transaction as the work makes
that work fail.

Taking, renewing and giving back are each one update of one document, never a transaction: a process killed within
a transaction leaves what it wrote locked for a minute, which is longer than a lease lives.
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
from pymongo.errors import DuplicateKeyError

from chassis.mongo import Document, database_now, database_now_async


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
        self._owner = owner
        self._ttl = ttl
        self._monotonic = monotonic

    def acquire(self, name: str) -> Lease | None:
        """The lease, when it is free, expired or already ours; None while another holds it, or was faster."""
        asked_at = self._monotonic()
        now = database_now(self._collection.database)
        found = self._collection.find_one({"_id": name})
        lease = _taken(found, name, self._owner, now, self._ttl, asked_at)
        if lease is None:
            return None
        if found is None:
            try:
                self._collection.insert_one({"_id": name, **_fields(lease)})
            except DuplicateKeyError:
                return None
            return lease
        as_found = {key: found[key] for key in ("_id", "owner", "epoch", "expires_at")}
        answer = self._collection.update_one(as_found, {"$set": _fields(lease)})
        return lease if answer.matched_count else None

    def renew(self, lease: Lease) -> Lease:
        """The same lease with a later expiry. Raises LeaseLost when it has another epoch by now, or has expired."""
        asked_at = self._monotonic()
        now = database_now(self._collection.database)
        renewed = _prolonged(lease, now, self._ttl, asked_at)
        held = {**_of(lease), "expires_at": {"$gt": now}}
        answer = self._collection.update_one(held, {"$set": _fields(renewed)})
        if not answer.matched_count:
            raise LeaseLost(lease.name)
        return renewed

    def release(self, lease: Lease) -> None:
        """Give the lease back so that another can take it at once. Nothing happens when it is no longer ours."""
        self._collection.update_one(_of(lease), _FREED)

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
        self._owner = owner
        self._ttl = ttl
        self._monotonic = monotonic

    async def acquire(self, name: str) -> Lease | None:
        """The lease, when it is free, expired or already ours; None while another holds it, or was faster."""
        asked_at = self._monotonic()
        now = await database_now_async(self._collection.database)
        found = await self._collection.find_one({"_id": name})
        lease = _taken(found, name, self._owner, now, self._ttl, asked_at)
        if lease is None:
            return None
        if found is None:
            try:
                await self._collection.insert_one({"_id": name, **_fields(lease)})
            except DuplicateKeyError:
                return None
            return lease
        as_found = {key: found[key] for key in ("_id", "owner", "epoch", "expires_at")}
        answer = await self._collection.update_one(as_found, {"$set": _fields(lease)})
        return lease if answer.matched_count else None

    async def renew(self, lease: Lease) -> Lease:
        """The same lease with a later expiry. Raises LeaseLost when it has another epoch by now, or has expired."""
        asked_at = self._monotonic()
        now = await database_now_async(self._collection.database)
        renewed = _prolonged(lease, now, self._ttl, asked_at)
        held = {**_of(lease), "expires_at": {"$gt": now}}
        answer = await self._collection.update_one(held, {"$set": _fields(renewed)})
        if not answer.matched_count:
            raise LeaseLost(lease.name)
        return renewed

    async def release(self, lease: Lease) -> None:
        """Give the lease back so that another can take it at once. Nothing happens when it is no longer ours."""
        await self._collection.update_one(_of(lease), _FREED)

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


def _of(lease: Lease) -> dict[str, Any]:
    return {"_id": lease.name, "owner": lease.owner, "epoch": lease.epoch}


def _fields(lease: Lease) -> dict[str, Any]:
    return {"owner": lease.owner, "epoch": lease.epoch, "expires_at": lease.expires_at}
