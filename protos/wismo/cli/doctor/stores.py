"""Kafka and MongoDB, where their addresses are known and their libraries are there: both are optional here."""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from wismo.cli.configuration import Configuration
from wismo.cli.doctor.finding import Finding, fail, ok, warn
from wismo.cli.doctor.kafka_clients import opened

_LAG_WORTH_A_WORD = 1_000
_WAIT_MS = 5_000


@dataclass(frozen=True)
class Names:
    """What an installation calls its topics and the groups that read the first of them."""

    orders: str = "wismo.order-events.v1"
    merchants: str = "wismo.merchant-events.v1"
    dead_letters: str = "wismo.order-events.v1.dlt"
    groups: tuple[str, ...] = ("notifier", "status-page")

    @property
    def topics(self) -> tuple[str, ...]:
        """All of them."""
        return (self.orders, self.merchants, self.dead_letters)


def check(configuration: Configuration) -> Iterator[Finding]:
    """Nothing is written, and no group is joined."""
    extra = configuration.extra
    bootstrap = extra.get("kafka_bootstrap")
    if bootstrap:
        yield from _with_library("kafka", "Kafka", lambda: list(kafka(bootstrap, _way_into_kafka(extra))))
    url = extra.get("mongo_url")
    if url:
        yield from _with_library("pymongo", "MongoDB", lambda: list(_mongo(url, _way_into_mongo(extra))))


def _way_into_kafka(extra: Mapping[str, str]) -> dict[str, str]:
    """kafka-python's options for what is configured; none where nothing is."""
    given = {
        "security_protocol": extra.get("kafka_security_protocol", "").upper(),
        "sasl_plain_username": extra.get("kafka_user", ""),
        "sasl_plain_password": extra.get("kafka_password", ""),
        "ssl_cafile": extra.get("kafka_ca_file", ""),
        "ssl_certfile": extra.get("kafka_cert_file", ""),
        "ssl_keyfile": extra.get("kafka_key_file", ""),
    }
    if given["security_protocol"].startswith("SASL"):
        given["sasl_mechanism"] = extra.get("kafka_sasl_mechanism", "scram-sha-512").upper()
    return {name: value for name, value in given.items() if value}


def _way_into_mongo(extra: Mapping[str, str]) -> dict[str, Any]:
    """The options of pymongo beside the URL, in which the login is."""
    given = {"tlsCAFile": extra.get("mongo_ca_file"), "tlsCertificateKeyFile": extra.get("mongo_cert_file")}
    files = {name: value for name, value in given.items() if value}
    return {"tls": True, **files} if files else {}


def _with_library(module: str, name: str, ask: Any) -> list[Finding]:
    try:
        importlib.import_module(module)
    except ImportError:
        return [ok(name, f"not looked at: {module} is not installed here")]
    try:
        return list(ask())
    except Exception as error:  # noqa: BLE001 - whatever the library raises, the doctor's other answers still count.
        kind = type(error).__name__
        return [
            fail(
                name,
                f"{kind}: {str(error)[:200]}",
                f"Is {name} running at the address that is configured, and are we let in? "
                f"See WISMO_{name.removesuffix('DB').upper()}_… in the environment, or the same in .wismo/cli.json.",
            )
        ]


def kafka(bootstrap: str, way_in: Mapping[str, str] | None = None, names: Names | None = None) -> Iterator[Finding]:
    """Whether the topics are there, how far each group is behind, and what lies among the dead letters."""
    library: Any = importlib.import_module("kafka")
    way_in, names = way_in or {}, names or Names()
    with _consumer(library, bootstrap, way_in) as consumer:
        there = set(consumer.topics())
        missing = [topic for topic in names.topics if topic not in there]
        if missing:
            yield warn(
                "Kafka",
                f"{bootstrap}: no {', '.join(missing)}",
                "The services make them when they start: orders the first two, notifier the last.",
            )
        else:
            yield ok("Kafka", f"{bootstrap}: {len(names.topics)} topics")
        ends = {topic: _ends(library, consumer, topic) for topic in names.topics if topic in there}
    if names.orders in ends:
        for group in names.groups:
            yield _lag(library, bootstrap, way_in, group, names.orders, ends[names.orders])
    dead = sum(end for _, end in ends.get(names.dead_letters, {}).values())
    begun = sum(start for start, _ in ends.get(names.dead_letters, {}).values())
    if dead > begun:
        yield warn(
            "dead letters",
            f"{dead - begun} in {names.dead_letters}, those that were replayed and the notes of it among them",
            "`python -m notifier dead records` and `python -m status_page dead records` list what waits, and why.",
        )


def _consumer(
    library: Any, bootstrap: str, way_in: Mapping[str, str], group: str | None = None
) -> AbstractContextManager[Any]:
    return opened(
        library.KafkaConsumer,
        bootstrap=bootstrap,
        group_id=group,
        enable_auto_commit=False,  # Nothing is read, so nothing may be committed, at the end neither.
        request_timeout_ms=_WAIT_MS,
        bootstrap_timeout_ms=_WAIT_MS,
        **way_in,
    )


def _ends(library: Any, consumer: Any, topic: str) -> dict[int, tuple[int, int]]:
    """First and next offset of each partition."""
    partitions = [library.TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    first, last = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    return {each.partition: (first[each], last[each]) for each in partitions}


def _lag(
    library: Any, bootstrap: str, way_in: Mapping[str, str], group: str, topic: str, ends: Mapping[int, tuple[int, int]]
) -> Finding:
    with _consumer(library, bootstrap, way_in, group) as consumer:
        committed = {
            number: consumer.committed(library.TopicPartition(topic, number), timeout_ms=_WAIT_MS) for number in ends
        }
    if all(offset is None for offset in committed.values()):
        return warn(f"group {group}", "has committed nothing yet", "Is its service running?")
    behind = sum(
        end - (first if committed[number] is None else committed[number]) for number, (first, end) in ends.items()
    )
    if behind > _LAG_WORTH_A_WORD:
        return warn(f"group {group}", f"{behind} events behind", "It catches up by itself; if not, see its log.")
    return ok(f"group {group}", f"{behind} events behind")


def _mongo(url: str, way_in: Mapping[str, Any]) -> Iterator[Finding]:
    pymongo: Any = importlib.import_module("pymongo")
    with pymongo.MongoClient(url, serverSelectionTimeoutMS=_WAIT_MS, **way_in) as client:
        client.admin.command("listDatabases", nameOnly=True, authorizedDatabases=True)  # Only for those let in.
        version = client.server_info().get("version", "unknown")
        yield ok(
            "MongoDB",
            f"version {version}, {'a replica set' if client.topology_description.replica_set_name else 'alone'}",
        )
