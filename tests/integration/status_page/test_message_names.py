"""The names of our mails, asked over the wire."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from chassis.settings import Address, Secret
from status_page.inbound.message_names import GrpcMessageNames, local_part_of
from status_page.inbound.receiver import NamesDown
from wismo.care.v1 import care_service_pb2, message_pb2

ORDER = "merchants/lantern/orders/R-1"
NAME = f"{ORDER}!3/buyer/email"


def get_story(
    request: care_service_pb2.GetCareStoryRequest, context: grpc.ServicerContext
) -> care_service_pb2.GetCareStoryResponse:
    """The story of the one order that is known, to whoever has the one key."""
    if ("authorization", "Bearer the-key") not in context.invocation_metadata():
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "who is it?")
    if request.order != ORDER:
        context.abort(grpc.StatusCode.NOT_FOUND, "no such order")
    messages = [message_pb2.Message(message_id=f"{ORDER}!1/buyer/email"), message_pb2.Message(message_id=NAME)]
    return care_service_pb2.GetCareStoryResponse(messages=messages)


STORY = grpc.unary_unary_rpc_method_handler(
    get_story,
    request_deserializer=care_service_pb2.GetCareStoryRequest.FromString,
    response_serializer=care_service_pb2.GetCareStoryResponse.SerializeToString,
)


@pytest.fixture
def port() -> Iterator[int]:
    server = grpc.server(ThreadPoolExecutor(2))
    handlers = {"GetCareStory": STORY}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("wismo.care.v1.CareService", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(0).wait()


def test_a_mail_is_named_by_its_message_id_and_a_strangers_is_not(port: int) -> None:
    names = GrpcMessageNames(Address("127.0.0.1", port), Secret("the-key"))
    assert names.name_of(ORDER, f"{local_part_of(NAME).upper()}@wismo.test") == NAME
    assert names.name_of(ORDER, "else@wismo.test") == ""
    assert names.name_of(ORDER, "") == ""
    assert names.name_of(f"{ORDER}2", f"{local_part_of(NAME)}@wismo.test") == ""
    names.close()


def test_who_does_not_answer_or_lets_nobody_in_is_asked_again_later(port: int) -> None:
    for names in (
        GrpcMessageNames(Address("127.0.0.1", port), Secret("another")),
        GrpcMessageNames(Address("127.0.0.1", 9), Secret("the-key"), timeout=1.0),
    ):
        with pytest.raises(NamesDown):
            names.name_of(ORDER, "x@y")
        names.close()
