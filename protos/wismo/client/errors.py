"""What can go wrong, as a small tree under WismoError, read from the details that the server sends (google.rpc)."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self, cast

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status

_DETAILS_KEY = "grpc-status-details-bin"
_CODES = {code.value[0]: code for code in grpc.StatusCode}


class InvalidField(NamedTuple):
    """A field that was refused, and why; the reason says what would be right."""

    field: str
    why: str


# The names below say what happened to a caller who reads `except wismo.client.NotFound`, so they do without the
# ending `Error`.


class WismoError(Exception):
    """Something went wrong. Its subclasses say what to do about it.

    ``code`` is the gRPC status, None when the client refused without asking the server. ``reason`` is the stable word
    of the server's ErrorInfo, empty when the answer came from something between (proxy, network); see docs/errors.md
    for all of them.
    """

    def __init__(
        self,
        message: str,
        *,
        code: grpc.StatusCode | None = None,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        fields: Iterable[InvalidField] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.metadata = dict(metadata or {})
        self.fields = tuple(fields)
        self.retry_after = retry_after
        """Seconds that the server asked to wait (google.rpc.RetryInfo), if it did."""

    def __str__(self) -> str:
        if not self.fields:
            return self.message
        return "; ".join(f"{field}: {why}" if field else why for field, why in self.fields)


class InvalidInput(WismoError, ValueError):
    """What was sent is not right; ``fields`` says which field, why, and what would be right. Sending it again is no
    use.
    """

    @classmethod
    def of(cls, field: str, why: str) -> Self:
        """Refused here, before anything was sent."""
        return cls(f"{field}: {why}", fields=[InvalidField(field, why)])


class NotFound(WismoError, LookupError):
    """There is no such thing, or it is another merchant's: the two look the same on purpose."""


class AlreadyExists(WismoError):
    """It was created before with other content, or the request_id was used before for something else."""


class NotPossible(WismoError):
    """The order is not in a state in which this can happen; the message says in which it is."""


class Conflict(WismoError):
    """Someone else changed it in between. With an etag: read again, decide again."""


class NotAllowed(WismoError):
    """The key is missing, wrong, expired or revoked, or may not do this."""


class NotSupported(WismoError):
    """This server does not do that (yet)."""


class Unavailable(WismoError):
    """Not reached, or not answered in time, also after all retries. Whether it was recorded is not known: send it
    again, with the same request_id.
    """


class TooBusy(Unavailable):
    """A limit was reached; ``retry_after`` says when to come back, where the server knows."""


class ServerFault(WismoError):
    """The server failed in a way that is its own fault. Its log has the story."""


_TREE: dict[grpc.StatusCode, type[WismoError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidInput,
    grpc.StatusCode.OUT_OF_RANGE: InvalidInput,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.FAILED_PRECONDITION: NotPossible,
    grpc.StatusCode.ABORTED: Conflict,
    grpc.StatusCode.PERMISSION_DENIED: NotAllowed,
    grpc.StatusCode.UNAUTHENTICATED: NotAllowed,
    grpc.StatusCode.UNIMPLEMENTED: NotSupported,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: Unavailable,
    grpc.StatusCode.RESOURCE_EXHAUSTED: TooBusy,
    grpc.StatusCode.CANCELLED: Unavailable,
}


def from_status(status: Status) -> WismoError:
    """The error in an outcome of a batch or stream."""
    return _build(_CODES.get(status.code, grpc.StatusCode.UNKNOWN), status.message, status)


def from_rpc(error: grpc.RpcError) -> WismoError:
    """The error of a call, blocking or asyncio, with the details from its trailing metadata."""
    if not isinstance(error, grpc.Call | grpc.aio.AioRpcError):
        return ServerFault(str(error), code=grpc.StatusCode.UNKNOWN)
    status = Status()
    # The stubs call the trailing metadata an opaque value; it is pairs of a name and text or bytes, or None.
    trailing: Iterable[tuple[str, str | bytes]] = cast("Any", error.trailing_metadata()) or ()
    for key, value in trailing:
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                status.ParseFromString(value)
            except DecodeError:
                status.Clear()  # From a proxy that used the name for something else: the status itself still counts.
    return _build(error.code(), error.details() or "", status)


def _build(code: grpc.StatusCode, message: str, status: Status) -> WismoError:
    reason, metadata, retry_after = "", {}, None
    fields: list[InvalidField] = []
    for detail in status.details:
        info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            reason, metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(bad):
            fields.extend(InvalidField(each.field, each.description) for each in bad.field_violations)
        elif detail.Unpack(retry):
            retry_after = retry.retry_delay.ToTimedelta().total_seconds()
    kind = _TREE.get(code, ServerFault)
    return kind(message, code=code, reason=reason, metadata=metadata, fields=fields, retry_after=retry_after)
