"""The orders service as the process that it really is, for tests that talk to it, kill it and start it again."""

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis.keys import hash_key
from embedded_stack.servers import free_port
from tests.samples.keys import SEALING_KEYS

ADMIN_KEY = "admin-key-that-only-tests-use-" + base64.b16encode(bytes(range(8))).decode()
SERVICE_KEY = "service-key-that-only-tests-use-" + base64.b16encode(bytes(range(8))).decode()


class OrdersProcess:
    """`python -m orders` with a free port. Entering starts it and returns once its health says SERVING."""

    def __init__(
        self, mongo_url: str, kafka_bootstrap: str, database: str, *, arguments: tuple[str, ...] = (), **environ: str
    ) -> None:
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.database = database
        self.lines: list[dict[str, Any]] = []
        self._arguments = arguments
        self._environ = {
            "WISMO_MONGO_URL": mongo_url,
            "WISMO_KAFKA_BOOTSTRAP": kafka_bootstrap,
            "WISMO_ORDERS_DATABASE": database,
            "WISMO_ORDERS_LISTEN": self.address,
            "WISMO_SEALING_KEYS": SEALING_KEYS,
            "WISMO_ADMIN_KEY_HASH": hash_key(ADMIN_KEY),
            "WISMO_SERVICE_KEY_HASH": hash_key(SERVICE_KEY),
            "WISMO_LOG_LEVEL": "info",
            **environ,
        }
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, environ: Mapping[str, str] | None = None, *, wait: bool = True) -> None:
        """Start it; `environ` holds for this start only."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "orders", *self._arguments],
            env={**os.environ, **self._environ, **(environ or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        if wait and not self._arguments:
            self.wait_until_serving()

    def wait_until_serving(self, seconds: float = 60.0) -> None:
        give_up = time.monotonic() + seconds
        with grpc.insecure_channel(self.address) as channel:
            health = health_pb2_grpc.HealthStub(channel)
            while not self._serves(health):
                if self._process is not None and self._process.poll() is not None:
                    raise AssertionError(f"orders ended with {self._process.returncode}: {self.lines[-20:]}")
                if time.monotonic() > give_up:
                    raise AssertionError(f"orders does not serve: {self.lines[-20:]}")
                time.sleep(0.05)

    def wait_for_end(self, seconds: float = 60.0) -> int:
        """The exit status, once it has ended by itself."""
        assert self._process is not None
        status = self._process.wait(seconds)
        self._close()
        return status

    def stop(self, seconds: float = 20.0) -> int:
        """SIGTERM; the exit status."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self.wait_for_end(seconds)

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self.wait_for_end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def _serves(self, health: health_pb2_grpc.HealthStub) -> bool:
        try:
            answer = health.Check(health_pb2.HealthCheckRequest(), timeout=1)
        except grpc.RpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.lines.append({"event": line.rstrip()})

    def _close(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        if self._reader is not None:
            self._reader.join(5)
        self._process.stdout.close()


def database_name() -> str:
    """A database that no other test uses."""
    return f"orders_{secrets.token_hex(4)}"
