"""What the care service refuses, and the one table from that to gRPC statuses, with details as orders has them."""

import secrets
from dataclasses import dataclass

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from chassis.logs import get_logger
from chassis.mongo import is_unavailable

_log = get_logger(__name__)

DOMAIN = "wismo"
_RETRY_AFTER_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that is wrong, and what would be right."""

    field: str
    why: str


class CareError(Exception):
    """Base of all. The message is for the caller: it holds no secret, no personal data, and nothing of the inside."""

    reason = "REFUSED"
    code = grpc.StatusCode.FAILED_PRECONDITION

    def __init__(self, message: str, *, reason: str = "", violations: tuple[Violation, ...] = ()) -> None:
        super().__init__(message)
        self.reason = reason or self.reason
        self.violations = violations


class Unauthenticated(CareError):
    """No credential, or none that is valid."""

    reason = "CREDENTIAL_INVALID"
    code = grpc.StatusCode.UNAUTHENTICATED


class NotFound(CareError):
    """There is none of that name, or it is another merchant's, which looks the same."""

    reason = "NOT_FOUND"
    code = grpc.StatusCode.NOT_FOUND


class Invalid(CareError):
    """Wrong in itself. `violations` says where and why."""

    reason = "INVALID_REQUEST"
    code = grpc.StatusCode.INVALID_ARGUMENT


class Unavailable(CareError):
    """It cannot be said now; call again."""

    reason = "UNAVAILABLE"
    code = grpc.StatusCode.UNAVAILABLE


def invalid(*violations: Violation) -> Invalid:
    """One error for all that is wrong with a request; its message tells the first."""
    return Invalid(f"{violations[0].field}: {violations[0].why}", violations=violations)


def to_status(error: Exception) -> status_pb2.Status:
    """The status that tells a caller of an error.

    Whatever is not foreseen becomes INTERNAL with an id that the log has, and not one word of the error itself.
    """
    if is_unavailable(error):
        error = Unavailable("The database does not answer. Call again.")
    if not isinstance(error, CareError):
        return _internal(error)
    details: list[Message] = [error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN)]
    if error.violations:
        bad = error_details_pb2.BadRequest()
        for one in error.violations:
            bad.field_violations.add(field=one.field, description=one.why, reason="INVALID")
        details.append(bad)
    if isinstance(error, Unavailable):
        delay = duration_pb2.Duration(seconds=_RETRY_AFTER_SECONDS)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    return _status(error.code, str(error), details)


def code_of(status: status_pb2.Status) -> grpc.StatusCode:
    """The status' code as grpc names it."""
    return next(code for code in grpc.StatusCode if code.value[0] == status.code)


def _internal(error: Exception) -> status_pb2.Status:
    error_id = secrets.token_hex(6)
    _log.error("unforeseen error", error_id=error_id, error_kind=type(error).__name__, exc_info=error)
    message = f"Something went wrong here, not in your request. Tell the operator this id: {error_id}."
    return _status(grpc.StatusCode.INTERNAL, message, [error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN)])


def _status(code: grpc.StatusCode, message: str, details: list[Message]) -> status_pb2.Status:
    packed = []
    for detail in details:
        wrapped = any_pb2.Any()
        wrapped.Pack(detail)
        packed.append(wrapped)
    return status_pb2.Status(code=code.value[0], message=message, details=packed)
