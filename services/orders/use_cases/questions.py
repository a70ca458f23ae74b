"""Questions of buyers and the answers to them (row M8)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.clock import Clock
from orders.domain.asking import asking
from orders.domain.events import Event
from orders.domain.order import Order
from orders.domain.vocabulary import EventSource
from orders.use_cases.commands import Answer, RecordDecided
from orders.use_cases.credentials import Principal
from orders.use_cases.names import order_key
from orders.use_cases.orders import Orders, own_merchant, own_order
from orders.use_cases.ports import QuestionPlace, QuestionQuery
from orders.use_cases.requests import RequestMark


@dataclass(frozen=True, slots=True)
class Questions:
    """The calls on questions."""

    orders: Orders
    clock: Clock

    async def ask(self, principal: Principal, name: str, asked: Event, mark: RequestMark) -> Answer:
        """File a question and acknowledge it, in one commit. The answer's sequence is that of the acknowledgement."""
        own_order(principal, name)
        merchant = await self.orders.merchant_for(name)
        # Reading a country's holidays for the first time must not hold up everybody else's commit.
        await asyncio.to_thread(merchant.answers.by, self.clock.now(), self.clock.now())

        def decide(order: Order, now: datetime) -> Sequence[Event]:
            return asking(order, asked, now, lambda at: merchant.answers.by(at, now))

        return await self.orders.intake.submit(RecordDecided(order_key(name), name, merchant, mark, decide))

    async def answer(self, principal: Principal, name: str, answered: Event, mark: RequestMark) -> Answer:
        """Answer a question: the care team's word, whoever hands it on."""
        own_order(principal, name)
        command = await self.orders.command(name, replace(answered, source=EventSource.CARE), mark)
        return await self.orders.intake.submit(command)

    async def page(self, principal: Principal, query: QuestionQuery) -> Sequence[QuestionPlace]:
        """A page of a merchant's questions, those first that are due first."""
        own_merchant(principal, query.merchant)
        return await self.orders.store.questions(query)
