"""BatchRecordEvents and StreamEvents: many events, each answered by itself, through the same intake as single calls."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from google.rpc import status_pb2

from orders.measures import Measures
from orders.rpc.calls import Access, BothStream, Call, Rpc, Unary, invalid
from orders.rpc.contract import Validate
from orders.rpc.mapping import Reading
from orders.rpc.orders_service import event_field, recorded_response
from orders.rpc.statuses import reason_of, to_status
from orders.use_cases.commands import Answer, Command
from orders.use_cases.credentials import Principal
from orders.use_cases.errors import order_not_found, stopping
from orders.use_cases.names import merchant_of
from orders.use_cases.orders import Orders, own_merchant, own_order
from wismo.orders.v1 import orders_service_pb2 as pb

# Of one stream. More would only wait longer in the intake's queue; the caller is held back by flow control instead.
_UNANSWERED = 1000


_Answers = asyncio.Queue[tuple[str, asyncio.Future[Answer]] | None]


@dataclass(frozen=True, slots=True)
class ManyEventsCalls:
    """The calls that record many events."""

    orders: Orders
    reading: Reading
    validate: Validate
    measures: Measures

    def rpcs(self) -> dict[str, Rpc]:
        """The calls by name, with who may make them."""
        return {
            "BatchRecordEvents": Unary(pb.BatchRecordEventsRequest, Access.FACTS, self.batch),
            "StreamEvents": BothStream(pb.StreamEventsRequest, Access.FACTS, self.stream),
        }

    async def batch(self, request: pb.BatchRecordEventsRequest, call: Call) -> pb.BatchRecordEventsResponse:
        """All of them are queued in their order before the first is waited for, so that they share transactions."""
        own_merchant(call.principal, request.parent)
        waiting = [await self._submit(one, call.principal, request.parent) for one in request.requests]
        outcomes = [await self._outcome(one, "BatchRecordEvents") for one in waiting]
        return pb.BatchRecordEventsResponse(outcomes=outcomes)

    async def stream(
        self, requests: AsyncIterator[pb.StreamEventsRequest], call: Call
    ) -> AsyncIterator[pb.StreamEventsResponse]:
        """Each is answered once it is durable; the order of answers is the order in which they became so."""
        ready: _Answers = asyncio.Queue()
        room = asyncio.Semaphore(_UNANSWERED)
        unanswered = 0

        async def read() -> None:
            nonlocal unanswered
            try:
                async for message in requests:
                    await room.acquire()
                    unanswered += 1
                    await call.still_admitted()
                    future = await self._submit(message.request, call.principal)
                    future.add_done_callback(partial(_queue_answer, ready, message.request.request_id))
            finally:
                ready.put_nowait(None)

        reader = asyncio.create_task(read())
        # A service that stops reads no more, answers what it has read, and asks the caller to begin a stream elsewhere.
        stopper = asyncio.create_task(call.draining.wait())
        stopper.add_done_callback(lambda _: reader.cancel())
        try:
            reading = True
            while reading or unanswered:
                answered = await ready.get()
                if answered is None:
                    reading = False
                    continue
                request_id, future = answered
                outcome = await self._outcome(future, "StreamEvents")
                unanswered -= 1
                room.release()
                yield pb.StreamEventsResponse(request_id=request_id, outcome=outcome)
            if call.draining.is_set():
                raise stopping()
            await reader
        finally:
            stopper.cancel()
            reader.cancel()

    async def _submit(
        self, request: pb.RecordEventRequest, principal: Principal, parent: str = ""
    ) -> "asyncio.Future[Answer]":
        """What becomes of one request; a refusal is in the future as well."""
        try:
            return self.orders.intake.submit(await self._command(request, principal, parent))
        except Exception as error:  # noqa: BLE001  # Whatever is wrong with one must not stop the others.
            refused: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            refused.set_exception(error)
            return refused

    async def _command(self, request: pb.RecordEventRequest, principal: Principal, parent: str) -> Command:
        violations = self.validate(request)
        if violations:
            raise invalid(violations)
        if parent and merchant_of(request.order) != parent:
            raise order_not_found(request.order)
        own_order(principal, request.order)
        mark = self.reading.mark("record", request.event, request.request_id)
        event = self.reading.event(request.event, request.order)
        return await self.orders.to_record(principal, request.order, event, mark, request.etag)

    async def _outcome(self, future: "asyncio.Future[Answer]", rpc: str) -> pb.RecordEventOutcome:
        try:
            return pb.RecordEventOutcome(recorded=recorded_response(await future))
        except Exception as error:  # noqa: BLE001  # Told to the caller, foreseen or not.
            status: status_pb2.Status = to_status(error, event_field)
            self.measures.refused.labels(rpc, reason_of(status)).inc()
            return pb.RecordEventOutcome(error=status)


def _queue_answer(ready: _Answers, request_id: str, answer: "asyncio.Future[Answer]") -> None:
    ready.put_nowait((request_id, answer))
