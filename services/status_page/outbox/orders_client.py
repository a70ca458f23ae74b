"""The orders service over gRPC: each kind of fact as the event that it is."""

from pathlib import Path

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.logs import get_logger
from chassis.settings import Address, Secret
from status_page.outbox.facts import Fact
from status_page.outbox.sender import Refused, Told
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2, orders_service_pb2_grpc

_log = get_logger(__name__)

# Answers that another attempt cannot change. Every other one may pass; a key that is refused may be being rotated.
_FINAL = frozenset(
    {
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.OUT_OF_RANGE,
        grpc.StatusCode.UNIMPLEMENTED,
    }
)


class GrpcOrdersService:
    """`OrdersService` over one channel. Make it after a fork. The service key acts for the merchant of each order."""

    def __init__(
        self, address: Address, service_key: Secret, *, ca_file: Path | None = None, timeout: float = 5.0
    ) -> None:
        options = [("grpc.keepalive_time_ms", 30_000), ("grpc.max_reconnect_backoff_ms", 5_000)]
        if ca_file is None:
            self._channel = grpc.insecure_channel(str(address), options)
        else:
            credentials = grpc.ssl_channel_credentials(ca_file.read_bytes())
            self._channel = grpc.secure_channel(str(address), credentials, options)
        self._stub = orders_service_pb2_grpc.OrdersServiceStub(self._channel)
        self._metadata = (("authorization", f"Bearer {service_key.reveal()}"),)
        self._timeout = timeout

    def tell(self, fact: Fact) -> Told:
        """One RecordEvent with the fact's id as its request id."""
        request = request_of(fact)
        try:
            self._stub.RecordEvent(request, timeout=self._timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            code = error.code()
            if code in _FINAL:
                raise Refused(code.name) from None
            _log.warning("orders did not take a fact", kind=fact.kind, code=code.name)
            return Told.LATER
        return Told.TAKEN

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def request_of(fact: Fact) -> orders_service_pb2.RecordEventRequest:
    """The request that tells a fact."""
    at = Timestamp()
    at.FromDatetime(fact.occurred_at)
    event = events.FulfilmentEvent(occurred_at=at, source=events.EVENT_SOURCE_BUYER)
    match fact.kind:
        case "link_requested":
            event.link_requested.SetInParent()
        case "download_taken":
            event.download_taken.line_id = fact.line_id
            event.download_taken.file_id = fact.file_id
        case "download_renewed":
            event.download_renewed.line_id = fact.line_id
            event.download_renewed.by_buyer = True
        case "nothing":
            raise ValueError("there is nothing to tell")
    return orders_service_pb2.RecordEventRequest(order=fact.order, event=event, request_id=fact.id)
