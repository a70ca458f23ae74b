"""One secured server of each kind a session, and the authority that vouches for all of them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion
from pymongo import MongoClient

from chassis.kafka.connecting import admin_client
from chassis.mongo import Document
from tests.integration.secure.authority import Authority
from tests.integration.secure.servers import PASSWORD, USER, SecuredDatabase, SecuredInbox, SecuredKafka


@pytest.fixture(scope="session")
def authority(server_folder: Path) -> Authority:
    """Has signed every server's certificate."""
    return Authority(server_folder, "authority")


@pytest.fixture(scope="session")
def stranger(server_folder: Path) -> Authority:
    """Another one, which no server knows."""
    return Authority(server_folder, "stranger")


@pytest.fixture(scope="session")
def kafka(server_folder: Path, authority: Authority, pytestconfig: pytest.Config) -> Iterator[SecuredKafka]:
    with SecuredKafka(server_folder / "secured-kafka", authority) as server:
        for port in (server.port, server.mutual_port):  # As for the plain one: sockets that kafka-python forgets.
            forgiven = rf"unclosed <.*raddr=\('127\.0\.0\.1', {port}\)"
            pytestconfig.addinivalue_line("filterwarnings", f"ignore:{forgiven}:ResourceWarning")
        with closing(admin_client(server.brokers(), 5.0)) as admin:
            user = UserScramCredentialUpsertion(USER, ScramMechanism.SCRAM_SHA_512, password=PASSWORD)
            assert admin.alter_user_scram_credentials([user]) == {USER: None}
        yield server


@pytest.fixture(scope="session")
def database(server_folder: Path, authority: Authority) -> Iterator[SecuredDatabase]:
    with SecuredDatabase(server_folder / "secured-database", authority) as server:
        with MongoClient[Document](server.url, tls=True, tlsCAFile=str(authority.file)) as client:
            client.admin.command("createUser", USER, pwd=PASSWORD, roles=["root"])
        server.stop()
        server.auth = True
        server.start()
        yield server


@pytest.fixture(scope="session")
def secured_inbox(server_folder: Path, authority: Authority) -> Iterator[SecuredInbox]:
    with SecuredInbox(server_folder / "secured-inbox", authority) as server:
        yield server
