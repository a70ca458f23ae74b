"""WatchOrders: a stream of orders as they change."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from orders.rpc.calls import Access, Call, Rpc, ServerStream, invalid
from orders.use_cases.errors import Violation, order_not_found
from orders.use_cases.names import merchant_of
from orders.use_cases.orders import Orders, own_merchant
from orders.use_cases.watching import Watching
from wismo.events.v1 import order_event_pb2
from wismo.orders.v1 import order_pb2
from wismo.orders.v1 import orders_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class WatchCalls:
    """The call that follows orders."""

    orders: Orders
    watching: Watching

    def rpcs(self) -> dict[str, Rpc]:
        """The call by name, with who may make it."""
        return {"WatchOrders": ServerStream(pb.WatchOrdersRequest, Access.READ, self.watch)}

    async def watch(self, request: pb.WatchOrdersRequest, call: Call) -> AsyncIterator[pb.WatchOrdersResponse]:
        """First each named order as it is, if asked for; then every change, each order's in order and none twice."""
        own_merchant(call.principal, request.parent)
        if request.send_current and not request.orders:
            raise invalid(
                (Violation("orders", "must name the orders that are to be sent as they are", "SEND_CURRENT"),)
            )
        for name in request.orders:
            if merchant_of(name) != request.parent:
                raise order_not_found(name)
        seen: dict[str, int] = {}
        async with self.watching.watch(request.parent, list(request.orders)) as changes:
            for name in request.orders:
                order = order_pb2.Order.FromString(await self.orders.read(call.principal, name))
                seen[name] = order.sequence
                if request.send_current:
                    yield pb.WatchOrdersResponse(order=order, record_time=order.update_time)
            async for change in changes:
                if change.sequence <= seen.get(change.order, 0):
                    continue
                if request.orders:
                    seen[change.order] = change.sequence
                event = order_event_pb2.OrderEvent.FromString(change.event)
                yield pb.WatchOrdersResponse(order=event.order, change=event.change, record_time=event.time)
