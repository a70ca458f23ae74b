"""Leases of the relay's shards, and the relays that live."""

from datetime import timedelta

from pymongo.asynchronous.collection import AsyncCollection

from chassis.leases import AsyncLeases, Lease
from chassis.mongo import Document, database_now_async
from chassis.unbroken import unbroken

_MEMBER = "relay-member/"


class MongoShardLeases:
    """The ShardLeases. A member that gave no sign of life for two terms is forgotten."""

    def __init__(self, collection: AsyncCollection[Document], owner: str, ttl: timedelta) -> None:
        self._collection = collection
        self._leases = AsyncLeases(collection, owner, ttl=ttl)
        self._ttl = ttl
        self._member = f"{_MEMBER}{owner}"

    @unbroken
    async def acquire(self, name: str) -> Lease | None:
        return await self._leases.acquire(name)

    @unbroken
    async def renew(self, lease: Lease) -> Lease:
        return await self._leases.renew(lease)

    @unbroken
    async def release(self, lease: Lease) -> None:
        await self._leases.release(lease)

    @unbroken
    async def held(self) -> int:
        """How many leases somebody holds now, whoever it is."""
        now = await database_now_async(self._collection.database)
        return await self._collection.count_documents({"expires_at": {"$gt": now}})

    @unbroken
    async def members(self) -> int:
        now = await database_now_async(self._collection.database)
        await self._collection.update_one({"_id": self._member}, {"$set": {"seen": now}}, upsert=True)
        # "0" follows "/" in ASCII.
        members = await self._collection.find({"_id": {"$gt": _MEMBER, "$lt": "relay-member0"}}, {"seen": 1}).to_list(
            None
        )
        gone = [member["_id"] for member in members if member["seen"] < now - 2 * self._ttl]
        if gone:
            await self._collection.delete_many({"_id": {"$in": gone}})
        return len([member for member in members if member["seen"] >= now - self._ttl])

    @unbroken
    async def leave(self) -> None:
        """No longer a member: the others' shares grow at once."""
        await self._collection.delete_one({"_id": self._member})
