"""Every test here runs over the stores in memory and over those in the real database."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.orders.stores import Stores, in_memory, in_mongo


@pytest.fixture(params=["in memory", "in the database"])
async def stores(request: pytest.FixtureRequest, unique: str) -> AsyncIterator[Stores]:
    if request.param == "in memory":
        async with in_memory() as found:
            yield found
    else:
        async with in_mongo(request.getfixturevalue("mongo_url"), f"contract_{unique}") as found:
            yield found
