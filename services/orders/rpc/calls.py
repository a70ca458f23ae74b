"""What every call goes through: who calls, is it well formed, how long may it take, and how errors are told."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from chassis import tracing
from orders.measures import Measures
from orders.rpc.contract import Validate
from orders.rpc.statuses import code_of, reason_of, to_status
from orders.use_cases.credentials import Credentials, Principal, Role
from orders.use_cases.errors import Forbidden, Invalid, OrdersError, Unauthenticated, Violation

_LONGEST_SECONDS = 10.0
# Left of a caller's deadline for the answer to travel: an error with a reason is worth more than DEADLINE_EXCEEDED.
_TRAVEL_SECONDS = 0.1
_STATUS_DETAILS = "grpc-status-details-bin"


class Access(Enum):
    """Who may make a call. A merchant's key is further bound to its own merchant, by each call itself."""

    ANY = "any key"
    READ = "a merchant's key"
    WRITE = "a merchant's key with scope WRITE"
    FACTS = "a merchant's key with scope WRITE, or the service key"
    MANAGE = "the admin key, or the merchant's own key with scope WRITE"
    ADMIN = "the admin key"


Locate = Callable[[str], str]
Check = Callable[[Any], tuple[Violation, ...]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call under way. A long one asks `still_admitted` now and then, because keys are revoked, and ends when
    `draining` is set.
    """

    principal: Principal
    still_admitted: Callable[[], Awaitable[Principal]]
    draining: asyncio.Event


@dataclass(frozen=True, slots=True)
class Unary:
    """One request, one answer. `behave` may answer with bytes that are encoded already."""

    request: type[Message]
    access: Access
    behave: Callable[[Any, Call], Awaitable[Message | bytes]]
    locate: Locate = lambda field: field
    check: Check = lambda _: ()


@dataclass(frozen=True, slots=True)
class ServerStream:
    """One request, many answers."""

    request: type[Message]
    access: Access
    behave: Callable[[Any, Call], AsyncIterator[Message]]


@dataclass(frozen=True, slots=True)
class BothStream:
    """Many requests, many answers."""

    request: type[Message]
    access: Access
    behave: Callable[[AsyncIterator[Any], Call], AsyncIterator[Message]]


Rpc = Unary | ServerStream | BothStream


@dataclass(frozen=True, slots=True)
class Gate:
    """Makes gRPC handlers of the calls of a service."""

    credentials: Credentials
    validate: Validate
    measures: Measures
    draining: asyncio.Event

    def handlers(self, service: str, rpcs: dict[str, Rpc]) -> "grpc.GenericRpcHandler[Any, Any]":
        """The handlers of a service, by the names in its proto."""
        return grpc.method_handlers_generic_handler(
            service, {name: self._handler(name, rpc) for name, rpc in rpcs.items()}
        )

    def _handler(self, name: str, rpc: Rpc) -> "grpc.RpcMethodHandler[Any, Any]":
        match rpc:
            case Unary():
                return grpc.unary_unary_rpc_method_handler(self._unary(name, rpc), None, _serialize)
            case ServerStream():
                return grpc.unary_stream_rpc_method_handler(self._server_stream(name, rpc), None, _serialize)
            case BothStream():
                return grpc.stream_stream_rpc_method_handler(self._both_stream(name, rpc), None, _serialize)

    def _unary(self, name: str, rpc: Unary) -> Any:
        seconds = self.measures.rpc_seconds.labels(name)

        async def handle(body: bytes, context: Any) -> Any:
            started = time.perf_counter()
            try:
                with tracing.span(name, parent=_traceparent(context), kind=tracing.Kind.SERVER, root=True):
                    async with asyncio.timeout(_time_for(context)):
                        call = await self._admit(rpc.access, context)
                        request = _parsed(rpc.request, body)
                        self._validate(request, rpc.check)
                        return await rpc.behave(request, call)
            except Exception as error:  # noqa: BLE001  # Told to the caller, foreseen or not.
                return await self._abort(name, context, error, rpc.locate)
            finally:
                seconds.observe(time.perf_counter() - started)

        return handle

    def _server_stream(self, name: str, rpc: ServerStream) -> Any:
        async def handle(body: bytes, context: Any) -> AsyncIterator[Message]:
            try:
                call = await self._admit(rpc.access, context)
                request = _parsed(rpc.request, body)
                self._validate(request, lambda _: ())
                async for answer in rpc.behave(request, call):
                    await call.still_admitted()
                    yield answer
            except Exception as error:  # noqa: BLE001  # As above.
                await self._abort(name, context, error)

        return handle

    def _both_stream(self, name: str, rpc: BothStream) -> Any:
        async def handle(bodies: AsyncIterator[bytes], context: Any) -> AsyncIterator[Message]:
            try:
                call = await self._admit(rpc.access, context)
                requests = (_parsed(rpc.request, body) async for body in bodies)
                async for answer in rpc.behave(requests, call):
                    yield answer
            except Exception as error:  # noqa: BLE001  # As above.
                await self._abort(name, context, error)

        return handle

    async def _admit(self, access: Access, context: Any) -> Call:
        key = _bearer(context)
        principal = await self.credentials.principal(key)
        if not _may(principal, access):
            raise Forbidden(f"This call needs {access.value}.", metadata={"needs": access.name})
        return Call(principal, partial(self.credentials.principal, key), self.draining)

    def _validate(self, request: Message, check: Check) -> None:
        violations = self.validate(request) or check(request)
        if violations:
            raise invalid(violations)

    async def _abort(self, name: str, context: Any, error: Exception, locate: Locate = lambda field: field) -> Any:
        status = to_status(error, locate)
        self.measures.refused.labels(name, reason_of(status)).inc()
        await context.abort(code_of(status), status.message, ((_STATUS_DETAILS, status.SerializeToString()),))


def invalid(violations: tuple[Violation, ...]) -> OrdersError:
    """One error for all that is wrong with a request; its message tells the first."""
    first = violations[0]
    more = f" (and {len(violations) - 1} more, see the details)" if len(violations) > 1 else ""
    return Invalid(f"{first.field}: {first.why}{more}", violations=violations)


def _may(principal: Principal, access: Access) -> bool:
    if access is Access.ANY:
        return True
    match principal.role:
        case Role.ADMIN:
            return access in {Access.ADMIN, Access.MANAGE}
        case Role.SERVICE:
            return access is Access.FACTS
        case Role.MERCHANT:
            return access is Access.READ or (principal.may_write and access is not Access.ADMIN)


def _bearer(context: Any) -> str:
    for name, value in context.invocation_metadata():
        if name == "authorization":
            kind, _, key = value.partition(" ")
            if kind.lower() == "bearer":
                return str(key).strip()
    raise Unauthenticated("No API key. Send metadata `authorization: Bearer <API key>`.", reason="CREDENTIAL_MISSING")


def _traceparent(context: Any) -> str:
    """The caller's own trace, which ours goes on with, if it sends one."""
    if not tracing.is_on():
        return ""
    found = (value for name, value in context.invocation_metadata() if name == tracing.TRACEPARENT)
    return str(next(found, ""))


def _time_for(context: Any) -> float:
    remaining: float | None = context.time_remaining()
    if remaining is None:
        return _LONGEST_SECONDS
    return max(0.0, min(_LONGEST_SECONDS, remaining - min(_TRAVEL_SECONDS, remaining / 4)))


def _parsed(kind: type[Message], body: bytes) -> Message:
    """Parsed here and not by gRPC, which would answer bytes that are no message with UNKNOWN and not a word."""
    try:
        return kind.FromString(body)
    except DecodeError:
        raise Invalid(f"The request is no {kind.DESCRIPTOR.full_name}.", reason="UNREADABLE") from None


def _serialize(answer: Message | bytes) -> bytes:
    return answer if isinstance(answer, bytes) else answer.SerializeToString()
