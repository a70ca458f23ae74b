"""Merchants and API keys in MongoDB."""

from collections.abc import Sequence
from datetime import datetime

from bson import Binary
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from chassis.mongo import Document, run_transaction_async
from chassis.unbroken import unbroken
from orders.adapters import schema
from orders.adapters.documents import outbox_document
from orders.adapters.mongo_errors import Translated
from orders.use_cases.ports import KeyRecord, MerchantRecord, StoreConflict
from orders.use_cases.stored import OutboxRow


class MongoMerchants:
    """The MerchantStore."""

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        self._client = client
        self._merchants = client[database][schema.MERCHANTS]
        self._outbox = client[database][schema.OUTBOX]

    @unbroken
    async def find(self, name: str) -> MerchantRecord | None:
        with Translated(nothing_written=True):
            document = await self._merchants.find_one({"_id": name})
        return _merchant(document) if document else None

    @unbroken
    async def put(self, record: MerchantRecord, row: OutboxRow) -> None:
        document = {"_id": record.name, "revision": record.revision, "body": Binary(record.body)}

        async def work(session: AsyncClientSession) -> None:
            found = await self._merchants.find_one({"_id": record.name}, {"revision": 1}, session=session)
            if (found["revision"] if found else 0) != record.revision - 1:
                raise StoreConflict
            if found:
                await self._merchants.replace_one({"_id": record.name}, document, session=session)
            else:
                await self._merchants.insert_one(document, session=session)
            await self._outbox.insert_one(outbox_document(row), session=session)

        with Translated(nothing_written=False):
            try:
                await run_transaction_async(self._client, work, deadline=2.0)
            except DuplicateKeyError:
                raise StoreConflict from None

    @unbroken
    async def restore(self, record: MerchantRecord) -> bool:
        document = {"_id": record.name, "revision": record.revision, "body": Binary(record.body)}
        with Translated(nothing_written=False):
            found = await self._merchants.find_one({"_id": record.name}, {"revision": 1})
            if found is None:
                await self._merchants.insert_one(document)
                return True
            older = {"_id": record.name, "revision": {"$lt": record.revision}}
            return (await self._merchants.replace_one(older, document)).modified_count > 0

    @unbroken
    async def page(self, after: str, limit: int) -> Sequence[MerchantRecord]:
        with Translated(nothing_written=True):
            found = self._merchants.find({"_id": {"$gt": after}}).sort("_id", 1).limit(limit)
            return [_merchant(document) async for document in found]


class MongoKeys:
    """The KeyStore. The hash is the primary key, so that authentication is one read by `_id`."""

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        self._keys = client[database][schema.API_KEYS]

    @unbroken
    async def find(self, key_hash: str) -> KeyRecord | None:
        with Translated(nothing_written=True):
            document = await self._keys.find_one({"_id": key_hash})
        return _key(document) if document else None

    @unbroken
    async def add(self, record: KeyRecord) -> None:
        with Translated(nothing_written=False):
            await self._keys.insert_one(
                {
                    "_id": record.hash,
                    "name": record.name,
                    "merchant": record.merchant,
                    "display_name": record.display_name,
                    "scope": record.scope,
                    "created": record.created,
                    "expires": record.expires,
                    "revoked": record.revoked,
                }
            )

    @unbroken
    async def of(self, merchant: str) -> Sequence[KeyRecord]:
        with Translated(nothing_written=True):
            found = self._keys.find({"merchant": merchant}).sort([("created", 1), ("_id", 1)])
            return [_key(document) async for document in found]

    @unbroken
    async def revoke(self, name: str, now: datetime) -> KeyRecord | None:
        merchant = name.rpartition("/apiKeys/")[0]
        for record in await self.of(merchant):
            if record.name == name:
                with Translated(nothing_written=False):
                    # Of two that revoke at the same moment either time is right; a later call keeps the first.
                    if record.revoked is None:
                        await self._keys.update_one({"_id": record.hash}, {"$set": {"revoked": now}})
                return await self.find(record.hash)
        return None


def _merchant(document: Document) -> MerchantRecord:
    return MerchantRecord(document["_id"], document["revision"], bytes(document["body"]))


def _key(document: Document) -> KeyRecord:
    return KeyRecord(
        hash=document["_id"],
        name=document["name"],
        merchant=document["merchant"],
        display_name=document["display_name"],
        scope=document["scope"],
        created=document["created"],
        expires=document["expires"],
        revoked=document["revoked"],
    )
