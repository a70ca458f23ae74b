"""WatchOrders for asyncio: as `blocking_watch`, whose promises it makes."""

import math
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import grpc

from wismo.client.connection import AsyncConnection
from wismo.client.errors import NotFound, Unavailable, WismoError, from_rpc
from wismo.client.results import Change
from wismo.client.retry import Tries
from wismo.client.seen import Seen
from wismo.orders.v1.orders_service_pb2 import GetOrderRequest


async def watch_orders(
    connection: AsyncConnection,
    orders: Sequence[str],
    send_current: bool,
    give_up_after: float | None,
    on_lost: Callable[[WismoError], None] | None,
) -> AsyncIterator[Change]:
    """See `blocking_watch`."""
    names = [connection.requests.order(order) for order in orders]
    request = connection.requests.watch(names, send_current=bool(names))
    policy = replace(connection.retry, give_up_after=math.inf if give_up_after is None else give_up_after)
    seen = Seen(show_current=send_current)
    tries = Tries(policy, connection.timeout)
    gap = False
    while True:
        error: WismoError = Unavailable("the server ended the watch", code=grpc.StatusCode.UNAVAILABLE)
        call = connection.orders.WatchOrders(request, metadata=connection.metadata)
        try:
            if gap and not names:
                async for change in _caught_up(connection, seen):
                    yield change
            async for answer in call:
                tries, gap = Tries(policy, connection.timeout), False
                change = Change.of(answer)
                if seen.is_news(change):
                    yield change
        except grpc.RpcError as raised:
            error = from_rpc(raised)
        finally:
            call.cancel()
        tries.timeout()
        pause = tries.wait(error)
        if pause is None:
            raise error
        if on_lost is not None and not gap:
            on_lost(error)
        gap = True
        await connection.sleep(pause)


async def _caught_up(connection: AsyncConnection, seen: Seen) -> AsyncIterator[Change]:
    """The orders known from before the gap that changed in it."""
    for name in seen.newest():
        try:
            answer = await connection.orders.GetOrder(
                GetOrderRequest(name=name), metadata=connection.metadata, timeout=connection.timeout
            )
        except grpc.RpcError as raised:
            if isinstance(from_rpc(raised), NotFound):
                continue
            raise
        change = Change(answer.order, None, None)
        if seen.is_news(change):
            yield change
