"""What every call of the blocking client goes through: one connection, tries until the policy ends."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

import grpc

from wismo.client.channel import Tls, connect, tls_of
from wismo.client.connection import BlockingConnection
from wismo.client.errors import Unavailable, from_rpc
from wismo.client.requests import Requests
from wismo.client.retry import RetryPolicy, Tries
from wismo.orders.v1.orders_service_pb2_grpc import OrdersServiceStub

Request = TypeVar("Request")
Response = TypeVar("Response")


class BlockingCalls:
    """The connection. Its arguments are described at WismoClient."""

    def __init__(
        self,
        target: str,
        api_key: str,
        *,
        tls: bool | Tls | None = None,
        merchant: str | None = None,
        timeout: float = 10.0,
        retry: RetryPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.target = target
        self.channel = connect(target, tls_of(tls))
        self._connection = BlockingConnection(
            orders=OrdersServiceStub(self.channel),
            requests=Requests.of(api_key, merchant),
            metadata=(("authorization", f"Bearer {api_key}"),),
            timeout=timeout,
            retry=retry or RetryPolicy(),
            sleep=sleep,
        )
        self._orders = self._connection.orders
        self._requests = self._connection.requests

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; calls under way fail."""
        self.channel.close()

    def wait_until_reachable(self, seconds: float) -> None:
        """Return once the server takes connections; raises Unavailable after ``seconds``."""
        ready = grpc.channel_ready_future(self.channel)
        try:
            ready.result(timeout=seconds)
        except grpc.FutureTimeoutError:
            raise Unavailable(
                f"{self.target} was not reachable for {seconds:g} s", code=grpc.StatusCode.UNAVAILABLE
            ) from None
        finally:
            ready.cancel()

    def _call(
        self,
        method: "grpc.UnaryUnaryMultiCallable[Request, Response]",
        request: Request,
        *,
        retry: RetryPolicy | None = None,
    ) -> Response:
        tries = self._tries(retry)
        while True:
            try:
                return method(request, timeout=tries.timeout(), metadata=self._connection.metadata)
            except grpc.RpcError as raised:
                error = from_rpc(raised)
                seconds = tries.wait(error)
                if seconds is None:
                    raise error from raised
            self._connection.sleep(seconds)

    def _tries(self, retry: RetryPolicy | None = None) -> Tries:
        return Tries(retry or self._connection.retry, self._connection.timeout)
