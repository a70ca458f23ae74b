# ruff: noqa: N802 - The names are those of the RPCs.
"""A care service in memory behind a real gRPC server: for tests of its callers. What it answers is put there first."""

from concurrent import futures

import grpc

from tests.fakes.refusals import Refusal
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1.care_service_pb2_grpc import CareServiceServicer, add_CareServiceServicer_to_server
from wismo.care.v1.message_pb2 import Message

Context = grpc.ServicerContext


class InMemoryCare(CareServiceServicer):
    """`attention`, `stories` and `messages` (by order and message_id) and `measures` are what it knows."""

    def __init__(self) -> None:
        self.attention: list[care.Attention] = []
        self.stories: dict[str, care.GetCareStoryResponse] = {}
        self.messages: dict[tuple[str, str], Message] = {}
        self.measures = care.GetMeasuresResponse()
        self.asked: list[care.GetMeasuresRequest] = []
        self._server: grpc.Server | None = None
        self.port = 0

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> "InMemoryCare":
        self._server = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
        add_CareServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        self._server.start()
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop(None).wait()
            self._server = None

    def ListAttention(self, request: care.ListAttentionRequest, context: Context) -> care.ListAttentionResponse:
        self._enter(request.parent, context)
        own = [each for each in self.attention if each.order.startswith(f"{request.parent}/")]
        found = [each for each in own if not request.kinds or each.kind in request.kinds]
        start, size = int(request.page_token or 0), request.page_size or 50
        token = str(start + size) if start + size < len(found) else ""
        return care.ListAttentionResponse(items=found[start : start + size], next_page_token=token)

    def GetCareStory(self, request: care.GetCareStoryRequest, context: Context) -> care.GetCareStoryResponse:
        self._enter(request.order, context)
        if request.order not in self.stories:
            self._missing(request.order, context)
        return self.stories[request.order]

    def GetMessage(self, request: care.GetMessageRequest, context: Context) -> care.GetMessageResponse:
        self._enter(request.order, context)
        if (request.order, request.message_id) not in self.messages:
            self._missing(request.message_id, context)
        return care.GetMessageResponse(message=self.messages[request.order, request.message_id])

    def GetMeasures(self, request: care.GetMeasuresRequest, context: Context) -> care.GetMeasuresResponse:
        self._enter(request.parent, context)
        self.asked.append(request)
        return self.measures

    def _enter(self, name: str, context: Context) -> None:
        key = str(dict(context.invocation_metadata()).get("authorization", "")).removeprefix("Bearer ")
        if not key.startswith("wk_") or key.endswith("wrong"):
            Refusal(grpc.StatusCode.UNAUTHENTICATED, "no valid key", "CREDENTIAL_INVALID").abort(context)
        if name.split("/")[1] != key.split("_")[1]:
            self._missing(name, context)

    def _missing(self, name: str, context: Context) -> None:
        Refusal(grpc.StatusCode.NOT_FOUND, f"There is no {name}.", "NOT_FOUND").abort(context)
