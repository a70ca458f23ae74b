"""The operations port: /livez, /readyz and /metrics over HTTP, in threads of its own."""

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder

from chassis.health import Health, Report
from chassis.parsers import Address


class OpsServer:
    """Serves /livez and /readyz (200 or 503, JSON naming what fails) and /metrics (Prometheus or OpenMetrics text).

    Runs in daemon threads: it never blocks the process' own work, and does not keep the process alive. For the inside
    of a cluster: no authentication, no TLS, and nothing personal is served.
    """

    def __init__(self, listen: Address, health: Health, registry: CollectorRegistry = REGISTRY) -> None:
        """Binds at once (port 0 takes a free one) and raises OSError when the address is taken; ``start`` serves."""

        class Handler(_Handler):
            pass

        Handler.health, Handler.registry = health, registry
        self._server = ThreadingHTTPServer((listen.host, listen.port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="ops", daemon=True)

    @property
    def address(self) -> Address:
        """Where it really listens."""
        host, port = self._server.server_address[:2]
        return Address(str(host), int(port))

    def start(self) -> Self:
        """Begin to serve; returns itself."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving and free the port. Idempotent."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Handler(BaseHTTPRequestHandler):
    health: Health
    registry: CollectorRegistry
    timeout = 10  # Seconds that a client may take for its request; a silent one must not hold its thread for ever.
    server_version = "wismo-ops"
    sys_version = ""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/livez":
                self._report(self.health.liveness())
            case "/readyz":
                self._report(self.health.readiness())
            case "/metrics":
                encode, content_type = choose_encoder(self.headers.get("Accept", ""))
                self._answer(HTTPStatus.OK, content_type, encode(self.registry))
            case _:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"/livez /readyz /metrics\n")

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # The name is the parent's.
        """Nothing: probes come every few seconds and would drown what matters."""

    def _report(self, report: Report) -> None:
        status = HTTPStatus.OK if report.ok else HTTPStatus.SERVICE_UNAVAILABLE
        body = {"status": "ok" if report.ok else "failing", "failing": dict(report.failing)}
        self._answer(status, "application/json", json.dumps(body).encode() + b"\n")

    def _answer(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
