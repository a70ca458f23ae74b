"""AsyncWismoClient against a real gRPC server: what differs from the blocking client, and that nothing else does."""

import asyncio
import inspect
from collections.abc import AsyncIterator

import pytest

from tests.fakes.in_memory_orders import KEY, InMemoryOrders
from tests.fakes.refusals import unavailable
from wismo.client import AsyncWismoClient, Emission, NotFound, RetryPolicy, Unavailable, WismoClient, drafts, events

NAME = "merchants/acme/orders/R-1"


@pytest.fixture
async def client(server: InMemoryOrders) -> AsyncIterator[AsyncWismoClient]:
    async with AsyncWismoClient(server.target, KEY, retry=RetryPolicy(give_up_after=20, first_wait=0.01)) as opened:
        ada = drafts.buyer("ada@buyers.test")
        await opened.create_order(drafts.new_order("R-1", ada, [drafts.physical("book", "Book")]))
        yield opened


def notes(count: int) -> list[Emission]:
    return [Emission("R-1", events.note_to_buyer(f"note {number}")) for number in range(count)]


def test_both_clients_have_the_same_methods_with_the_same_arguments() -> None:
    def signatures(client: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(member).parameters)
            for name, member in inspect.getmembers(client, inspect.isfunction)
            if not name.startswith("_")
        }

    assert signatures(AsyncWismoClient) == signatures(WismoClient)


async def test_an_order_is_created_read_and_listed(client: AsyncWismoClient) -> None:
    assert (await client.get_order("R-1")).name == NAME
    assert [order.reference async for order in client.orders()] == ["R-1"]


async def test_an_event_whose_answer_was_lost_is_recorded_once(
    client: AsyncWismoClient, server: InMemoryOrders
) -> None:
    server.lose_next_answer()
    assert (await client.record("R-1", events.note_to_buyer("hello"))).sequence == 2
    assert len(server.recorded[NAME]) == 1


async def test_errors_are_the_same_tree(client: AsyncWismoClient) -> None:
    with pytest.raises(NotFound) as raised:
        await client.get_order("R-404")
    assert raised.value.reason == "NOT_FOUND"


async def test_a_batch_sends_again_only_what_could_not_be_taken(
    client: AsyncWismoClient, server: InMemoryOrders
) -> None:
    server.refuse_next(unavailable(), times=2)
    assert all(outcome.ok for outcome in await client.record_many(notes(5)))
    assert len(server.recorded[NAME]) == 5


async def test_a_stream_goes_on_over_lost_connections(client: AsyncWismoClient, server: InMemoryOrders) -> None:
    async def source() -> AsyncIterator[Emission]:
        for number, emission in enumerate(notes(60)):
            if number == 30:
                server.stop()
                asyncio.get_running_loop().call_later(0.5, server.start)
            yield emission

    assert len([outcome async for outcome in client.stream(source(), window=10) if outcome.ok]) == 60
    assert len(server.recorded[NAME]) == 60


async def test_a_stream_takes_a_plain_list_too_and_tries_again(
    client: AsyncWismoClient, server: InMemoryOrders
) -> None:
    server.refuse_next(unavailable(), times=3)
    assert len([outcome async for outcome in client.stream(notes(10), window=3) if outcome.ok]) == 10


async def test_a_watch_comes_back_after_an_outage_with_what_was_missed(
    client: AsyncWismoClient, server: InMemoryOrders
) -> None:
    changes = client.watch("R-1")
    assert (await anext(changes)).order.sequence == 1
    server.stop()
    server.orders[NAME].sequence = 7
    server.start()
    assert (await anext(changes)).order.sequence == 7


async def test_reachability_is_waited_for(client: AsyncWismoClient, server: InMemoryOrders) -> None:
    await client.wait_until_reachable(5)
    server.stop()
    async with AsyncWismoClient(server.target, KEY) as other:
        with pytest.raises(Unavailable, match="not reachable"):
            await other.wait_until_reachable(0.2)
