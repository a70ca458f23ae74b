"""The load, in a process of its own: `python -m tests.bench.load` reads a plan as JSON from standard input and prints
what it measured.

Requests are encoded before the clock starts and answers are only looked at, so that the caller's own cost is the same
for every server that is compared and as small as it can be.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

import grpc
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from wismo.orders.v1 import fulfilment_event_pb2, tracking_pb2
from wismo.orders.v1 import orders_service_pb2 as pb


@dataclass(frozen=True)
class Plan:
    """What to call, how, and for how long. `first` is the number of the first event, so that no event is sent twice."""

    address: str
    method: str
    key: str
    merchant: str
    orders: int
    first: int
    callers: int = 64
    seconds: float = 5.0
    batch: int = 0
    stream: bool = False


@dataclass(frozen=True)
class Measured:
    """Events answered well, in how many seconds, and how long a call took."""

    events: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        return self.events / self.seconds


def run_load(plan: Plan) -> Measured:
    """Run a plan in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        check=True,
    )
    return Measured(**json.loads(done.stdout))


def order_name(merchant: str, number: int) -> str:
    """The orders that the events go to."""
    return f"{merchant}/orders/B-{number:06d}"


def scan(merchant: str, orders: int, number: int) -> pb.RecordEventRequest:
    """Event `number`: a carrier's scan of a parcel that is under way, each order in turn."""
    at = Timestamp(seconds=1_780_000_000 + number // 1000, nanos=number % 1000 * 1_000_000)
    progress = fulfilment_event_pb2.ParcelProgressed(
        parcel_id="p1", status=tracking_pb2.TRACKING_STATUS_IN_TRANSIT, carrier_code="IT", location=f"Hub {number % 97}"
    )
    event = fulfilment_event_pb2.FulfilmentEvent(
        occurred_at=at, source=fulfilment_event_pb2.EVENT_SOURCE_CARRIER, parcel_progressed=progress
    )
    return pb.RecordEventRequest(order=order_name(merchant, number % orders), event=event, request_id=f"b{number}")


class _Load:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.events = 0
        self.refused = 0
        self.took: list[float] = []
        self.until = 0.0
        self.metadata = (("authorization", f"Bearer {plan.key}"),)

    async def run(self) -> Measured:
        options = [("grpc.max_receive_message_length", 16 * 1024 * 1024), ("grpc.use_local_subchannel_pool", 1)]
        async with grpc.aio.insecure_channel(self.plan.address, options=options) as channel:
            await channel.channel_ready()
            caller = self._caller(channel)
            started = time.perf_counter()
            self.until = started + self.plan.seconds
            await asyncio.gather(*(caller() for _ in range(self.plan.callers)))
            seconds = time.perf_counter() - started
        self.took.sort()
        middle, last = self.took[len(self.took) // 2], self.took[int(len(self.took) * 0.99)]
        return Measured(self.events, self.refused, seconds, middle * 1000, last * 1000)

    def _caller(self, channel: grpc.aio.Channel) -> Callable[[], Awaitable[None]]:
        """What each caller does; all take from one queue of requests, in the order of their events."""
        if self.plan.stream:
            call: Any = channel.stream_stream(self.plan.method, request_serializer=bytes, response_deserializer=bytes)
            ready = self._encoded(10_000, lambda request: pb.StreamEventsRequest(request=request))
            return lambda: self._stream(call, ready)
        call = channel.unary_unary(self.plan.method, request_serializer=bytes, response_deserializer=bytes)
        if self.plan.batch:
            batches = self._batches_encoded(20_000)
            return lambda: self._batches(call, batches)
        singles = self._encoded(6_000, lambda request: request)
        return lambda: self._singles(call, singles)

    def _encoded(self, most_a_second: int, wrap: Callable[[pb.RecordEventRequest], Message]) -> deque[bytes]:
        numbers = range(self.plan.first, self.plan.first + int(self.plan.seconds * most_a_second))
        return deque(wrap(scan(self.plan.merchant, self.plan.orders, number)).SerializeToString() for number in numbers)

    def _batches_encoded(self, most_a_second: int) -> deque[bytes]:
        plan = self.plan
        encoded: deque[bytes] = deque()
        for first in range(plan.first, plan.first + int(plan.seconds * most_a_second), plan.batch):
            requests = [scan(plan.merchant, plan.orders, number) for number in range(first, first + plan.batch)]
            batch = pb.BatchRecordEventsRequest(parent=plan.merchant, requests=requests)
            encoded.append(batch.SerializeToString())
        return encoded

    async def _singles(self, call: Any, ready: deque[bytes]) -> None:
        while ready and (began := time.perf_counter()) < self.until:
            await call(ready.popleft(), metadata=self.metadata)
            self.took.append(time.perf_counter() - began)
            self.events += 1

    async def _batches(self, call: Any, ready: deque[bytes]) -> None:
        while ready and (began := time.perf_counter()) < self.until:
            answer = pb.BatchRecordEventsResponse.FromString(await call(ready.popleft(), metadata=self.metadata))
            self.took.append(time.perf_counter() - began)
            good = sum(outcome.HasField("recorded") for outcome in answer.outcomes)
            self.events += good
            self.refused += len(answer.outcomes) - good

    async def _stream(self, call: Any, ready: deque[bytes]) -> None:
        room = asyncio.Semaphore(200)

        async def requests() -> AsyncIterator[bytes]:
            while ready and time.perf_counter() < self.until:
                await room.acquire()
                yield ready.popleft()

        began = time.perf_counter()
        async for answer in call(requests(), metadata=self.metadata):
            room.release()
            good = pb.StreamEventsResponse.FromString(answer).outcome.HasField("recorded")
            self.events += good
            self.refused += not good
        self.took.append(time.perf_counter() - began)


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(_Load(Plan(**json.loads(sys.stdin.read()))).run()))))
