"""The notifier's care service, and the orders service's word on keys, over gRPC."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import grpc

from chassis.channels import channel_to
from chassis.logs import get_logger
from chassis.settings import Address, Secret
from status_page.care_desk.care import MOST, CareDown
from status_page.care_desk.staff import ROLE_OF_SCOPE, Identity, KeysUnknown
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import care_service_pb2_grpc, message_pb2
from wismo.orders.v1 import merchants_service_pb2, merchants_service_pb2_grpc

_log = get_logger(__name__)

_NO_KEY = frozenset({grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED})


class GrpcCare:
    """`CareReader` over one channel, with the page's service key. Make it after a fork."""

    def __init__(
        self, address: Address, service_key: Secret, *, ca_file: Path | None = None, timeout: float = 4.0
    ) -> None:
        self._stub = care_service_pb2_grpc.CareServiceStub(channel_to(address, ca_file))
        self._metadata = (("authorization", f"Bearer {service_key.reveal()}"),)
        self._timeout = timeout

    def attention(self, merchant: str) -> Sequence[care.Attention]:
        """One call."""
        request = care.ListAttentionRequest(parent=merchant, page_size=MOST)
        answer: care.ListAttentionResponse | None = self._call(self._stub.ListAttention, request)
        return list(answer.items) if answer else []

    def story(self, order: str) -> care.GetCareStoryResponse:
        """One call; NOT_FOUND is an order of which nothing was told yet."""
        request = care.GetCareStoryRequest(order=order)
        return self._call(self._stub.GetCareStory, request) or care.GetCareStoryResponse()

    def message(self, order: str, message_id: str) -> message_pb2.Message | None:
        """One call."""
        request = care.GetMessageRequest(order=order, message_id=message_id)
        answer: care.GetMessageResponse | None = self._call(self._stub.GetMessage, request)
        return answer.message if answer else None

    def measures(self, merchant: str, first: date, last: date) -> care.GetMeasuresResponse:
        """One call."""
        request = care.GetMeasuresRequest(parent=merchant, from_date=first.isoformat(), to_date=last.isoformat())
        return self._call(self._stub.GetMeasures, request) or care.GetMeasuresResponse()

    def _call(self, method: Callable[..., Any], request: Any) -> Any:
        try:
            return method(request, timeout=self._timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            code = error.code()
            if code is grpc.StatusCode.NOT_FOUND:
                return None
            _log.warning("the care service did not answer", code=code.name)
            raise CareDown(code.name) from None


class GrpcKeyHolders:
    """`KeyHolders`: asks the orders service whose key it is, with that key itself. Make it after a fork."""

    def __init__(self, address: Address, *, ca_file: Path | None = None, timeout: float = 4.0) -> None:
        self._stub = merchants_service_pb2_grpc.MerchantsServiceStub(channel_to(address, ca_file))
        self._timeout = timeout

    def identify(self, key: str) -> Identity | None:
        """One call."""
        metadata = (("authorization", f"Bearer {key}"),)
        request = merchants_service_pb2.IdentifyKeyRequest()
        try:
            answer = self._stub.IdentifyKey(request, timeout=self._timeout, metadata=metadata)
        except grpc.RpcError as error:
            if error.code() in _NO_KEY:
                return None
            _log.warning("nobody says whose key it is", code=error.code().name)
            raise KeysUnknown from None
        role = ROLE_OF_SCOPE.get(answer.api_key.scope)
        if role is None or not answer.merchant:
            return None
        name = answer.api_key.display_name or answer.api_key.name.rpartition("/")[2]
        return Identity(answer.merchant, role, name, answer.api_key.name)
