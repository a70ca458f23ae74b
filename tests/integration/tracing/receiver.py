"""A receiver of traces: OTLP over HTTP, as a collector speaks it, on a free port of this machine."""

import gzip
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue


@dataclass(frozen=True, slots=True)
class Seen:
    """One span as it came. Times in nanoseconds since 1970; ``links`` are trace ids; ``texts`` is every text in it."""

    name: str
    service: str
    trace: str
    id: str
    parent: str
    start: int
    end: int
    links: tuple[str, ...]
    attributes: dict[str, str]
    texts: tuple[str, ...]


class Receiver:
    """Takes what is exported to ``url`` from entering to leaving."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []
        bodies = self._bodies

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # Its name in the library.
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What turns tracing on, into this receiver, twice a second."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.url, "OTEL_BSP_SCHEDULE_DELAY": "500"}

    def spans(self) -> list[Seen]:
        """All spans so far, by when they began."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in list(self._bodies)]
        return sorted((seen for request in requests for seen in _seen(request)), key=lambda seen: seen.start)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _seen(request: ExportTraceServiceRequest) -> Iterator[Seen]:
    for resource in request.resource_spans:
        about = _read(resource.resource.attributes)
        for scope in resource.scope_spans:
            for span in scope.spans:
                own = _read(span.attributes)
                other = [text for event in span.events for text in (event.name, *_read(event.attributes).values())]
                yield Seen(
                    name=span.name,
                    service=about["service.name"],
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    start=span.start_time_unix_nano,
                    end=span.end_time_unix_nano,
                    links=tuple(link.trace_id.hex() for link in span.links),
                    attributes=own,
                    texts=(span.name, span.status.message, *own.values(), *about.values(), *other),
                )


def _read(attributes: Iterable[KeyValue]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in attributes:
        kind = one.value.WhichOneof("value")
        found[one.key] = str(getattr(one.value, kind)) if kind else ""
    return found
