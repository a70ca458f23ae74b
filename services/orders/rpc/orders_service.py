"""OrdersService: what a backend calls, one order or one page at a time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from orders.rpc.calls import Access, Call, Locate, Rpc, Unary
from orders.rpc.mapping import Reading
from orders.rpc.page_tokens import make_token, page_size, read_token
from orders.rpc.people import buyer_violations
from orders.use_cases.commands import Answer
from orders.use_cases.errors import Violation
from orders.use_cases.names import order_name
from orders.use_cases.orders import Orders, own_merchant, own_order
from orders.use_cases.ports import OrderQuery
from wismo.orders.v1 import fulfilment_event_pb2, order_pb2
from wismo.orders.v1 import orders_service_pb2 as pb

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ORDER_FIELD = b"\x0a"  # Tag of field 1, length-delimited: every answer that holds one order has it there.


@dataclass(frozen=True, slots=True)
class OrderCalls:
    """The unary calls on orders."""

    orders: Orders
    reading: Reading

    def rpcs(self) -> dict[str, Rpc]:
        """The calls by name, with who may make them."""
        return {
            "CreateOrder": Unary(pb.CreateOrderRequest, Access.WRITE, self.create, _in("order."), _check_order),
            "GetOrder": Unary(pb.GetOrderRequest, Access.READ, self.get),
            "ListOrders": Unary(pb.ListOrdersRequest, Access.READ, self.list),
            "RecordEvent": Unary(pb.RecordEventRequest, Access.FACTS, self.record, event_field),
            "UpdateBuyerContact": Unary(
                pb.UpdateBuyerContactRequest, Access.FACTS, self.update_contact, _contact_field, _check_contact
            ),
            "EraseBuyer": Unary(pb.EraseBuyerRequest, Access.WRITE, self.erase),
        }

    async def create(self, request: pb.CreateOrderRequest, call: Call) -> bytes:
        own_merchant(call.principal, request.parent)
        mark = self.reading.mark("create", request.order, request.request_id)
        draft = self.reading.draft(request.order, order_name(request.parent, request.order.reference))
        answer = await self.orders.create(call.principal, request.parent, draft, mark)
        return order_answer(answer.body)

    async def get(self, request: pb.GetOrderRequest, call: Call) -> bytes:
        return order_answer(await self.orders.read(call.principal, request.name))

    async def list(self, request: pb.ListOrdersRequest, call: Call) -> pb.ListOrdersResponse:
        question = pb.ListOrdersRequest()
        question.CopyFrom(request)
        question.page_token, question.page_size = "", 0
        asked = question.SerializeToString(deterministic=True)
        after = None
        if request.page_token:
            microseconds, key = read_token(request.page_token, asked, 2)
            after = (_EPOCH + timedelta(microseconds=int(microseconds)), str(key))
        limit = page_size(request.page_size)
        states = frozenset(int(state) for state in request.states)
        query = OrderQuery(request.parent, limit + 1, states, request.with_open_problem, after)
        rows = await self.orders.page(call.principal, query)
        token = ""
        if len(rows) > limit:
            updated, key = rows[limit - 1].place
            token = make_token((round((updated - _EPOCH) / timedelta(microseconds=1)), key), asked)
        found = [order_pb2.Order.FromString(row.body) for row in rows[:limit]]
        return pb.ListOrdersResponse(orders=found, next_page_token=token)

    async def record(self, request: pb.RecordEventRequest, call: Call) -> pb.RecordEventResponse:
        own_order(call.principal, request.order)
        mark = self.reading.mark("record", request.event, request.request_id)
        event = self.reading.event(request.event, request.order)
        return recorded_response(await self.orders.record(call.principal, request.order, event, mark, request.etag))

    async def update_contact(self, request: pb.UpdateBuyerContactRequest, call: Call) -> bytes:
        own_order(call.principal, request.order)
        mark = self.reading.mark("update_contact", request.buyer, request.request_id)
        change = fulfilment_event_pb2.ContactUpdated(buyer=request.buyer)
        event = self.reading.event(fulfilment_event_pb2.FulfilmentEvent(contact_updated=change), request.order)
        return order_answer((await self.orders.update_contact(call.principal, request.order, event, mark)).body)

    async def erase(self, request: pb.EraseBuyerRequest, call: Call) -> bytes:
        mark = self.reading.mark("erase", pb.EraseBuyerRequest(order=request.order), request.request_id)
        return order_answer((await self.orders.erase(call.principal, request.order, mark)).body)


def order_answer(body: bytes) -> bytes:
    """An answer whose only field is an encoded order, without decoding it."""
    length = bytearray()
    size = len(body)
    while size > 0x7F:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    length.append(size)
    return _ORDER_FIELD + bytes(length) + body


def recorded_response(answer: Answer) -> pb.RecordEventResponse:
    """The answer to one recorded event."""
    return pb.RecordEventResponse(
        sequence=answer.sequence,
        effect=answer.effect,  # type: ignore[arg-type]  # The domain's numbers are the protos'.
        order_state=answer.order_state,  # type: ignore[arg-type]  # As above.
        etag=answer.etag,
    )


def event_field(field: str) -> str:
    """The domain's path, as a path from a request that holds the event as `event`."""
    return f"event.{field.removeprefix('change.')}"


def _contact_field(field: str) -> str:
    return field.removeprefix("change.contact_updated.")


def _in(prefix: str) -> Locate:
    return lambda field: f"{prefix}{field}"


def _check_order(request: pb.CreateOrderRequest) -> tuple[Violation, ...]:
    return buyer_violations(request.order.buyer, "order.buyer")


def _check_contact(request: pb.UpdateBuyerContactRequest) -> tuple[Violation, ...]:
    return buyer_violations(request.buyer, "buyer")
