"""The one table from errors to gRPC statuses, with google.rpc error details."""

import secrets
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from chassis.logs import get_logger
from orders.domain import errors as domain
from orders.use_cases import errors
from orders.use_cases.ports import StoreConflict, StoreUnavailable

_log = get_logger(__name__)

DOMAIN = "wismo"
_RETRY_AFTER_SECONDS = 1

# The first class that fits counts, so what is special stands above what is general.
_CODES: tuple[tuple[type[Exception], grpc.StatusCode], ...] = (
    (errors.Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (errors.Forbidden, grpc.StatusCode.PERMISSION_DENIED),
    (errors.NotFound, grpc.StatusCode.NOT_FOUND),
    (errors.Invalid, grpc.StatusCode.INVALID_ARGUMENT),
    (errors.AlreadyExists, grpc.StatusCode.ALREADY_EXISTS),
    (errors.EtagMismatch, grpc.StatusCode.ABORTED),
    (errors.Overloaded, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (errors.Unavailable, grpc.StatusCode.UNAVAILABLE),
    (domain.NotAllowedFromThisSource, grpc.StatusCode.PERMISSION_DENIED),
    (domain.DuplicateId, grpc.StatusCode.ALREADY_EXISTS),
    (domain.BadInput, grpc.StatusCode.INVALID_ARGUMENT),
    (domain.Refused, grpc.StatusCode.FAILED_PRECONDITION),
)


def to_status(error: Exception, locate: Callable[[str], str] = lambda field: field) -> status_pb2.Status:
    """The status that tells a caller of an error. `locate` turns the domain's field path into one from the request.

    Whatever is not foreseen becomes INTERNAL with an id that the log has, and not one word of the error itself.
    """
    error = _foreseen(error)
    code = next((code for kind, code in _CODES if isinstance(error, kind)), None)
    if code is None:
        return _internal(error)
    if isinstance(error, domain.DomainError):
        return _domain_status(error, code, locate(error.field))
    assert isinstance(error, errors.OrdersError)
    details: list[Message] = [_info(error.reason, dict(error.metadata))]
    if error.violations:
        details.append(_bad_request(error.violations))
    if isinstance(error, errors.Overloaded | errors.Unavailable):
        details.append(_retry())
    return _status(code, str(error), details)


def reason_of(status: status_pb2.Status) -> str:
    """The stable reason in a status made here."""
    info = error_details_pb2.ErrorInfo()
    return info.reason if status.details and status.details[0].Unpack(info) else ""


def code_of(status: status_pb2.Status) -> grpc.StatusCode:
    """The status' code as grpc names it."""
    return next(code for code in grpc.StatusCode if code.value[0] == status.code)


def _foreseen(error: Exception) -> Exception:
    """Errors of the ports, in the words of the use cases."""
    if isinstance(error, StoreUnavailable):
        return errors.Unavailable("The database does not answer. Call again; a write with the same request_id.")
    if isinstance(error, TimeoutError):
        return errors.Unavailable(
            "The database did not answer in the time that the call had. A write may have taken place: call again with"
            " the same request_id to be sure.",
            reason="OUTCOME_UNKNOWN",
        )
    if isinstance(error, StoreConflict):
        return errors.Overloaded("It is being changed by others all the time; call again.", reason="CONTENTION")
    return error


def _domain_status(error: domain.DomainError, code: grpc.StatusCode, field: str) -> status_pb2.Status:
    why = f"{error.why}; {error.right}"
    details: list[Message] = [_info(error.reason, {"subject": error.subject} if error.subject else {})]
    if code is grpc.StatusCode.FAILED_PRECONDITION:
        failure = error_details_pb2.PreconditionFailure()
        failure.violations.add(type=error.reason, subject=error.subject or field, description=why)
        details.append(failure)
    details.append(_bad_request((errors.Violation(field, why, error.reason),)))
    return _status(code, f"{field}: {why}", details)


def _internal(error: Exception) -> status_pb2.Status:
    error_id = secrets.token_hex(6)
    # The traceback names no values, and the log masks what an error's text might quote.
    _log.error("unforeseen error", error_id=error_id, error_kind=type(error).__name__, exc_info=error)
    message = f"Something went wrong here, not in your request. Tell the operator this id: {error_id}."
    return _status(grpc.StatusCode.INTERNAL, message, [_info("INTERNAL", {"error_id": error_id})])


def _status(code: grpc.StatusCode, message: str, details: list[Message]) -> status_pb2.Status:
    packed = []
    for detail in details:
        wrapped = any_pb2.Any()
        wrapped.Pack(detail)
        packed.append(wrapped)
    return status_pb2.Status(code=code.value[0], message=message, details=packed)


def _info(reason: str, metadata: dict[str, str]) -> Any:
    return error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata)


def _bad_request(violations: tuple[errors.Violation, ...]) -> Any:
    bad = error_details_pb2.BadRequest()
    for violation in violations:
        bad.field_violations.add(field=violation.field, description=violation.why, reason=violation.reason)
    return bad


def _retry() -> Any:
    return error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=_RETRY_AFTER_SECONDS))
