"""The session of the group commits, known to others, so that nobody waits for a transaction whose process is dead.

A server keeps an open transaction, and with it the right to write the orders in it, for a minute after its client was
killed. So a process notes its session before it uses it, and gives a sign of life; whoever sees a session without one
for some seconds kills it. A process that was only frozen finds its transaction gone, and begins it anew.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from bson import Binary
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession

from chassis.logs import get_logger
from chassis.mongo import Document, database_now_async
from chassis.unbroken import unbroken
from orders.adapters import schema

_log = get_logger(__name__)
_BEAT_SECONDS = 1.0
_DEAD_AFTER = timedelta(seconds=4)
# A server forgets a session that was not used for 30 minutes.
_RENEWED_AFTER_SECONDS = 600.0


class GroupSessions:
    """One session at a time, for whoever has one transaction at a time. No two that live at once share an `owner`."""

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        database: str,
        owner: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._database = client[database]
        self._noted = self._database[schema.SESSIONS]
        self._owner = owner
        self._monotonic = monotonic
        self._session: AsyncClientSession | None = None
        self._made_at = 0.0

    async def current(self) -> AsyncClientSession:
        """The session, noted before it is used."""
        if self._session is None or self._monotonic() - self._made_at > _RENEWED_AFTER_SECONDS:
            await self.renew()
            session = self._client.start_session()
            self._session, self._made_at = session, self._monotonic()
            await self._note(session)
        return self._session

    async def renew(self) -> None:
        """Use another one from now on: after an error it is not known what the server thinks of this one."""
        session, self._session = self._session, None
        if session is not None:
            await session.end_session()

    @unbroken
    async def end_own_past(self) -> None:
        """Kill what a process of the same owner left when it died: it cannot live, since this one has its place."""
        await self._kill(await self._noted.find({"owner": self._owner}).to_list(None))

    async def keep(self) -> None:
        """Give signs of life, and kill the sessions of others who give none, for ever."""
        while True:
            try:
                await self._beat()
            except Exception as error:  # noqa: BLE001  # The database may be down; then nobody waits for anybody.
                _log.debug("sessions not looked after", error_kind=type(error).__name__)
            await asyncio.sleep(_BEAT_SECONDS)

    @unbroken
    async def _beat(self) -> None:
        now = await database_now_async(self._database)
        if self._session is not None:
            await self._noted.update_one(
                {"_id": _id(self._session)}, {"$set": {"owner": self._owner, "seen": now}}, upsert=True
            )
        noted = await self._noted.find({}).to_list(None)
        silent = [row for row in noted if row["seen"] < now - _DEAD_AFTER]
        await self._kill([row for row in silent if self._session is None or row["_id"] != _id(self._session)])

    async def _note(self, session: AsyncClientSession) -> None:
        now = await database_now_async(self._database)
        await self._noted.insert_one({"_id": _id(session), "owner": self._owner, "seen": now})

    async def _kill(self, noted: Sequence[Document]) -> None:
        if not noted:
            return
        sessions = [{"id": Binary(row["_id"], 4)} for row in noted]
        await self._client.admin.command({"killSessions": sessions})
        await self._noted.delete_many({"_id": {"$in": [row["_id"] for row in noted]}})
        _log.info("sessions of dead processes ended", sessions=len(noted))


def _id(session: AsyncClientSession) -> bytes:
    return bytes(session.session_id["id"])
