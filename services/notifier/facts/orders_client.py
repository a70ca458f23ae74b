"""The orders service over gRPC: facts are told it as events, each once by its request id."""

import grpc

from chassis.logs import get_logger
from chassis.outbox import Letter, Refused, Told
from chassis.settings import Secret
from wismo.orders.v1 import orders_service_pb2_grpc
from wismo.orders.v1.orders_service_pb2 import RecordEventRequest

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


class GrpcOrders:
    """`Tell` over one channel. The service key acts for the merchant of each order."""

    def __init__(self, channel: grpc.Channel, service_key: Secret, *, timeout: float = 5.0) -> None:
        self._stub = orders_service_pb2_grpc.OrdersServiceStub(channel)
        self._metadata = (("authorization", f"Bearer {service_key.reveal()}"),)
        self._timeout = timeout

    def tell(self, letter: Letter) -> Told:
        """One RecordEvent; the letter is its request."""
        request = RecordEventRequest.FromString(letter.body)
        try:
            self._stub.RecordEvent(request, timeout=self._timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            code = error.code()
            if code in _FINAL:
                raise Refused(code.name) from None
            _log.warning("orders did not take a fact", kind=letter.kind, code=code.name)
            return Told.LATER
        return Told.TAKEN
