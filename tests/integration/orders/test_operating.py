"""What an operator relies on: health, limits, TLS, faults of the database and the broker, a calm stop, quiet logs."""

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from pymongo import MongoClient

from embedded_stack.servers import DatabaseServer, KafkaServer, free_port
from tests.integration.orders.kafka_reading import read_events
from tests.integration.orders.process import ADMIN_KEY, SERVICE_KEY, OrdersProcess, database_name
from tests.integration.orders.shop import TIMEOUT, Shop, detail, details, granted, note, open_shop, reason
from wismo.orders.v1 import buyer_pb2
from wismo.orders.v1 import orders_service_pb2 as pb

SERVICES = {f"wismo.orders.v1.{name}Service" for name in ("Orders", "Merchants", "Questions", "Charges")}


def test_health_is_told_for_the_server_and_each_service(channel: grpc.Channel) -> None:
    health = health_pb2_grpc.HealthStub(channel)
    for service in ("", *SERVICES):
        answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=TIMEOUT)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_reflection_lists_every_service(channel: grpc.Channel) -> None:
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    answers: Any = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(
        iter([asked]), timeout=TIMEOUT
    )
    listed = next(answers).list_services_response.service
    assert {service.name for service in listed} >= SERVICES


def test_a_message_that_is_too_large_is_refused(shop: Shop) -> None:
    shop.create()
    with pytest.raises(grpc.RpcError) as caught:
        shop.record(note("x" * 5_000_000), "n1")
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert shop.record(note("Small."), "n1").sequence == 2


def test_the_database_comes_and_goes(server_folder: Path, kafka_bootstrap: str) -> None:
    with (
        DatabaseServer(server_folder / "comes-and-goes") as database,
        OrdersProcess(database.url, kafka_bootstrap, database_name()) as process,
        grpc.insecure_channel(process.address) as channel,
    ):
        shop = open_shop(channel)
        shop.create()
        database.kill()
        for asked in (lambda: shop.record(note("One."), "n1"), shop.get):
            with pytest.raises(grpc.RpcError) as caught:
                asked()
            assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
            assert detail(details(caught.value), error_details_pb2.RetryInfo) is not None
        began = time.monotonic()
        with pytest.raises(grpc.RpcError) as caught:
            shop.orders.RecordEvent(shop.request(note("One."), "n1"), metadata=shop.metadata, timeout=1)
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        assert time.monotonic() - began < 1.0
        _wait_for_health(channel, health_pb2.HealthCheckResponse.NOT_SERVING)
        database.start()
        _wait_for_health(channel, health_pb2.HealthCheckResponse.SERVING)
        assert shop.record(note("One."), "n1").sequence == 2
        assert process.stop() == 0


def test_the_database_may_come_after_the_service(server_folder: Path, kafka_bootstrap: str) -> None:
    database = DatabaseServer(server_folder / "late")
    process = OrdersProcess(database.url, kafka_bootstrap, database_name())
    process.start(wait=False)
    try:
        with grpc.insecure_channel(process.address) as channel:
            grpc.channel_ready_future(channel).result(20)
            _wait_for_health(channel, health_pb2.HealthCheckResponse.NOT_SERVING)
            with database:
                process.wait_until_serving()
                shop = open_shop(channel)
                assert shop.create().sequence == 1
                assert process.stop() == 0
    finally:
        if process.is_running:
            process.kill()


def test_nothing_is_lost_while_the_broker_is_away(server_folder: Path, mongo_url: str) -> None:
    with (
        KafkaServer(server_folder / "away") as kafka,
        OrdersProcess(mongo_url, kafka.bootstrap, database_name()) as process,
        grpc.insecure_channel(process.address) as channel,
    ):
        shop = open_shop(channel)
        shop.create()
        read_events(kafka.bootstrap, lambda found: len(found) == 1, prefix=shop.name)
        kafka.kill()
        for number in range(20):
            shop.record(note(f"Note {number}"), f"n{number}")
        kafka.start()
        told = read_events(kafka.bootstrap, lambda found: len(found) >= 21, prefix=shop.name, seconds=60)
        assert [event.sequence for event in told] == list(range(1, 22))
        assert process.stop() == 0


