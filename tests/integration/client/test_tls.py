"""TLS and mutual TLS against a real gRPC server with certificates made for the test."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fakes.in_memory_orders import KEY, InMemoryOrders
from wismo.client import NO_RETRY, AsyncWismoClient, Tls, Unavailable, WismoClient, drafts

ORDER = drafts.new_order("R-1", drafts.buyer("ada@buyers.test"), [drafts.physical("book", "Book")])


class Pair(NamedTuple):
    certificate: bytes
    key: bytes


class Authority:
    """Signs certificates for `localhost`."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.certificate = self._sign(self._name, self._key, authority=True)

    def pair(self, name: str) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Pair(self._sign(subject, key, authority=False), private)

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool) -> bytes:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def server(authority: Authority) -> Iterator[InMemoryOrders]:
    """Asks its callers for a certificate of the authority."""
    pair = authority.pair("orders")
    credentials = grpc.ssl_server_credentials(
        [(pair.key, pair.certificate)], root_certificates=authority.certificate, require_client_auth=True
    )
    running = InMemoryOrders().start(credentials)
    yield running
    running.stop()


def test_a_caller_with_a_certificate_is_served(server: InMemoryOrders, authority: Authority, tmp_path: Path) -> None:
    pair = authority.pair("backend")
    for name, content in (("ca", authority.certificate), ("cert", pair.certificate), ("key", pair.key)):
        (tmp_path / name).write_bytes(content)
    tls = Tls(tmp_path / "ca", tmp_path / "cert", str(tmp_path / "key"), server_name="localhost")
    with WismoClient(server.target, KEY, tls=tls) as client:
        assert client.create_order(ORDER).name == "merchants/acme/orders/R-1"


async def test_the_asyncio_client_takes_the_same(server: InMemoryOrders, authority: Authority) -> None:
    pair = authority.pair("backend")
    tls = Tls(authority.certificate, pair.certificate, pair.key, server_name="localhost")
    async with AsyncWismoClient(server.target, KEY, tls=tls) as client:
        assert (await client.create_order(ORDER)).reference == "R-1"


@pytest.mark.parametrize("who", ["no certificate", "a stranger's certificate", "plaintext", "another authority"])
def test_everybody_else_is_not(server: InMemoryOrders, authority: Authority, who: str) -> None:
    own, strange = authority.pair("backend"), Authority()
    stranger = strange.pair("backend")
    tls = {
        "no certificate": Tls(authority.certificate, server_name="localhost"),
        "a stranger's certificate": Tls(
            authority.certificate, stranger.certificate, stranger.key, server_name="localhost"
        ),
        "plaintext": None,
        "another authority": Tls(strange.certificate, own.certificate, own.key, server_name="localhost"),
    }[who]
    with WismoClient(server.target, KEY, tls=tls, timeout=3, retry=NO_RETRY) as client, pytest.raises(Unavailable):
        client.create_order(ORDER)
    assert server.calls == []
