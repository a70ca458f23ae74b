"""The orders service over gRPC: each kind of fact by the call that it belongs to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import Message

from chassis.channels import channel_to
from chassis.logs import get_logger
from chassis.outbox import Letter, Refused, Told
from chassis.settings import Address, Secret
from wismo.orders.v1 import (
    orders_service_pb2,
    orders_service_pb2_grpc,
    questions_service_pb2,
    questions_service_pb2_grpc,
)

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

REQUESTS: dict[str, type[Message]] = {
    "link_requested": orders_service_pb2.RecordEventRequest,
    "download_taken": orders_service_pb2.RecordEventRequest,
    "download_renewed": orders_service_pb2.RecordEventRequest,
    "trial_cancelled": orders_service_pb2.RecordEventRequest,
    "preferences_updated": orders_service_pb2.RecordEventRequest,
    "message_bounced": orders_service_pb2.RecordEventRequest,
    "record": orders_service_pb2.RecordEventRequest,
    "question": questions_service_pb2.AskQuestionRequest,
    "answer": questions_service_pb2.AnswerQuestionRequest,
    "contact": orders_service_pb2.UpdateBuyerContactRequest,
}
"""The request that a kind's body holds."""


class GrpcOrdersService:
    """`Tell` over one channel. Make it after a fork. The service key acts for the merchant of each order."""

    def __init__(
        self, address: Address, service_key: Secret, *, ca_file: Path | None = None, timeout: float = 5.0
    ) -> None:
        self._channel = channel_to(address, ca_file)
        orders = orders_service_pb2_grpc.OrdersServiceStub(self._channel)
        questions = questions_service_pb2_grpc.QuestionsServiceStub(self._channel)
        self._calls: dict[type[Message], Callable[..., Any]] = {
            orders_service_pb2.RecordEventRequest: orders.RecordEvent,
            orders_service_pb2.UpdateBuyerContactRequest: orders.UpdateBuyerContact,
            questions_service_pb2.AskQuestionRequest: questions.AskQuestion,
            questions_service_pb2.AnswerQuestionRequest: questions.AnswerQuestion,
        }
        self._metadata = (("authorization", f"Bearer {service_key.reveal()}"),)
        self._timeout = timeout

    def tell(self, letter: Letter) -> Told:
        """One call with the letter's id as its request id; none for what stands in for nothing."""
        if letter.kind == "nothing":
            return Told.TAKEN
        request = request_of(letter)
        try:
            self._calls[type(request)](request, timeout=self._timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            code = error.code()
            if code in _FINAL:
                raise Refused(code.name) from None
            _log.warning("orders did not take a fact", kind=letter.kind, code=code.name)
            return Told.LATER
        return Told.TAKEN

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def request_of(letter: Letter) -> Message:
    """The request that tells a letter. Raises Refused for a kind that no call belongs to."""
    if letter.kind not in REQUESTS:
        raise Refused("UNKNOWN_KIND")
    return REQUESTS[letter.kind].FromString(letter.body)
