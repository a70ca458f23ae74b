# ruff: noqa: N802 - The names are those of the RPCs.
"""An orders service in memory behind a real gRPC server: for tests of its callers.

It keeps the contract's promises about identity (request_id), sequence, isolation of merchants and error details, and
knows nothing of fulfilment: every event counts as applied. Faults are asked for by name: `refuse_next`,
`lose_next_answer`, `stop`, `start`.
"""

import queue
import threading
from collections.abc import Iterator
from concurrent import futures

import grpc

from tests.fakes.in_memory_merchants import ADMIN_KEY, InMemoryMerchants
from tests.fakes.in_memory_questions import InMemoryQuestions
from tests.fakes.refusals import Refusal, bad_field, unavailable
from wismo.orders.v1 import orders_service_pb2 as orders
from wismo.orders.v1.fulfilment_event_pb2 import EFFECT_APPLIED, EFFECT_REPEATED
from wismo.orders.v1.merchants_service_pb2_grpc import (
    add_MerchantsServiceServicer_to_server,
)
from wismo.orders.v1.order_pb2 import ORDER_STATE_CONFIRMED, Order
from wismo.orders.v1.orders_service_pb2_grpc import OrdersServiceServicer, add_OrdersServiceServicer_to_server
from wismo.orders.v1.questions_service_pb2_grpc import (
    add_ChargesServiceServicer_to_server,
    add_QuestionsServiceServicer_to_server,
)

Context = grpc.ServicerContext
KEY = "wk_acme_0123456789"
__all__ = ["ADMIN_KEY", "KEY", "InMemoryOrders"]


