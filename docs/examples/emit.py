"""Create an order and emit events with nothing but the generated stubs (grpcio and protobuf): what any language does.

    python docs/examples/emit.py [REFERENCE]

Environment: WISMO_TARGET (127.0.0.1:50051), WISMO_API_KEY.
"""

import os
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import Message

from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import order_pb2, orders_service_pb2, orders_service_pb2_grpc
from wismo.orders.v1.buyer_pb2 import Buyer

TARGET = os.environ.get("WISMO_TARGET", "127.0.0.1:50051")
API_KEY = os.environ["WISMO_API_KEY"]
MERCHANT = "merchants/" + API_KEY.split("_")[1]  # wk_<merchant>_<random>
METADATA = (("authorization", f"Bearer {API_KEY}"),)


def call(method: Callable[..., Any], request: Message) -> Any:
    """Call, and call again with the very same request (so with the same request_id) while the server is away."""
    waits = [0.2, 0.5, 1, 2, 5]
    while True:
        try:
            return method(request, metadata=METADATA, timeout=10)
        except grpc.RpcError as error:
            passing = error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
            if not passing or not waits:
                raise
        time.sleep(waits.pop(0))


def main() -> None:
    reference = sys.argv[1] if len(sys.argv) > 1 else f"R-{uuid.uuid4().hex[:12]}"
    order = f"{MERCHANT}/orders/{reference}"
    with grpc.insecure_channel(TARGET) as channel:  # grpc.secure_channel(…, grpc.ssl_channel_credentials()) with TLS.
        stub = orders_service_pb2_grpc.OrdersServiceStub(channel)

        created = call(
            stub.CreateOrder,
            orders_service_pb2.CreateOrderRequest(
                parent=MERCHANT,
                request_id=str(uuid.uuid4()),
                order=order_pb2.Order(
                    reference=reference,
                    buyer=Buyer(email="ada@buyers.test", display_name="Ada Lovelace", locale="en"),
                    lines=[
                        lines.OrderLine(line_id="book", kind=lines.LINE_KIND_PHYSICAL, title="Northern Lights"),
                        lines.OrderLine(line_id="room", kind=lines.LINE_KIND_ACCESS, title="Readers' Room"),
                    ],
                ),
            ),
        )
        print(f"{created.order.name} created: {order_pb2.OrderState.Name(created.order.state)}")

        shipped = events.ParcelShipped(
            parcel_id="P-1", carrier="dhl", tracking_number="00340434161094021501", handed_over=True
        )
        granted = events.AccessGranted(line_id="room", login_url="https://room.shop.test", case_sensitive=True)
        granted.code.plaintext = "Kl0O-8BIl"  # Sealed by the server before it is stored.
        for event in (
            events.FulfilmentEvent(parcel_shipped=shipped),
            events.FulfilmentEvent(access_granted=granted),
        ):
            recorded = call(
                stub.RecordEvent,
                orders_service_pb2.RecordEventRequest(order=order, event=event, request_id=str(uuid.uuid4())),
            )
            print(f"{event.WhichOneof('change')}: number {recorded.sequence}, {events.Effect.Name(recorded.effect)}")


if __name__ == "__main__":
    main()