def test_a_stop_answers_who_is_under_way_and_ends_streams(mongo_url: str, kafka_bootstrap: str) -> None:
    with (
        OrdersProcess(mongo_url, kafka_bootstrap, database_name()) as process,
        grpc.insecure_channel(process.address) as channel,
    ):
        shop = open_shop(channel)
        shop.create()
        watch = pb.WatchOrdersRequest(parent=shop.name, orders=[shop.order_name("R-1")], send_current=True)
        watched: Any = shop.orders.WatchOrders(watch, metadata=shop.metadata, timeout=TIMEOUT)
        next(watched)
        never = threading.Event()

        def requests() -> Iterator[pb.StreamEventsRequest]:
            yield pb.StreamEventsRequest(request=shop.request(note("One."), "n1"))
            never.wait(TIMEOUT)

        stream: Any = shop.orders.StreamEvents(requests(), metadata=shop.metadata, timeout=TIMEOUT)
        assert next(stream).outcome.recorded.sequence == 2
        next(watched)
        began = time.monotonic()
        assert process.stop() == 0
        assert time.monotonic() - began < 6
        for answers in (watched, stream):
            with pytest.raises(grpc.RpcError) as caught:
                next(answers)
            assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
            assert reason(caught.value) == "DRAINING"
        never.set()


def test_a_port_that_is_taken_is_named_with_its_setting(orders_process: OrdersProcess, mongo_url: str) -> None:
    second = OrdersProcess(mongo_url, "127.0.0.1:1", database_name(), WISMO_ORDERS_LISTEN=orders_process.address)
    second.start(wait=False)
    assert second.wait_for_end() == 1
    assert any("WISMO_ORDERS_LISTEN" in str(line) for line in second.lines)


def test_settings_that_are_wrong_are_all_named_at_once(mongo_url: str) -> None:
    process = OrdersProcess(
        mongo_url,
        "127.0.0.1:1",
        database_name(),
        WISMO_SEALING_KEYS="none",
        WISMO_ORDERS_LISTEN="x",
        WISMO_RELAY="maybe",
    )
    process.start(wait=False)
    assert process.wait_for_end() == 2
    said = str(process.lines)
    assert all(name in said for name in ("WISMO_SEALING_KEYS", "WISMO_ORDERS_LISTEN", "WISMO_RELAY"))


def test_tls_and_a_clients_certificate_are_asked_for(mongo_url: str, tmp_path: Path) -> None:
    paths = _certificates(tmp_path)
    port = free_port()
    process = OrdersProcess(
        mongo_url,
        "127.0.0.1:1",
        database_name(),
        WISMO_RELAY="off",
        WISMO_ORDERS_LISTEN=f"localhost:{port}",
        WISMO_TLS_CERT_FILE=str(paths / "server.crt"),
        WISMO_TLS_KEY_FILE=str(paths / "server.key"),
        WISMO_TLS_CLIENT_CA_FILE=str(paths / "ca.crt"),
    )
    process.start(wait=False)
    authority = (paths / "ca.crt").read_bytes()
    both = grpc.ssl_channel_credentials(
        authority, (paths / "client.key").read_bytes(), (paths / "client.crt").read_bytes()
    )
    try:
        with grpc.secure_channel(f"localhost:{port}", both) as channel:
            grpc.channel_ready_future(channel).result(20)
            _wait_for_health(channel, health_pb2.HealthCheckResponse.SERVING)
            assert open_shop(channel).create().sequence == 1
        for channel in (
            grpc.insecure_channel(f"localhost:{port}"),
            grpc.secure_channel(f"localhost:{port}", grpc.ssl_channel_credentials(authority)),
        ):
            with channel, pytest.raises(grpc.RpcError) as caught:
                health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=3)
            assert caught.value.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
        assert process.stop() == 0
    finally:
        if process.is_running:
            process.kill()


