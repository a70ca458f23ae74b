"""From a caller's words to the contract's requests; the same for the blocking and the asyncio client. Nothing is sent
here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from google.protobuf.field_mask_pb2 import FieldMask

from wismo.client.errors import InvalidInput
from wismo.client.events.envelope import ids
from wismo.client.results import Emission, new_request_id
from wismo.client.values import Money, merchant_name, merchant_of_key, moment, money, order_name
from wismo.client.vocabulary import ApiKeyScope, OrderState, QuestionChannel, QuestionState, number
from wismo.orders.v1 import merchants_service_pb2 as merchants
from wismo.orders.v1 import orders_service_pb2 as orders
from wismo.orders.v1 import questions_service_pb2 as questions
from wismo.orders.v1.buyer_pb2 import Buyer
from wismo.orders.v1.merchant_pb2 import Merchant
from wismo.orders.v1.order_pb2 import Order

BATCH_EVENTS = 500
BATCH_BYTES = 3 * 1024 * 1024  # The server takes 1,000 events, and 4 MiB, in one message.


@dataclass(frozen=True, slots=True)
class Requests:
    """Builds requests for one merchant: the one given, else the one that the key says."""

    merchant: str | None

    @classmethod
    def of(cls, api_key: str, merchant: str | None) -> "Requests":
        return cls(merchant or merchant_of_key(api_key))

    def parent(self, merchant: str | None = None) -> str:
        """The merchant's resource name."""
        chosen = merchant or self.merchant
        if chosen is None:
            raise InvalidInput.of("merchant", "this key does not say which merchant; give merchant=…")
        return merchant_name(chosen)

    def order(self, order: str) -> str:
        """The order's resource name."""
        return order_name(order, self.merchant)

    def create_order(self, order: Order, request_id: str | None) -> orders.CreateOrderRequest:
        parent = order.name.partition("/orders/")[0] if order.name else self.parent()
        return orders.CreateOrderRequest(parent=parent, order=order, request_id=request_id or new_request_id())

    def list_orders(
        self, states: Iterable[OrderState | str], with_open_problem: bool, page_size: int, page_token: str
    ) -> orders.ListOrdersRequest:
        request = orders.ListOrdersRequest(
            parent=self.parent(), page_size=page_size, page_token=page_token, with_open_problem=with_open_problem
        )
        request.states.extend(number(OrderState, state, "states") for state in ids(states, "states"))
        return request

    def record(self, emission: Emission) -> orders.RecordEventRequest:
        return orders.RecordEventRequest(
            order=self.order(emission.order),
            event=emission.event,
            request_id=emission.request_id,
            etag=emission.etag,
        )

    def record_many(self, emissions: list[Emission]) -> orders.BatchRecordEventsRequest:
        requests = [self.record(emission) for emission in emissions]
        parents = {request.order.partition("/orders/")[0] for request in requests}
        if len(parents) > 1:
            raise InvalidInput.of("order", f"a batch is for one merchant, not for {' and '.join(sorted(parents))}")
        return orders.BatchRecordEventsRequest(parent=parents.pop(), requests=requests)

    def watch(self, names: Iterable[str], send_current: bool) -> orders.WatchOrdersRequest:
        return orders.WatchOrdersRequest(parent=self.parent(), orders=names, send_current=send_current)

    def update_contact(self, order: str, buyer: Buyer, request_id: str | None) -> orders.UpdateBuyerContactRequest:
        return orders.UpdateBuyerContactRequest(
            order=self.order(order), buyer=buyer, request_id=request_id or new_request_id()
        )

    def erase(self, order: str, request_id: str | None) -> orders.EraseBuyerRequest:
        return orders.EraseBuyerRequest(order=self.order(order), request_id=request_id or new_request_id())

    def ask(
        self, order: str, text: str, channel: QuestionChannel | str, asked_at: datetime | None, request_id: str | None
    ) -> questions.AskQuestionRequest:
        request = questions.AskQuestionRequest(
            order=self.order(order),
            text=text,
            asked_at=moment(asked_at, "asked_at"),
            request_id=request_id or new_request_id(),
        )
        request.channel = number(QuestionChannel, channel, "channel")
        return request

    def answer(
        self, order: str, question_id: str, text: str, request_id: str | None
    ) -> questions.AnswerQuestionRequest:
        return questions.AnswerQuestionRequest(
            order=self.order(order), question_id=question_id, text=text, request_id=request_id or new_request_id()
        )

    def list_questions(
        self, state: QuestionState | str | None, page_size: int, page_token: str
    ) -> questions.ListQuestionsRequest:
        request = questions.ListQuestionsRequest(parent=self.parent(), page_size=page_size, page_token=page_token)
        request.state = number(QuestionState, state, "state")
        return request

    def check_charge(
        self, order: str, line_id: str, amount: Money | tuple[Decimal | int | str, str]
    ) -> questions.CheckChargeRequest:
        return questions.CheckChargeRequest(order=self.order(order), line_id=line_id, amount=money(amount, "amount"))

    def update_merchant(self, merchant: Merchant, fields: Iterable[str] | None) -> merchants.UpdateMerchantRequest:
        chosen = Merchant()
        chosen.CopyFrom(merchant)
        chosen.name = merchant.name or self.parent()
        paths = ids(fields, "fields")
        return merchants.UpdateMerchantRequest(merchant=chosen, update_mask=FieldMask(paths=paths) if paths else None)

    def create_key(
        self, merchant: str | None, display_name: str, scope: ApiKeyScope | str, expires_at: datetime | None
    ) -> merchants.CreateApiKeyRequest:
        request = merchants.CreateApiKeyRequest(
            parent=self.parent(merchant), display_name=display_name, expire_time=moment(expires_at, "expires_at")
        )
        request.scope = number(ApiKeyScope, scope, "scope")
        return request

    def key_name(self, key: str) -> str:
        """``merchants/{merchant}/apiKeys/{key}`` of either form."""
        return key if key.startswith("merchants/") else f"{self.parent()}/apiKeys/{key}"


def batches(emissions: Iterable[Emission]) -> Iterator[list[Emission]]:
    """Emissions in their order, in portions that one message holds."""
    portion: list[Emission] = []
    size = 0
    for emission in emissions:
        weight = emission.event.ByteSize() + len(emission.order) + 300  # Names, ids and framing.
        if portion and (len(portion) == BATCH_EVENTS or size + weight > BATCH_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(emission)
        size += weight
    if portion:
        yield portion
