"""What every call of the asyncio client goes through: one connection, tries until the policy ends."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

import grpc

from wismo.client.channel import Tls, connect_async, tls_of
from wismo.client.connection import AsyncConnection
from wismo.client.errors import Unavailable, from_rpc
from wismo.client.requests import Requests
from wismo.client.retry import RetryPolicy, Tries
from wismo.orders.v1.orders_service_pb2_grpc import OrdersServiceStub

Request = TypeVar("Request")
Response = TypeVar("Response")


class AsyncCalls:
    """The connection. Its arguments are described at AsyncWismoClient."""

    def __init__(
        self,
        target: str,
        api_key: str,
        *,
        tls: bool | Tls | None = None,
        merchant: str | None = None,
        timeout: float = 10.0,
        retry: RetryPolicy | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.target = target
        self.channel = connect_async(target, tls_of(tls))
        self._connection = AsyncConnection(
            orders=OrdersServiceStub(self.channel),
            requests=Requests.of(api_key, merchant),
            metadata=(("authorization", f"Bearer {api_key}"),),
            timeout=timeout,
            retry=retry or RetryPolicy(),
            sleep=sleep,
        )
        self._orders = self._connection.orders
        self._requests = self._connection.requests

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connection; calls under way fail."""
        await self.channel.close(None)

    async def wait_until_reachable(self, seconds: float) -> None:
        """Return once the server takes connections; raises Unavailable after ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self.channel.channel_ready()
        except TimeoutError:
            raise Unavailable(
                f"{self.target} was not reachable for {seconds:g} s", code=grpc.StatusCode.UNAVAILABLE
            ) from None

    async def _call(
        self,
        method: "grpc.aio.UnaryUnaryMultiCallable[Request, Response]",
        request: Request,
        *,
        retry: RetryPolicy | None = None,
    ) -> Response:
        tries = self._tries(retry)
        while True:
            try:
                return await method(request, timeout=tries.timeout(), metadata=self._connection.metadata)
            except grpc.RpcError as raised:
                error = from_rpc(raised)
                seconds = tries.wait(error)
                if seconds is None:
                    raise error from raised
            await self._connection.sleep(seconds)

    def _tries(self, retry: RetryPolicy | None = None) -> Tries:
        return Tries(retry or self._connection.retry, self._connection.timeout)