def test_the_operations_port_tells_life_readiness_and_figures(mongo_url: str, kafka_bootstrap: str) -> None:
    ops = f"127.0.0.1:{free_port()}"
    with OrdersProcess(mongo_url, kafka_bootstrap, database_name(), WISMO_OPS_LISTEN=ops) as process:
        with grpc.insecure_channel(process.address) as channel:
            open_shop(channel).create()
        for path in ("livez", "readyz"):
            with urllib.request.urlopen(f"http://{ops}/{path}") as answer:
                assert json.load(answer)["status"] == "ok"
        with urllib.request.urlopen(f"http://{ops}/metrics") as answer:
            figures = answer.read().decode()
        assert 'wismo_orders_commands_total{effect="applied"} 1.0' in figures
        assert "robin" not in figures
        assert process.stop() == 0


def test_nothing_personal_or_secret_is_in_logs_database_or_broker(
    orders_process: OrdersProcess, shop: Shop, mongo_url: str, kafka_bootstrap: str
) -> None:
    shop.create()
    code = "C4nary-Zx81-code"
    shop.record(granted(code), "a1")
    with pytest.raises(grpc.RpcError):
        shop.record(granted("C4nary-Zx81-other"), "a1")
    buyer = buyer_pb2.Buyer(email="canary-zx81@buyers.test", phone="+4915112345678", display_name="Canary Zx81")
    contact = pb.UpdateBuyerContactRequest(order=shop.order_name("R-1"), buyer=buyer, request_id="u1")
    shop.orders.UpdateBuyerContact(contact, metadata=shop.metadata, timeout=TIMEOUT)
    told = read_events(kafka_bootstrap, lambda found: len(found) >= 3, prefix=shop.name)
    assert all(b"C4nary" not in event.SerializeToString() for event in told)
    with MongoClient[dict[str, Any]](mongo_url) as client:
        database = client[orders_process.database]
        stored = b"".join(
            str(row).encode() for name in database.list_collection_names() for row in database[name].find()
        )
    for secret in (code, shop.key, ADMIN_KEY, SERVICE_KEY):
        assert secret.encode() not in stored
    logged = json.dumps(orders_process.lines)
    for canary in ("C4nary", "canary-zx81", "+4915112345678", "Canary Zx81", shop.key, "robin@buyers.test"):
        assert canary not in logged
    erase = pb.EraseBuyerRequest(order=shop.order_name("R-1"), request_id="e1")
    shop.orders.EraseBuyer(erase, metadata=shop.metadata, timeout=TIMEOUT)
    read_events(kafka_bootstrap, lambda found: len(found) >= 4, prefix=shop.name)
    with MongoClient[dict[str, Any]](mongo_url) as client:
        database = client[orders_process.database]
        kept = [database[name].find({"_id": {"$regex": shop.name}}) for name in ("orders", "events")]
        stored = b"".join(bytes(row.get("body", b"") + row.get("change", b"")) for rows in kept for row in rows)
    for gone in (b"canary-zx81", b"+4915112345678", b"Canary", b"robin"):
        assert gone not in stored


def _wait_for_health(channel: grpc.Channel, wanted: int, seconds: float = 20.0) -> None:
    health = health_pb2_grpc.HealthStub(channel)
    give_up = time.monotonic() + seconds
    while health.Check(health_pb2.HealthCheckRequest(), timeout=5).status != wanted:
        assert time.monotonic() < give_up, f"health did not become {wanted}"
        time.sleep(0.1)


def _certificates(folder: Path) -> Path:
    """An authority, and certificates of it for `localhost` and for a client."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    ca = _signed(ca_name, ca_key.public_key(), ca_name, ca_key, authority=True)
    (folder / "ca.crt").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    for name in ("server", "client"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = _signed(subject, key.public_key(), ca_name, ca_key, authority=False)
        (folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return folder


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
