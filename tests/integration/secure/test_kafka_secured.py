"""Kafka with TLS and SASL: all clients get in, and who does not is told which setting to look at."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.connections import Brokers
from chassis.kafka import (
    BatchConsumer,
    BrokerUnavailable,
    Partition,
    Producer,
    Record,
    TopicSpec,
    broker_answers,
    ensure_topics,
)
from chassis.kafka.groups import forget_group
from chassis.parsers import Secret
from embedded_stack.servers.ports import HOST
from tests.integration.secure.authority import Authority
from tests.integration.secure.servers import PASSWORD, USER, SecuredKafka


@pytest.mark.parametrize("mechanism", ["plain", "scram-sha-512"])
def test_every_client_gets_in_with_user_and_password(kafka: SecuredKafka, mechanism: str, unique: str) -> None:
    brokers = kafka.brokers(mechanism=mechanism)
    assert broker_answers(brokers) is None
    assert ensure_topics(brokers, [TopicSpec(unique, 1)]) == (unique,)
    with Producer(brokers, "test") as producer:
        producer.publish(Record(unique, b"key", b"value"))
    with BatchConsumer(brokers, f"{unique}-group", [unique]) as consumer:
        records: list[Record] = []
        while not records:
            records = consumer.poll()
        assert [(record.key, record.value) for record in records] == [(b"key", b"value")]
        assert consumer.commit({Partition(unique, 0): 1})
    forget_group(brokers, f"{unique}-group")


def test_a_certificate_of_our_own_lets_us_in_too(kafka: SecuredKafka, authority: Authority) -> None:
    ours = authority.issue("wismo")
    brokers = Brokers(
        f"{HOST}:{kafka.mutual_port}",
        "ssl",
        ca_file=authority.file,
        cert_file=ours.certificate,
        key_file=ours.key,
    )
    assert broker_answers(brokers) is None


Wrong = Callable[[SecuredKafka, Path, Path], Brokers]


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        (lambda kafka, _good, _bad: kafka.brokers(password="not it"), "WISMO_KAFKA_PASSWORD"),
        (
            lambda kafka, _good, _bad: kafka.brokers(mechanism="scram-sha-512", password="not it"),
            "WISMO_KAFKA_PASSWORD",
        ),
        (lambda kafka, _good, _bad: kafka.brokers(mechanism="scram-sha-256"), "WISMO_KAFKA_SASL_MECHANISM"),
        (lambda kafka, _good, bad: kafka.brokers(ca_file=bad), "is not trusted .* WISMO_KAFKA_CA_FILE"),
        (lambda kafka, _good, _bad: Brokers(kafka.bootstrap), "speaks TLS .* WISMO_KAFKA_SECURITY_PROTOCOL"),
        (
            lambda kafka, good, _bad: Brokers(kafka.bootstrap, "ssl", ca_file=good),
            "does it want a login|WISMO_KAFKA_SECURITY_PROTOCOL",
        ),
        (
            lambda kafka, good, _bad: Brokers(f"{HOST}:{kafka.mutual_port}", "ssl", ca_file=good),
            "our certificate, see WISMO_KAFKA_CERT_FILE",
        ),
        (
            lambda _kafka, good, _bad: Brokers("127.0.0.1:1", "sasl_ssl", "plain", USER, Secret(PASSWORD), good),
            "WISMO_KAFKA_BOOTSTRAP",
        ),
    ],
    ids=["password", "password-scram", "mechanism", "authority", "plain-text", "no-login", "no-certificate", "nobody"],
)
def test_who_is_not_let_in_is_told_the_setting(
    kafka: SecuredKafka, authority: Authority, stranger: Authority, wrong: Wrong, setting: str
) -> None:
    word = broker_answers(wrong(kafka, authority.file, stranger.file), timeout=0.7)
    assert word is not None
    assert re.search(setting, word), word
    assert PASSWORD not in word


def test_a_record_is_not_to_blame_for_a_wrong_password(kafka: SecuredKafka) -> None:
    with Producer(kafka.brokers(password="not it"), "test", timeout=0.7) as producer:
        (outcome,) = producer.publish_many([Record("any", b"key", b"value")])
    assert isinstance(outcome.error, BrokerUnavailable)
    assert "WISMO_KAFKA_PASSWORD" in str(outcome.error)
