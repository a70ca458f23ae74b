"""The gRPC server of the care service: health, limits, TLS, and a stop that lets calls under way end."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import HealthServicer

from chassis.logs import get_logger
from chassis.settings import Address
from notifier.rpc.care_service import SERVICE

_log = get_logger(__name__)
_MEBIBYTE = 1024 * 1024
_OPTIONS = (
    ("grpc.max_receive_message_length", 1 * _MEBIBYTE),
    ("grpc.max_send_message_length", 16 * _MEBIBYTE),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # Two processes on one port would each get some of the calls: refuse to start instead.
    ("grpc.so_reuseport", 0),
)
_THREADS = 4
_CONCURRENT_RPCS = 64


class PortTaken(OSError):
    """Nothing can listen at the address that the settings name."""


class CareServer:
    """Serves from its making until ``stop``, in a few threads of its own: whoever asks is a desk, not a crowd."""

    def __init__(
        self,
        listen: Address,
        handlers: "grpc.GenericRpcHandler[Any, Any]",
        credentials: grpc.ServerCredentials | None = None,
    ) -> None:
        threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="care")
        self._server = grpc.server(threads, options=list(_OPTIONS), maximum_concurrent_rpcs=_CONCURRENT_RPCS)
        self._health = HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._server.add_generic_rpc_handlers((handlers,))
        try:
            if credentials is None:
                port = self._server.add_insecure_port(str(listen))
            else:
                port = self._server.add_secure_port(str(listen), credentials)
        except RuntimeError as error:
            raise PortTaken(f"cannot listen at {listen}; set WISMO_CARE_LISTEN to another address") from error
        self.address = Address(listen.host, port)
        for service in ("", SERVICE):
            self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        self._server.start()
        _log.info("care service serving", listen=str(self.address))

    def stop(self, grace: float = 5.0) -> None:
        """Tell health, take no new call, let those under way end within ``grace`` seconds."""
        self._health.enter_graceful_shutdown()
        self._server.stop(grace).wait()


def tls(cert: Path | None, key: Path | None) -> grpc.ServerCredentials | None:
    """Credentials for TLS; None when it is not set. Raises ValueError when only one of the two is given."""
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        raise ValueError("TLS needs both WISMO_TLS_CERT_FILE and WISMO_TLS_KEY_FILE")
    return grpc.ssl_server_credentials([(key.read_bytes(), cert.read_bytes())])
