"""What all tests share: real servers, started once per session and only when a test asks for one.

Tests share the servers, not their contents: each test uses database names, topics and recipients of its own, for
which `unique` gives a word that nobody else has.
"""

import itertools
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from embedded_stack.servers import DatabaseServer, InboxServer, KafkaServer

# A busy machine is no defect; what really hangs is ended by the timeout of each test.
settings.register_profile("wismo", deadline=None)
settings.load_profile("wismo")

# They need tools that are fetched or built, for minutes: `make deploy-test`.
collect_ignore = [] if os.environ.get("WISMO_DEPLOY_TEST") else ["deploy"]
TESTS = Path(__file__).parent
UNIT = TESTS / "unit"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """Where the session's servers keep their data. Gone afterwards: nothing in it is of use to anybody."""
    folder = Path(tempfile.mkdtemp(prefix="wismo-tests-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka_server(server_folder: Path, pytestconfig: pytest.Config) -> Iterator[KafkaServer]:
    with KafkaServer(server_folder / "kafka") as server:
        # kafka-python forgets sockets of connections that it closes while something is still to be written; the
        # collector finds them in whatever test comes next. Only theirs are forgiven, by the broker's own port.
        forgiven = rf"unclosed <socket\.socket .*raddr=\('127\.0\.0\.1', {server.port}\)"
        pytestconfig.addinivalue_line("filterwarnings", f"ignore:{forgiven}:ResourceWarning")
        yield server


@pytest.fixture(scope="session")
def kafka_bootstrap(kafka_server: KafkaServer) -> str:
    """Address of a real broker, `host:port`. Topics are not made by themselves."""
    return kafka_server.bootstrap


@pytest.fixture(scope="session")
def database_server(server_folder: Path) -> Iterator[DatabaseServer]:
    with DatabaseServer(server_folder / "database") as server:
        yield server


@pytest.fixture(scope="session")
def mongo_url(database_server: DatabaseServer) -> str:
    """URL of a real database server: a replica set of one, durable."""
    return database_server.url


@pytest.fixture(scope="session")
def inbox(server_folder: Path) -> Iterator[InboxServer]:
    """A real SMTP server that takes every mail: `inbox.smtp_url`, `inbox.mails(recipient)`, `inbox.wait_for(…)`."""
    with InboxServer(server_folder / "inbox") as server:
        yield server


@pytest.fixture
def unique() -> str:
    """A short word, [a-z0-9-], that no other test and no earlier session has used."""
    return f"t{next(_numbers)}-{secrets.token_hex(3)}"


@pytest.fixture(autouse=True)
def no_network_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit test that opens a connection is no unit test."""
    if UNIT not in request.path.parents:
        return

    def refuse(_self: socket.socket, address: Any, *_rest: Any) -> None:
        raise RuntimeError(f"A unit test tried to reach {address}.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
