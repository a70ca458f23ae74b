"""The client for asyncio: the same methods as WismoClient's, awaited. One for each event loop."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from datetime import datetime
from decimal import Decimal

from wismo.client.asynchronous_merchants import AsyncMerchantCalls
from wismo.client.asynchronous_stream import stream_events
from wismo.client.asynchronous_watch import watch_orders
from wismo.client.batch import Batch
from wismo.client.errors import WismoError
from wismo.client.requests import batches
from wismo.client.results import Change, Emission, Outcome, Page, Recorded, new_request_id
from wismo.client.values import Money
from wismo.client.vocabulary import OrderState, QuestionChannel, QuestionState
from wismo.orders.v1 import orders_service_pb2 as orders_messages
from wismo.orders.v1.buyer_pb2 import Buyer
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent
from wismo.orders.v1.order_pb2 import Order
from wismo.orders.v1.question_pb2 import Question
from wismo.orders.v1.questions_service_pb2 import CheckChargeResponse, OrderQuestion
from wismo.orders.v1.questions_service_pb2_grpc import ChargesServiceStub, QuestionsServiceStub


class AsyncWismoClient(AsyncMerchantCalls):
    """``async with AsyncWismoClient("orders.example:50051", "wk_…", tls=True) as wismo: await wismo.record(…)``

    Arguments, promises and errors are those of WismoClient. Make it where the loop runs. A call whose task is cancelled
    may have been recorded all the same.
    """

    # -------------------------------------------------------------------------------------------------------- orders

    async def create_order(self, order: Order, *, request_id: str | None = None) -> Order:
        """Create an order (see `wismo.client.drafts.new_order`); the buyer is told of it. The order as created."""
        return (await self._call(self._orders.CreateOrder, self._requests.create_order(order, request_id))).order

    async def get_order(self, order: str) -> Order:
        """The order as it is now."""
        request = orders_messages.GetOrderRequest(name=self._requests.order(order))
        return (await self._call(self._orders.GetOrder, request)).order

    async def list_orders(
        self,
        *,
        states: Iterable[OrderState | str] = (),
        with_open_problem: bool = False,
        page_size: int = 50,
        page_token: str = "",
    ) -> Page[Order]:
        """One page of orders, newest change last; at most 500 on one."""
        request = self._requests.list_orders(states, with_open_problem, page_size, page_token)
        answer = await self._call(self._orders.ListOrders, request)
        return Page(list(answer.orders), answer.next_page_token)

    async def orders(
        self, *, states: Iterable[OrderState | str] = (), with_open_problem: bool = False, page_size: int = 200
    ) -> AsyncIterator[Order]:
        """All orders, fetched page by page as they are asked for."""
        states = list(states)
        token = ""
        while True:
            page = await self.list_orders(
                states=states, with_open_problem=with_open_problem, page_size=page_size, page_token=token
            )
            for order in page.items:
                yield order
            token = page.next_page_token
            if not token:
                return

    async def update_buyer_contact(self, order: str, buyer: Buyer, *, request_id: str | None = None) -> Order:
        """Replace the buyer's contact, whole; links mailed before open no longer when the address changed."""
        return (
            await self._call(self._orders.UpdateBuyerContact, self._requests.update_contact(order, buyer, request_id))
        ).order

    async def erase_buyer(self, order: str, *, request_id: str | None = None) -> Order:
        """Forget who bought; what was bought stays."""
        return (await self._call(self._orders.EraseBuyer, self._requests.erase(order, request_id))).order

    # -------------------------------------------------------------------------------------------------------- events

    async def record(
        self, order: str, event: FulfilmentEvent, *, request_id: str | None = None, etag: str = ""
    ) -> Recorded:
        """Record one event (see `wismo.client.events`); returns when it is stored durably.

        ``etag``: record it only if the order still has it, else raise Conflict.
        """
        return await self.emit(Emission(order, event, request_id or new_request_id(), etag))

    async def emit(self, emission: Emission) -> Recorded:
        """Record one event that carries its own identity."""
        answer = await self._call(self._orders.RecordEvent, self._requests.record(emission))
        return Recorded.of(emission.request_id, answer)

    async def record_many(self, emissions: Iterable[Emission]) -> list[Outcome]:
        """Record events in batches; one outcome each, in their order. A refused event does not stop the others.

        Events that the server could not take for now are tried again, as a single call is. Raises only when a whole
        batch could not be sent; what was recorded before it stays so, and the same emissions may be given again.
        """
        outcomes: list[Outcome] = []
        for batch in batches(emissions):
            outcomes.extend(await self._record_batch(batch))
        return outcomes

    def stream(
        self, emissions: AsyncIterable[Emission] | Iterable[Emission], *, window: int = 1_000
    ) -> AsyncIterator[Outcome]:
        """Record events as they come, and yield each one's outcome once it is durable (order may differ).

        At most ``window`` are under way: beyond it ``emissions`` is not asked for more. Reconnects by itself, and sends
        what was not answered again, in order; raises Unavailable when that fails for longer than the retry policy
        allows. Stopping early (closing the iterator) is allowed; what was sent may have been recorded.
        """
        return stream_events(self._connection, emissions, window)

    def watch(
        self,
        *orders: str,
        send_current: bool = True,
        give_up_after: float | None = None,
        on_lost: Callable[[WismoError], None] | None = None,
    ) -> AsyncIterator[Change]:
        """Follow these orders (at most 100), or all of the merchant's; `wismo.client.blocking_watch` says what it
        promises.
        """
        return watch_orders(self._connection, orders, send_current, give_up_after, on_lost)

    # ------------------------------------------------------------------------------------------- questions and charges

    async def ask_question(
        self,
        order: str,
        text: str,
        *,
        channel: QuestionChannel | str = QuestionChannel.EMAIL,
        asked_at: datetime | None = None,
        request_id: str | None = None,
    ) -> Question:
        """File what a buyer asked elsewhere, by mail or telephone; the buyer is told by when the answer comes.

        ``asked_at``: when, if that was earlier, for example on a voice mail box. Askings of one wait fold into one
        question, whose earliest reply-by time stands.
        """
        return (
            await self._call(
                QuestionsServiceStub(self.channel).AskQuestion,
                self._requests.ask(order, text, channel, asked_at, request_id),
            )
        ).question

    async def answer_question(
        self, order: str, question_id: str, text: str, *, request_id: str | None = None
    ) -> Question:
        """Answer; the buyer gets it by message and on the page."""
        request = self._requests.answer(order, question_id, text, request_id)
        return (await self._call(QuestionsServiceStub(self.channel).AnswerQuestion, request)).question

    async def list_questions(
        self, *, state: QuestionState | str | None = None, page_size: int = 50, page_token: str = ""
    ) -> Page[OrderQuestion]:
        """One page of questions, the earliest reply-by time first."""
        request = self._requests.list_questions(state, page_size, page_token)
        answer = await self._call(QuestionsServiceStub(self.channel).ListQuestions, request)
        return Page(list(answer.questions), answer.next_page_token)

    async def check_charge(
        self, order: str, line_id: str, amount: Money | tuple[Decimal | int | str, str]
    ) -> CheckChargeResponse:
        """May this trial be charged now? ``may_charge`` says so; if not, ``obstacle`` and ``explanation`` say why, and
        ``may_charge_at`` from when on, where waiting helps. Charge only on a yes; an error is none.
        """
        return await self._call(
            ChargesServiceStub(self.channel).CheckCharge, self._requests.check_charge(order, line_id, amount)
        )

    async def _record_batch(self, emissions: list[Emission]) -> list[Outcome]:
        batch = Batch(emissions, self._tries())
        while batch.waiting:
            request = self._requests.record_many(batch.waiting)
            answer = await self._call(self._orders.BatchRecordEvents, request)
            seconds = batch.settle(answer)
            if batch.waiting:
                await self._connection.sleep(seconds)
        return batch.outcomes
