"""What goes in and out of a client beside the contract's own messages."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from wismo.client.errors import WismoError, from_status
from wismo.client.values import datetime_of
from wismo.client.vocabulary import ApiKeyScope, Effect, OrderState, number, word
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent
from wismo.orders.v1.merchant_pb2 import ApiKey
from wismo.orders.v1.merchants_service_pb2 import IdentifyKeyResponse
from wismo.orders.v1.order_pb2 import Order
from wismo.orders.v1.orders_service_pb2 import RecordEventOutcome, RecordEventResponse, WatchOrdersResponse

Item = TypeVar("Item")


def new_request_id() -> str:
    """An id that no other request has. Keep it with what you send when you must be able to send it again after a
    crash.
    """
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Emission:
    """One event for one order (reference or full name), with the identity under which it may be sent again."""

    order: str
    event: FulfilmentEvent
    request_id: str = field(default_factory=new_request_id)
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event that is stored durably. ``sequence`` is its number in the order; ``etag`` the order's after it."""

    request_id: str
    sequence: int
    effect: Effect
    order_state: OrderState
    etag: str

    @classmethod
    def of(cls, request_id: str, answer: RecordEventResponse) -> "Recorded":
        return cls(
            request_id=request_id,
            sequence=answer.sequence,
            effect=word(Effect, answer.effect),
            order_state=word(OrderState, answer.order_state),
            etag=answer.etag,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one emission of several fared: exactly one of ``recorded`` and ``error`` is set."""

    emission: Emission
    recorded: Recorded | None = None
    error: WismoError | None = None

    @property
    def ok(self) -> bool:
        """True when it was recorded."""
        return self.recorded is not None

    @classmethod
    def of(cls, emission: Emission, outcome: RecordEventOutcome) -> "Outcome":
        if outcome.WhichOneof("outcome") == "recorded":
            return cls(emission, recorded=Recorded.of(emission.request_id, outcome.recorded))
        return cls(emission, error=from_status(outcome.error))


@dataclass(frozen=True, slots=True)
class Change:
    """An order after a change. ``event`` and ``recorded_at`` are None for an order as it is, at the start or after a
    gap.
    """

    order: Order
    event: FulfilmentEvent | None
    recorded_at: datetime | None

    @classmethod
    def of(cls, answer: WatchOrdersResponse) -> "Change":
        return cls(
            order=answer.order,
            event=answer.change if answer.HasField("change") else None,
            recorded_at=datetime_of(answer.record_time) if answer.HasField("record_time") else None,
        )


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of many; ``next_page_token`` is empty on the last page."""

    items: Sequence[Item]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key just made. ``secret`` is shown here and never again."""

    api_key: ApiKey
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """Whose key it is that calls. ``merchant``: its resource name; ``scope`` None: one that this client does not know;
    ``expires_at`` None: never by itself.
    """

    merchant: str
    name: str
    display_name: str
    scope: ApiKeyScope | None
    expires_at: datetime | None

    @classmethod
    def of(cls, answer: IdentifyKeyResponse) -> "KeyIdentity":
        key = answer.api_key
        return cls(
            merchant=answer.merchant,
            name=key.name,
            display_name=key.display_name,
            scope=next((each for each in ApiKeyScope if number(ApiKeyScope, each, "scope") == key.scope), None),
            expires_at=datetime_of(key.expire_time) if key.HasField("expire_time") else None,
        )
