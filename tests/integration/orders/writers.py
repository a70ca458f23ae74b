"""Backends that write at once, retry what fails with the same request id, and remember what was acknowledged."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import grpc

from tests.integration.orders.shop import Shop, note
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1.orders_service_pb2_grpc import OrdersServiceStub

_RETRIED = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.CANCELLED,
}


@dataclass
class Writers:
    """`callers` threads that share `total` notes over `orders` orders of a shop, written to all addresses alike."""

    shop: Shop
    addresses: Sequence[str]
    orders: int
    total: int
    callers: int
    deadline: float = 60.0
    acknowledged: dict[tuple[str, str], int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    _next: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> list[threading.Thread]:
        """Begin to write; join the threads to wait for the end."""
        threads = [threading.Thread(target=self._write, args=(number,)) for number in range(self.callers)]
        for thread in threads:
            thread.start()
        return threads

    def _write(self, number: int) -> None:
        address = self.addresses[number % len(self.addresses)]
        options = [
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.max_reconnect_backoff_ms", 200),
            ("grpc.initial_reconnect_backoff_ms", 50),
            ("grpc.min_reconnect_backoff_ms", 50),
        ]
        with grpc.insecure_channel(address, options=options) as channel:
            stub = OrdersServiceStub(channel)
            while True:
                with self._lock:
                    one, self._next = self._next, self._next + 1
                if one >= self.total:
                    return
                self._send(stub, f"R-{one % self.orders}", f"n{one}")

    def _send(self, stub: OrdersServiceStub, reference: str, request_id: str) -> None:
        request = self.shop.request(note(f"Note {request_id}"), request_id, reference)
        give_up = time.monotonic() + self.deadline
        while time.monotonic() < give_up:
            try:
                answer = stub.RecordEvent(request, metadata=self.shop.metadata, timeout=5)
            except grpc.RpcError as error:
                if error.code() not in _RETRIED:
                    self.failed.append(f"{request_id}: {error.code()} {error.details()}")
                    return
                time.sleep(0.05)
            else:
                assert answer.effect == events.EFFECT_APPLIED
                self.acknowledged[request.order, request_id] = answer.sequence
                return
        self.failed.append(f"{request_id}: not acknowledged in {self.deadline:.0f} s")

    def check(self, published: dict[str, list[OrderEvent]]) -> None:
        """I1 and I2: whatever was acknowledged is published once, in order, without gaps, and nothing else is."""
        assert not self.failed
        assert len(self.acknowledged) == self.total
        for order, of_order in published.items():
            assert [event.sequence for event in of_order] == list(range(1, len(of_order) + 1)), order
            assert [event.order.sequence for event in of_order] == [event.sequence for event in of_order], order
        told = {(order, event.request_id): event.sequence for order, kept in published.items() for event in kept[1:]}
        assert told == self.acknowledged
