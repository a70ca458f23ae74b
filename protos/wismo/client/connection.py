"""What the calls of one client share: the stubs, the credentials, and how to try again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wismo.client.requests import Requests
from wismo.client.retry import RetryPolicy
from wismo.orders.v1.orders_service_pb2_grpc import OrdersServiceStub

if TYPE_CHECKING:
    from wismo.orders.v1.orders_service_pb2_grpc import OrdersServiceAsyncStub  # Exists for the type checker only.

Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BlockingConnection:
    """For WismoClient."""

    orders: OrdersServiceStub
    requests: Requests
    metadata: Metadata
    timeout: float
    retry: RetryPolicy
    sleep: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class AsyncConnection:
    """For AsyncWismoClient."""

    orders: "OrdersServiceAsyncStub"
    requests: Requests
    metadata: Metadata
    timeout: float
    retry: RetryPolicy
    sleep: Callable[[float], Awaitable[None]]
