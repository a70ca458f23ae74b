"""HTTP load over kept connections: `python -m tests.bench.http_load`, a plan on stdin, figures on stdout, as JSON.

A process of its own, as small as it can be, so that it takes little of the cores that it shares with what it measures.
"""

import json
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    """Requests to be sent one after the other, over and over, by so many connections at once."""

    port: int
    requests: list[str]
    """Heads of GET requests, each with the empty line at its end."""
    connections: int = 16
    seconds: float = 4.0


@dataclass(frozen=True)
class Found:
    """How it went."""

    rate: float
    p50_ms: float
    p99_ms: float
    statuses: dict[str, int]


def run_load(plan: Plan) -> Found:
    """Run the load in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.http_load"]
    done = subprocess.run(command, input=json.dumps(asdict(plan)), capture_output=True, text=True, check=True)
    return Found(**json.loads(done.stdout))


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(20)
        self.began = 0.0
        self.buffer = b""

    def send(self, request: bytes) -> None:
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> str | None:
        """The status once the answer is whole, else None."""
        self.buffer += self.socket.recv(262_144)
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        status = head[9:12].decode()
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 : at + 30].split(b"\r\n")[0]) if at >= 0 and status != "304" else 0
        if len(body) < length:
            return None
        self.buffer = b""
        return status


def _measure(plan: Plan) -> Found:
    requests = [request.encode() for request in plan.requests]
    connections = [_Connection(plan.port) for _ in range(plan.connections)]
    selector = selectors.DefaultSelector()
    sent, times, statuses = 0, [], dict[str, int]()
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(requests[sent % len(requests)])
        sent += 1
    began = time.perf_counter()
    while (now := time.perf_counter()) - began < plan.seconds:
        for key, _ in selector.select(1.0):
            connection = key.data
            status = connection.receive()
            if status is None:
                continue
            times.append(time.perf_counter() - connection.began)
            statuses[status] = statuses.get(status, 0) + 1
            connection.send(requests[sent % len(requests)])
            sent += 1
    for connection in connections:
        connection.socket.close()
    times.sort()
    return Found(
        rate=len(times) / (now - began),
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
        statuses=statuses,
    )


if __name__ == "__main__":
    given: dict[str, Any] = json.load(sys.stdin)
    json.dump(asdict(_measure(Plan(**given))), sys.stdout)
