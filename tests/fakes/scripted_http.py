"""A real HTTP server on a socket that answers, drips or stays silent exactly as a test wants it to."""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class ScriptedHttp:
    """Answers every request with ``status`` and ``headers``; or with the pieces of ``raw``, ``pause`` seconds apart."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: tuple[bytes, ...] = ()
    pause: float = 0.0
    received: list[Received] = field(default_factory=list)

    def __enter__(self) -> Self:
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                script.received.append(Received(self.command, self.path, dict(self.headers.items()), body))
                with contextlib.suppress(OSError):
                    script._answer(self)

            def log_message(self, *_: object) -> None:
                """A test says what it has to say by itself."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._server.server_address[1])

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.raw:
            for piece in self.raw:
                handler.wfile.write(piece)
                handler.wfile.flush()
                time.sleep(self.pause)
            return
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
