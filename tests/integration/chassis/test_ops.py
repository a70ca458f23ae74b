"""The operations port, asked over HTTP."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry, Counter

from chassis.health import Health
from chassis.ops import OpsServer
from chassis.settings import Address


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def server(health: Health) -> Iterator[OpsServer]:
    registry = CollectorRegistry()
    Counter("told", "Messages told.", registry=registry).inc(3)
    with OpsServer(Address("127.0.0.1", 0), health, registry) as server:
        yield server


def ask(server: OpsServer, path: str, method: str = "GET") -> tuple[int, str]:
    request = urllib.request.Request(f"http://{server.address}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def test_a_well_process_answers_ok(server: OpsServer) -> None:
    assert ask(server, "/livez")[0] == 200
    status, body = ask(server, "/readyz?verbose")
    assert status == 200
    assert json.loads(body) == {"status": "ok", "failing": {}}


def test_what_fails_is_named(server: OpsServer, health: Health) -> None:
    health.add_check("broker", lambda: "no leader")
    status, body = ask(server, "/readyz")
    assert status == 503
    assert json.loads(body) == {"status": "failing", "failing": {"broker": "no leader"}}
    assert ask(server, "/livez")[0] == 200, "what we depend on is no reason for a restart"


def test_metrics_are_served_as_prometheus_reads_them(server: OpsServer) -> None:
    status, body = ask(server, "/metrics")
    assert status == 200
    assert "told_total 3.0" in body


def test_head_has_no_body_and_other_paths_say_what_there_is(server: OpsServer) -> None:
    assert ask(server, "/livez", "HEAD") == (200, "")
    status, body = ask(server, "/elsewhere")
    assert status == 404
    assert "/readyz" in body


def test_a_port_that_is_taken_is_an_error_at_the_start(server: OpsServer, health: Health) -> None:
    with pytest.raises(OSError, match="in use"):
        OpsServer(server.address, health)


def test_closing_twice_is_no_harm(health: Health) -> None:
    server = OpsServer(Address("127.0.0.1", 0), health).start()
    server.close()
    server.close()
