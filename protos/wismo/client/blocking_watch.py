"""WatchOrders for blocking programs, going on over lost connections.

What it promises: changes of one order come in order of its sequence, never twice. After a gap, named orders come
again as they are now if they changed meanwhile; so do, of a whole merchant's, the 200 that changed last before the
gap. An order of which the first news fell into the gap is seen at its next change. Lost connections are mended
without end, or until ``give_up_after`` seconds of one gap; ``on_lost`` is told of each loss. What the server refuses
(NotFound, NotAllowed) is raised at once.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import grpc

from wismo.client.connection import BlockingConnection
from wismo.client.errors import NotFound, Unavailable, WismoError, from_rpc
from wismo.client.results import Change
from wismo.client.retry import Tries
from wismo.client.seen import Seen
from wismo.orders.v1.orders_service_pb2 import GetOrderRequest


def watch_orders(
    connection: BlockingConnection,
    orders: Sequence[str],
    send_current: bool,
    give_up_after: float | None,
    on_lost: Callable[[WismoError], None] | None,
) -> Iterator[Change]:
    """See above."""
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
                yield from _caught_up(connection, seen)
            for answer in call:
                tries, gap = Tries(policy, connection.timeout), False
                change = Change.of(answer)
                if seen.is_news(change):
                    yield change
        except grpc.RpcError as raised:
            error = from_rpc(raised)
        finally:
            call.cancel()  # type: ignore[no-untyped-call]  # The stubs of grpc leave it untyped.
        tries.timeout()
        pause = tries.wait(error)
        if pause is None:
            raise error
        if on_lost is not None and not gap:
            on_lost(error)
        gap = True
        connection.sleep(pause)


def _caught_up(connection: BlockingConnection, seen: Seen) -> Iterator[Change]:
    """The orders known from before the gap that changed in it."""
    for name in seen.newest():
        try:
            answer = connection.orders.GetOrder(
                GetOrderRequest(name=name), metadata=connection.metadata, timeout=connection.timeout
            )
        except grpc.RpcError as raised:
            if isinstance(from_rpc(raised), NotFound):
                continue
            raise
        change = Change(answer.order, None, None)
        if seen.is_news(change):
            yield change