class InMemoryOrders(InMemoryMerchants, InMemoryQuestions, OrdersServiceServicer):
    """The service and its server; state outlives `stop` and `start`, as a database does."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, Order] = {}
        self.recorded: dict[str, list[orders.RecordEventRequest]] = {}
        self.calls: list[str] = []
        self._answers: dict[tuple[str, str], tuple[bytes, orders.RecordEventResponse]] = {}
        self._refusals: list[Refusal] = []
        self._lost_answers = 0
        self._accepted = {KEY, ADMIN_KEY}
        self._watchers: list[queue.Queue[orders.WatchOrdersResponse | None]] = []
        self._lock = threading.RLock()
        self._server: grpc.Server | None = None
        self.port = 0

    # ----------------------------------------------------------------------------------------------------- the server

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, credentials: grpc.ServerCredentials | None = None) -> "InMemoryOrders":
        server = grpc.server(futures.ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        add_OrdersServiceServicer_to_server(self, server)
        add_MerchantsServiceServicer_to_server(self, server)
        add_QuestionsServiceServicer_to_server(self, server)
        add_ChargesServiceServicer_to_server(self, server)
        address = f"127.0.0.1:{self.port}"
        self.port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
        server.start()
        self._server = server
        return self

    def stop(self) -> None:
        """At once: calls under way are cut off, as by a crash."""
        with self._lock:
            for watcher in self._watchers:
                watcher.put(None)
        if self._server is not None:
            self._server.stop(None).wait()
            self._server = None

    def refuse_next(self, refusal: Refusal, times: int = 1) -> None:
        with self._lock:
            self._refusals.extend([refusal] * times)

    def lose_next_answer(self, times: int = 1) -> None:
        """Record, but say UNAVAILABLE: what a crash between commit and answer looks like."""
        self._lost_answers += times

    def accept(self, key: str) -> None:
        """One key more is valid."""
        self._accepted.add(key)

    # --------------------------------------------------------------------------------------------------------- orders

    def CreateOrder(self, request: orders.CreateOrderRequest, context: Context) -> orders.CreateOrderResponse:
        self._enter("CreateOrder", context)
        name = f"{request.parent}/orders/{request.order.reference}"
        if not request.order.lines:
            bad_field("order.lines", "at least one line is needed").abort(context)
        with self._lock:
            if name not in self.orders:
                order = Order()
                order.CopyFrom(request.order)
                order.name, order.sequence, order.etag, order.state = name, 1, "e1", ORDER_STATE_CONFIRMED
                order.create_time.GetCurrentTime()
                order.update_time.GetCurrentTime()
                self.orders[name] = order
                self.recorded[name] = []
                self._tell(orders.WatchOrdersResponse(order=order))
            return orders.CreateOrderResponse(order=self.orders[name])

    def GetOrder(self, request: orders.GetOrderRequest, context: Context) -> orders.GetOrderResponse:
        self._enter("GetOrder", context)
        try:
            return orders.GetOrderResponse(order=self._find(request.name, context))
        except Refusal as refusal:
            refusal.abort(context)
            raise

    def ListOrders(self, request: orders.ListOrdersRequest, context: Context) -> orders.ListOrdersResponse:
        self._enter("ListOrders", context)
        names = sorted(name for name in self.orders if name.startswith(request.parent + "/"))
        start, size = int(request.page_token or 0), request.page_size or 50
        return orders.ListOrdersResponse(
            orders=[self.orders[name] for name in names[start : start + size]],
            next_page_token=str(start + size) if start + size < len(names) else "",
        )

    def RecordEvent(self, request: orders.RecordEventRequest, context: Context) -> orders.RecordEventResponse:
        self._enter("RecordEvent", context)
        try:
            answer = self._record(request, context)
        except Refusal as refusal:
            refusal.abort(context)
            raise
        if self._lost_answers:
            self._lost_answers -= 1
            unavailable().abort(context)
        return answer

    def BatchRecordEvents(
        self, request: orders.BatchRecordEventsRequest, context: Context
    ) -> orders.BatchRecordEventsResponse:
        self.calls.append("BatchRecordEvents")
        return orders.BatchRecordEventsResponse(outcomes=[self._outcome(each, context) for each in request.requests])

    def StreamEvents(
        self, request_iterator: Iterator[orders.StreamEventsRequest], context: Context
    ) -> Iterator[orders.StreamEventsResponse]:
        self.calls.append("StreamEvents")
        for message in request_iterator:
            outcome = self._outcome(message.request, context)
            if self._lost_answers:
                self._lost_answers -= 1
                unavailable().abort(context)
            yield orders.StreamEventsResponse(request_id=message.request.request_id, outcome=outcome)

    def WatchOrders(self, request: orders.WatchOrdersRequest, context: Context) -> Iterator[orders.WatchOrdersResponse]:
        self.calls.append("WatchOrders")
        watcher: queue.Queue[orders.WatchOrdersResponse | None] = queue.Queue()
        with self._lock:
            self._watchers.append(watcher)
            for name in request.orders if request.send_current else []:
                watcher.put(orders.WatchOrdersResponse(order=self.orders[name]))
        context.add_callback(lambda: watcher.put(None))
        while (answer := watcher.get()) is not None:
            if not request.orders or answer.order.name in request.orders:
                yield answer

    def UpdateBuyerContact(
        self, request: orders.UpdateBuyerContactRequest, context: Context
    ) -> orders.UpdateBuyerContactResponse:
        self._enter("UpdateBuyerContact", context)
        self.orders[request.order].buyer.CopyFrom(request.buyer)
        return orders.UpdateBuyerContactResponse(order=self.orders[request.order])

    def EraseBuyer(self, request: orders.EraseBuyerRequest, context: Context) -> orders.EraseBuyerResponse:
        self._enter("EraseBuyer", context)
        self.orders[request.order].ClearField("buyer")
        return orders.EraseBuyerResponse(order=self.orders[request.order])

    # --------------------------------------------------------------------------------------------------------- inside

    def _enter(self, call: str, context: Context) -> None:
        self.calls.append(call)
        if self._key(context) not in self._accepted:
            Refusal(grpc.StatusCode.UNAUTHENTICATED, "no valid key", "UNAUTHENTICATED").abort(context)
        refusal = self._next_refusal()
        if refusal is not None:
            refusal.abort(context)

    def _key(self, context: Context) -> str:
        metadata = dict(context.invocation_metadata())
        return str(metadata.get("authorization", "")).removeprefix("Bearer ")

    def _next_refusal(self) -> Refusal | None:
        with self._lock:
            return self._refusals.pop(0) if self._refusals else None

    def _find(self, name: str, context: Context) -> Order:
        key = self._key(context)
        own = key == ADMIN_KEY or name.startswith(f"merchants/{key.split('_')[1]}/")
        if not own or name not in self.orders:
            raise Refusal(grpc.StatusCode.NOT_FOUND, f"{name} does not exist", "NOT_FOUND")
        return self.orders[name]

    def _outcome(self, request: orders.RecordEventRequest, context: Context) -> orders.RecordEventOutcome:
        refusal = self._next_refusal()
        try:
            if refusal is not None:
                raise refusal
            return orders.RecordEventOutcome(recorded=self._record(request, context))
        except Refusal as refused:
            return orders.RecordEventOutcome(error=refused.status)

    def _record(self, request: orders.RecordEventRequest, context: Context) -> orders.RecordEventResponse:
        with self._lock:
            order = self._find(request.order, context)
            if request.event.WhichOneof("change") is None:
                raise bad_field("event.change", "name what happened")
            body = request.SerializeToString(deterministic=True)
            known = self._answers.get((request.order, request.request_id))
            if known is not None:
                if known[0] != body:
                    raise Refusal(grpc.StatusCode.ALREADY_EXISTS, "used before", "REQUEST_ID_REUSED")
                return known[1]
            if request.etag and request.etag != order.etag:
                raise Refusal(grpc.StatusCode.ABORTED, "it has changed", "ETAG_MISMATCH")
            same = any(each.event == request.event for each in self.recorded[request.order])
            if not same:
                order.sequence += 1
                order.etag = f"e{order.sequence}"
                order.update_time.GetCurrentTime()
            self.recorded[request.order].append(request)
            answer = orders.RecordEventResponse(
                sequence=order.sequence,
                effect=EFFECT_REPEATED if same else EFFECT_APPLIED,
                order_state=order.state,
                etag=order.etag,
            )
            self._answers[request.order, request.request_id] = (body, answer)
            change = orders.WatchOrdersResponse(order=order, change=request.event)
            change.record_time.GetCurrentTime()
            self._tell(change)
            return answer

    def _tell(self, answer: orders.WatchOrdersResponse) -> None:
        copy = orders.WatchOrdersResponse()
        copy.CopyFrom(answer)
        for watcher in self._watchers:
            watcher.put(copy)
