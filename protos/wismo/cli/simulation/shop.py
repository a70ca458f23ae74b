"""Sends whole lives: many orders at once, each order's steps one after the other, at the asked rate."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from wismo.cli.simulation.plans import Plan
from wismo.cli.simulation.tally import Acknowledged, Failed, Tally
from wismo.client import AsyncWismoClient, Emission, NotPossible, QuestionChannel, Unavailable, WismoError
from wismo.client.values import datetime_of
from wismo.client.vocabulary import word
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent

Send = Callable[[], Awaitable[tuple[int, str]]]


class Pace:
    """Lets one caller through every ``1 / rate`` seconds; 0: as fast as they come. Time lost in an outage is not made
    up for.
    """

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate if rate > 0 else 0.0
        self._next = 0.0

    async def turn(self) -> None:
        """Return when it is the caller's turn."""
        if not self._gap:
            return
        self._next = max(self._next + self._gap, time.monotonic())
        await asyncio.sleep(max(0.0, self._next - time.monotonic()))


@dataclass
class Course:
    """How far one order has come."""

    plan: Plan
    name: str
    step: int = -1  # -1: not yet created.
    request_ids: list[str] = field(default_factory=list)
    question_id: str = ""  # What the server called the newest question.

    @property
    def due(self) -> datetime:
        return self.plan.steps[self.step].at if self.step >= 0 else self.plan.order.placed_at.ToDatetime(tzinfo=UTC)

    @property
    def over(self) -> bool:
        return self.step >= len(self.plan.steps)


class Shop:
    """One run. ``parent``: the merchant's resource name; ``run``: what request ids are derived from."""

    def __init__(self, client: AsyncWismoClient, parent: str, run: str, tally: Tally) -> None:
        self._client = client
        self._parent = parent
        self._run = run
        self._tally = tally

    async def open(self, plans: list[Plan], rate: float, concurrency: int) -> None:
        """Send everything. Returns when each request was acknowledged, refused, or given up for good."""
        courses: asyncio.PriorityQueue[tuple[datetime, int, Course]] = asyncio.PriorityQueue()
        for plan in plans:
            course = Course(plan, f"{self._parent}/orders/{plan.order.reference}")
            courses.put_nowait((course.due, plan.number, course))
        pace = Pace(rate)
        start = time.monotonic()

        async def work() -> None:
            while True:
                _, number, course = await courses.get()
                await pace.turn()
                await self._advance(course)
                self._tally.seconds = time.monotonic() - start
                if not course.over:
                    courses.put_nowait((course.due, number, course))
                courses.task_done()

        workers = [asyncio.create_task(work()) for _ in range(min(concurrency, len(plans)))]
        everything = asyncio.create_task(courses.join())
        try:
            # A worker never ends by itself: one that did has failed, and takes the run with it.
            await asyncio.wait([everything, *workers], return_when=asyncio.FIRST_COMPLETED)
            for worker in workers:
                if worker.done():
                    worker.result()
        finally:
            for task in (everything, *workers):
                task.cancel()
            await asyncio.gather(everything, *workers, return_exceptions=True)

    async def _advance(self, course: Course) -> None:
        """Send the next request of one order, and note how it fared. An order that was not created has no further
        steps.
        """
        if course.step < 0:
            request_id = self._request_id(course.name, -1)
            created = await self._send(
                course.name, request_id, "order_created", lambda: self._create(course, request_id)
            )
            course.step = 0 if created else len(course.plan.steps)
            return
        step = course.plan.steps[course.step]
        own = self._request_id(course.name, course.step)
        request_id = course.request_ids[step.copy_of] if step.copy_of is not None else own
        course.request_ids.append(request_id)
        kind = step.event.WhichOneof("change") or ""
        await self._send(course.name, request_id, kind, lambda: self._tell(course, step.event, request_id))
        course.step += 1

    async def _create(self, course: Course, request_id: str) -> tuple[int, str]:
        await self._client.create_order(course.plan.order, request_id=request_id)
        return (
            1,
            "applied",
        )  # A repeated creation answers with the order as it is now; its event is number 1 all the same.

    async def _tell(self, course: Course, event: FulfilmentEvent, request_id: str) -> tuple[int, str]:
        """Questions go by calls of their own, whose answers name no sequence: 0."""
        if event.HasField("question_asked"):
            asked = event.question_asked
            question = await self._client.ask_question(
                course.name,
                asked.text,
                channel=word(QuestionChannel, asked.channel),
                asked_at=datetime_of(event.occurred_at),
                request_id=request_id,
            )
            course.question_id = question.question_id
            return 0, "asked"
        if event.HasField("question_answered"):
            if not course.question_id:
                raise NotPossible("the question could not be asked")
            text = event.question_answered.text
            await self._client.answer_question(course.name, course.question_id, text, request_id=request_id)
            return 0, "answered"
        recorded = await self._client.emit(Emission(course.name, event, request_id))
        return recorded.sequence, recorded.effect.value

    async def _send(self, order: str, request_id: str, kind: str, send: Send) -> bool:
        start = time.monotonic()
        try:
            sequence, effect = await send()
        except WismoError as error:
            failed = Failed(order, request_id, kind, str(error), error.reason)
            (self._tally.unanswered if isinstance(error, Unavailable) else self._tally.refused).append(failed)
            self._tally.last_error = str(error)
            return False
        self._tally.acknowledge(
            Acknowledged(
                order=order,
                request_id=request_id,
                kind=kind,
                sequence=sequence,
                effect=effect,
                acked_at=datetime.now(UTC).isoformat(),
                seconds=round(time.monotonic() - start, 6),
            )
        )
        return True

    def _request_id(self, order: str, step: int) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"wismo-simulate/{self._run}/{order}/{step}"))
