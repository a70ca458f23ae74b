"""StreamEvents for asyncio: as `blocking_stream`, with tasks in place of threads."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable

import grpc

from wismo.client.connection import AsyncConnection
from wismo.client.errors import Unavailable, WismoError, from_rpc
from wismo.client.requests import Requests
from wismo.client.results import Emission, Outcome
from wismo.client.retry import Tries
from wismo.client.unanswered import Unanswered
from wismo.orders.v1.orders_service_pb2 import StreamEventsRequest, StreamEventsResponse


class _Feed:
    """What the tasks share. All of it happens on one loop, so only waiting needs the condition."""

    def __init__(
        self, source: AsyncIterable[Emission] | Iterable[Emission], requests: Requests, book: Unanswered
    ) -> None:
        self._source = source
        self._requests = requests
        self._changed = asyncio.Condition()
        self._connection = 0
        self.book = book
        self.failure: Exception | None = None

    async def pump(self) -> None:
        """Move the source into the book, never past the window. What the source raises is raised to the caller."""
        try:
            if isinstance(self._source, AsyncIterable):
                async for emission in self._source:
                    await self._take(emission)
            else:
                for emission in self._source:
                    await self._take(emission)
        except Exception as failure:  # noqa: BLE001 - it belongs to the caller, whatever it is.
            self.failure = failure
        finally:
            self.book.exhausted = True
            await self._wake()

    async def outgoing(self) -> AsyncIterator[StreamEventsRequest]:
        """The messages of one connection; ends when everything is answered, or a later connection has taken over."""
        self._connection += 1
        mine = self._connection
        self.book.reconnect()
        await self._wake()
        while self._connection == mine and not self.book.done:
            emission = self.book.next()
            if emission is not None:
                yield StreamEventsRequest(request=self._requests.record(emission))
                continue
            async with self._changed:
                if self.book.idle:
                    await self._changed.wait()

    async def settle(self, answer: StreamEventsResponse) -> tuple[Outcome | None, float]:
        """Take an answer, and wake whoever waits for room, for work, or for the end."""
        result = self.book.settle(answer)
        await self._wake()
        return result

    async def _take(self, emission: Emission) -> None:
        self._requests.record(emission)  # Refuse here what could not be sent, before it is under way.
        async with self._changed:
            await self._changed.wait_for(lambda: not self.book.full)
            self.book.add(emission)
            self._changed.notify_all()

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()


async def stream_events(
    connection: AsyncConnection, emissions: AsyncIterable[Emission] | Iterable[Emission], window: int
) -> AsyncIterator[Outcome]:
    """See WismoClient.stream. Close it (`aclosing`) when you stop early, so that its tasks end at once."""

    def new_tries() -> Tries:
        return Tries(connection.retry, connection.timeout)

    book = Unanswered(window, new_tries)
    feed = _Feed(emissions, connection.requests, book)
    pump = asyncio.create_task(feed.pump(), name="wismo-stream-pump")
    tries = new_tries()
    try:
        while not book.done:
            error: WismoError = Unavailable("the server ended the stream", code=grpc.StatusCode.UNAVAILABLE)
            call = connection.orders.StreamEvents(feed.outgoing(), metadata=connection.metadata)
            try:
                async for answer in call:
                    tries = new_tries()  # It works: a later loss has its full time again.
                    outcome, seconds = await feed.settle(answer)
                    if outcome is not None:
                        yield outcome
                    if seconds:
                        await connection.sleep(seconds)
            except grpc.RpcError as raised:
                error = from_rpc(raised)
            finally:
                call.cancel()
            if not book.done:
                tries.timeout()
                pause = tries.wait(error)
                if pause is None:
                    raise error
                await connection.sleep(pause)
        if feed.failure is not None:
            raise feed.failure
    finally:
        pump.cancel()
