import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status

from wismo.client import (
    AlreadyExists,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotPossible,
    NotSupported,
    ServerFault,
    TooBusy,
    Unavailable,
    WismoError,
)
from wismo.client.errors import from_rpc, from_status


def status(code: grpc.StatusCode, message: str, *details: Message) -> Status:
    packed = []
    for detail in details:
        packed.append(Any())
        packed[-1].Pack(detail)
    return Status(code=code.value[0], message=message, details=packed)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, InvalidInput),
        (grpc.StatusCode.NOT_FOUND, NotFound),
        (grpc.StatusCode.ALREADY_EXISTS, AlreadyExists),
        (grpc.StatusCode.FAILED_PRECONDITION, NotPossible),
        (grpc.StatusCode.ABORTED, Conflict),
        (grpc.StatusCode.UNAUTHENTICATED, NotAllowed),
        (grpc.StatusCode.PERMISSION_DENIED, NotAllowed),
        (grpc.StatusCode.UNIMPLEMENTED, NotSupported),
        (grpc.StatusCode.UNAVAILABLE, Unavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, Unavailable),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, TooBusy),
        (grpc.StatusCode.INTERNAL, ServerFault),
        (grpc.StatusCode.DATA_LOSS, ServerFault),
    ],
)
def test_each_status_has_its_place_in_the_tree(code: grpc.StatusCode, kind: type[WismoError]) -> None:
    error = from_status(status(code, "why"))
    assert type(error) is kind
    assert error.code is code
    assert str(error) == "why"


def test_details_are_read_reason_fields_and_wait() -> None:
    bad = error_details_pb2.BadRequest()
    bad.field_violations.add(field="event.parcel_shipped.parcel_id", description="is needed")
    error = from_status(
        status(
            grpc.StatusCode.INVALID_ARGUMENT,
            "bad",
            error_details_pb2.ErrorInfo(reason="INVALID_FIELD", domain="wismo", metadata={"order": "R-1"}),
            bad,
            error_details_pb2.RetryInfo(retry_delay=Duration(seconds=2, nanos=500_000_000)),
        )
    )
    assert error.reason == "INVALID_FIELD"
    assert error.metadata == {"order": "R-1"}
    assert error.fields == (("event.parcel_shipped.parcel_id", "is needed"),)
    assert error.retry_after == 2.5
    assert str(error) == "event.parcel_shipped.parcel_id: is needed"


def test_details_of_a_call_come_from_its_trailing_metadata() -> None:
    sent = status(grpc.StatusCode.NOT_FOUND, "gone", error_details_pb2.ErrorInfo(reason="NOT_FOUND"))
    trailing = grpc.aio.Metadata(("other", "x"), ("grpc-status-details-bin", sent.SerializeToString()))
    raised = grpc.aio.AioRpcError(
        grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), trailing, details="gone", debug_error_string=None
    )
    error = from_rpc(raised)
    assert isinstance(error, NotFound)
    assert error.reason == "NOT_FOUND"


def test_details_that_are_not_ours_do_not_hide_the_status() -> None:
    trailing = grpc.aio.Metadata(("grpc-status-details-bin", b"\xff\xff\xff"))
    raised = grpc.aio.AioRpcError(
        grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), trailing, details="proxy", debug_error_string=None
    )
    assert isinstance(from_rpc(raised), Unavailable)


def test_an_unknown_code_is_a_fault_of_the_server() -> None:
    assert isinstance(from_status(Status(code=99, message="?")), ServerFault)


def test_what_is_refused_here_is_also_an_ordinary_value_error() -> None:
    with pytest.raises(ValueError, match="occurred_at: has no zone"):
        raise InvalidInput.of("occurred_at", "has no zone")
