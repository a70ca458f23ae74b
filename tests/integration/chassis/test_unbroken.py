"""The asyncio client of the database survives callers that give up while the database is away."""

import asyncio
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

from chassis.mongo import Document, connect_async
from chassis.unbroken import unbroken
from embedded_stack.servers import DatabaseServer


async def test_calls_cancelled_during_an_outage_leave_the_client_usable(tmp_path: Path) -> None:
    """A cancellation that meets the client's lock at the wrong moment loses it; see `unbroken`."""
    with DatabaseServer(tmp_path / "database") as server:
        client = connect_async(server.url, "test", timeout=1.0)

        @unbroken
        async def find() -> Document | None:
            found: Document | None = await client["test"]["things"].find_one({"_id": 1})
            return found

        await client["test"]["things"].insert_one({"_id": 1})
        server.kill()
        for wait in range(30):
            waiting = [asyncio.ensure_future(find()) for _ in range(4)]
            await asyncio.sleep(0.4 + wait / 150)  # Around the client's own half second between two looks for a server.
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        server.start()
        found = None
        async with asyncio.timeout(15):
            while found is None:
                try:
                    found = await find()
                except PyMongoError:  # Not back yet.
                    await asyncio.sleep(0.2)
        assert found == {"_id": 1}
        await client.close()


async def test_the_outcome_reaches_whoever_waits() -> None:
    @unbroken
    async def fails() -> None:
        raise ValueError("so it is")

    with pytest.raises(ValueError, match="so it is"):
        await fails()


async def test_the_work_ends_although_its_caller_left() -> None:
    ended = asyncio.Event()

    @unbroken
    async def work() -> None:
        await asyncio.sleep(0.05)
        ended.set()

    caller = asyncio.ensure_future(work())
    await asyncio.sleep(0.01)
    caller.cancel()
    async with asyncio.timeout(2):
        await ended.wait()
