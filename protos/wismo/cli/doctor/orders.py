"""The orders service: reachable, serving, of this contract, and does it take our key?"""

import time
from collections.abc import Iterator

import grpc

from wismo.cli.configuration import Configuration
from wismo.cli.doctor.finding import Finding, fail, ok, warn
from wismo.client import VERSION, NotAllowed, WismoClient, WismoError
from wismo.client.errors import from_rpc
from wismo.client.retry import NO_RETRY
from wismo.orders.v1 import merchants_service_pb2, orders_service_pb2, questions_service_pb2

_WAIT = 5.0
# grpc.health.v1.HealthCheckResponse with field 1 (status) = 1 (SERVING); the request for the whole server is empty.
# Written as bytes, because the generated code is in packages that this distribution does without.
_SERVING = b"\x08\x01"
# grpc.reflection.v1alpha.ServerReflectionRequest with field 7 (list_services) = "*".
_LIST_SERVICES = b"\x3a\x01*"
_START = "Start the stack (`make run`), or name another address with --target or WISMO_TARGET."


def check(configuration: Configuration) -> Iterator[Finding]:
    """Ask one thing after the other; what cannot be asked without what failed before is left out."""
    yield ok("wismo", f"version {VERSION}, {configuration.target} from {configuration.came_from['target']}")
    with WismoClient(
        configuration.target, configuration.api_key or "", tls=configuration.tls, timeout=_WAIT, retry=NO_RETRY
    ) as client:
        start = time.monotonic()
        try:
            client.wait_until_reachable(_WAIT)
        except WismoError:
            hint = "" if configuration.tls else " Does it serve TLS? Then add --tls."
            yield fail("orders", f"{configuration.target} takes no connection", _START + hint)
            return
        yield ok("orders", f"reachable in {(time.monotonic() - start) * 1000:.0f} ms")
        yield _health(client.channel)
        yield _reflection(client.channel)
        yield _key(configuration, client)


def _health(channel: grpc.Channel) -> Finding:
    try:
        answer = _raw(channel, "/grpc.health.v1.Health/Check")(b"", timeout=_WAIT)
    except grpc.RpcError as raised:
        return warn("orders health", f"not told: {from_rpc(raised)}", "Is it Wismo that listens there?")
    if answer == _SERVING:
        return ok("orders health", "serving")
    return fail("orders health", "not serving", "Its database does not answer; see the log of orders.")


def _reflection(channel: grpc.Channel) -> Finding:
    method = channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        request_serializer=None,
        response_deserializer=None,
    )
    try:
        answer = next(iter(method(iter([_LIST_SERVICES]), timeout=_WAIT)))
    except (grpc.RpcError, StopIteration):
        return warn("reflection", "not served", "grpcurl then needs the protos: grpcurl -import-path protos -proto …")
    wanted = [
        service.full_name
        for module in (orders_service_pb2, merchants_service_pb2, questions_service_pb2)
        for service in module.DESCRIPTOR.services_by_name.values()
    ]
    missing = [name for name in wanted if name.encode() not in answer]
    if missing:
        return warn(
            "contract", f"the server has no {', '.join(missing)}", "Server and client differ in age; update the older."
        )
    return ok("contract", f"{len(wanted)} services of wismo.orders.v1")


def _key(configuration: Configuration, client: WismoClient) -> Finding:
    origin = configuration.came_from["api_key"]
    if not configuration.api_key:
        return warn("API key", "none", "Give one with --api-key, WISMO_API_KEY, or in .wismo/cli.json.")
    try:
        page = client.list_orders(page_size=1)
    except NotAllowed as refused:
        return fail("API key", f"refused (from {origin}): {refused}", "Make a new one: wismo key create NAME")
    except WismoError as error:
        return fail("API key", f"could not be tried: {error}", "See the log of orders.")
    return ok("API key", f"valid, from {origin}; {'there are orders' if page.items else 'no orders yet'}")


def _raw(channel: grpc.Channel, path: str) -> "grpc.UnaryUnaryMultiCallable[bytes, bytes]":
    return channel.unary_unary(path, request_serializer=None, response_deserializer=None)
