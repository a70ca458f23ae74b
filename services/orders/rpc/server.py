"""The gRPC server: health, reflection, limits, TLS, and a stop that lets calls under way end."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_reflection.v1alpha import reflection

from chassis.logs import get_logger
from chassis.settings import Address

_log = get_logger(__name__)
_MEBIBYTE = 1024 * 1024
_CHECK_SECONDS = 1.0
_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

_OPTIONS: Sequence[tuple[str, int]] = (
    ("grpc.max_receive_message_length", 4 * _MEBIBYTE),
    ("grpc.max_send_message_length", 16 * _MEBIBYTE),
    ("grpc.max_metadata_size", 16 * 1024),
    # Callers behind load balancers may ping every 20 s, with no call under way too; we ping silent ones ourselves.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # Two processes on one port would each get some of the calls: refuse to start instead.
    ("grpc.so_reuseport", 0),
)
_CONCURRENT_RPCS = 4096


class PortTaken(OSError):
    """Nothing can listen at the address that the settings name."""


class Server:
    """A grpc.aio server with its health service. `is_well` says whether the database answers now.

    After `max_connection_age` seconds (0: never) a caller is asked to connect anew; calls under way end where they are.
    """

    def __init__(
        self,
        listen: Address,
        handlers: "dict[str, grpc.GenericRpcHandler[Any, Any]]",
        is_well: Callable[[], Awaitable[bool]],
        credentials: grpc.ServerCredentials | None = None,
        max_connection_age: int = 0,
    ) -> None:
        self._services = tuple(handlers)
        self._is_well = is_well
        options = list(_OPTIONS)
        if max_connection_age:
            options.append(("grpc.max_connection_age_ms", max_connection_age * 1000))
        self._server = grpc.aio.server(options=options, maximum_concurrent_rpcs=_CONCURRENT_RPCS)
        self._server.add_generic_rpc_handlers(tuple(handlers.values()))
        self._health = HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            (*self._services, "grpc.health.v1.Health", reflection.SERVICE_NAME), self._server
        )
        target = str(listen)
        try:
            if credentials is None:
                port = self._server.add_insecure_port(target)
            else:
                port = self._server.add_secure_port(target, credentials)
        except RuntimeError as error:
            raise PortTaken(f"cannot listen at {target}; set WISMO_ORDERS_LISTEN to another address") from error
        self.address = Address(listen.host, port)
        self._checks: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serve. Health says NOT_SERVING until the database has answered once."""
        await self._set(serving=False)
        await self._server.start()
        self._checks = asyncio.create_task(self._keep_health())
        _log.info("serving", listen=str(self.address))

    async def stop(self, grace: float) -> None:
        """Tell health, take no new call, let those under way end within `grace` seconds, then cut them off."""
        if self._checks is not None:
            self._checks.cancel()
        await self._set(serving=False)
        await self._server.stop(grace)

    async def _keep_health(self) -> None:
        serving = False
        while True:
            well = await self._is_well()
            if well is not serving:
                serving = well
                await self._set(serving=well)
                _log.info("health changed", serving=well)
            await asyncio.sleep(_CHECK_SECONDS if serving else _CHECK_SECONDS / 5)

    async def _set(self, *, serving: bool) -> None:
        for service in ("", *self._services):
            await self._health.set(service, _SERVING if serving else _NOT_SERVING)


def tls(cert: Path | None, key: Path | None, client_ca: Path | None) -> grpc.ServerCredentials | None:
    """Credentials for TLS, and for mutual TLS when an authority of clients is given; None when TLS is not set.

    Raises ValueError when only some of what belongs together is given, OSError when a file cannot be read.
    """
    if cert is None and key is None and client_ca is None:
        return None
    if cert is None or key is None:
        raise ValueError("TLS needs both WISMO_TLS_CERT_FILE and WISMO_TLS_KEY_FILE")
    authority = client_ca.read_bytes() if client_ca else None
    return grpc.ssl_server_credentials(
        [(key.read_bytes(), cert.read_bytes())], root_certificates=authority, require_client_auth=authority is not None
    )
