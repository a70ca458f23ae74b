"""A merchant of its own for each test, with what a backend does most."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from tests.integration.orders.process import ADMIN_KEY, SERVICE_KEY
from tests.samples import mixed
from tests.samples.merchants import lantern
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2, order_pb2, secret_pb2, tracking_pb2
from wismo.orders.v1 import merchants_service_pb2 as merchants
from wismo.orders.v1 import orders_service_pb2 as pb
from wismo.orders.v1.merchants_service_pb2_grpc import MerchantsServiceStub
from wismo.orders.v1.orders_service_pb2_grpc import OrdersServiceStub

Detail = TypeVar("Detail", bound=Message)
Metadata = tuple[tuple[str, str], ...]
TIMEOUT = 20.0


def bearer(key: str) -> Metadata:
    """Metadata that authenticates."""
    return (("authorization", f"Bearer {key}"),)


ADMIN = bearer(ADMIN_KEY)
SERVICE = bearer(SERVICE_KEY)


@dataclass(frozen=True)
class Shop:
    """A merchant with a key that may write, and stubs."""

    channel: grpc.Channel
    name: str
    key: str

    @property
    def orders(self) -> OrdersServiceStub:
        return OrdersServiceStub(self.channel)

    @property
    def merchants(self) -> MerchantsServiceStub:
        return MerchantsServiceStub(self.channel)

    @property
    def metadata(self) -> Metadata:
        return bearer(self.key)

    def order_name(self, reference: str) -> str:
        return f"{self.name}/orders/{reference}"

    def draft(self, reference: str) -> order_pb2.Order:
        """The mixed order: a book, a download, and access."""
        draft = mixed.new_order(lantern(), reference, "robin@buyers.test")
        draft.ClearField("state")
        draft.ClearField("placed_at")
        return draft

    def create(self, reference: str = "R-1", request_id: str = "") -> order_pb2.Order:
        request = pb.CreateOrderRequest(parent=self.name, order=self.draft(reference), request_id=request_id)
        return self.orders.CreateOrder(request, metadata=self.metadata, timeout=TIMEOUT).order

    def get(self, reference: str = "R-1") -> order_pb2.Order:
        request = pb.GetOrderRequest(name=self.order_name(reference))
        return self.orders.GetOrder(request, metadata=self.metadata, timeout=TIMEOUT).order

    def request(self, event: events.FulfilmentEvent, request_id: str, reference: str = "R-1") -> pb.RecordEventRequest:
        return pb.RecordEventRequest(order=self.order_name(reference), event=event, request_id=request_id)

    def record(self, event: events.FulfilmentEvent, request_id: str, reference: str = "R-1") -> pb.RecordEventResponse:
        return self.orders.RecordEvent(
            self.request(event, request_id, reference), metadata=self.metadata, timeout=TIMEOUT
        )


def open_shop(channel: grpc.Channel) -> Shop:
    """A new merchant."""
    merchant = lantern()
    merchant.name = f"merchants/shop-{secrets.token_hex(4)}"
    stub = MerchantsServiceStub(channel)
    stub.CreateMerchant(merchants.CreateMerchantRequest(merchant=merchant), metadata=ADMIN, timeout=TIMEOUT)
    asked = merchants.CreateApiKeyRequest(parent=merchant.name, scope=merchant_pb2.API_KEY_SCOPE_WRITE)
    key = stub.CreateApiKey(asked, metadata=ADMIN, timeout=TIMEOUT).secret
    return Shop(channel, merchant.name, key)


def shipped(parcel: str = "p1") -> events.FulfilmentEvent:
    """The book is handed to a carrier."""
    return events.FulfilmentEvent(
        parcel_shipped=events.ParcelShipped(
            parcel_id=parcel, carrier="dhl", tracking_number="JD014600006281230701", handed_over=True
        )
    )


def scanned(number: int, parcel: str = "p1") -> events.FulfilmentEvent:
    """A carrier's scan, told apart by its time."""
    event = events.FulfilmentEvent(
        source=events.EVENT_SOURCE_CARRIER,
        parcel_progressed=events.ParcelProgressed(
            parcel_id=parcel, status=tracking_pb2.TRACKING_STATUS_IN_TRANSIT, location=f"Hub {number}"
        ),
    )
    event.occurred_at.FromDatetime(
        datetime(2026, 11, 1, tzinfo=UTC).replace(minute=number % 60, hour=number // 60 % 24)
    )
    return event


def note(text: str) -> events.FulfilmentEvent:
    """The merchant says something: a change that every order can always take."""
    return events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text=text))


def granted(code: str) -> events.FulfilmentEvent:
    """Access with a secret code."""
    return events.FulfilmentEvent(
        access_granted=events.AccessGranted(
            line_id="room", login_url="https://room.lantern.test", code=secret_pb2.Secret(plaintext=code)
        )
    )


def details(error: Any) -> status_pb2.Status:
    """The rich status of an error. Typed loosely: the class of grpc's errors is two unrelated ones in its stubs."""
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            return status_pb2.Status.FromString(value)
    raise AssertionError(f"no details: {error}")


def detail(status: status_pb2.Status, kind: type[Detail]) -> Detail | None:
    """The detail of this kind, if there is one."""
    found = kind()
    return next((found for packed in status.details if packed.Unpack(found)), None)


def reason(error: Any) -> str:
    """The stable reason of an error."""
    info = detail(details(error), error_details_pb2.ErrorInfo)
    assert info is not None
    assert info.domain == "wismo"
    return str(info.reason)
