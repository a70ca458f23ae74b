"""Errors as the orders service sends them: a status with google.rpc details in the trailing metadata."""

from datetime import timedelta

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status


class Refusal(Exception):
    """Answered as a status with details."""

    def __init__(self, code: grpc.StatusCode, message: str, reason: str, *details: Message) -> None:
        super().__init__(message)
        number, _ = code.value
        packed = []
        for detail in (error_details_pb2.ErrorInfo(domain="wismo", reason=reason), *details):
            packed.append(Any())
            packed[-1].Pack(detail)
        self.code = code
        self.status = Status(code=number, message=message, details=packed)

    def abort(self, context: grpc.ServicerContext) -> None:
        context.set_trailing_metadata((("grpc-status-details-bin", self.status.SerializeToString()),))
        context.abort(self.code, self.status.message)


def bad_field(field: str, why: str) -> Refusal:
    violation = error_details_pb2.BadRequest.FieldViolation(field=field, description=why)
    bad = error_details_pb2.BadRequest(field_violations=[violation])
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, f"{field}: {why}", "INVALID_FIELD", bad)


def busy(seconds: float) -> Refusal:
    delay = Duration()
    delay.FromTimedelta(timedelta(seconds=seconds))
    return Refusal(
        grpc.StatusCode.RESOURCE_EXHAUSTED, "too much", "RATE_LIMITED", error_details_pb2.RetryInfo(retry_delay=delay)
    )


def unavailable() -> Refusal:
    return Refusal(grpc.StatusCode.UNAVAILABLE, "not now", "STORE_UNAVAILABLE")
