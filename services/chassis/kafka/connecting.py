"""Making a client of kafka-python so that one which finds no broker leaves nothing behind."""

from collections.abc import Callable
from typing import Any

from kafka import KafkaAdminClient
from kafka.net.compat import KafkaNetClient

from chassis.kafka.records import bootstrap_servers


def connected(client: Callable[..., Any], config: dict[str, object]) -> Any:
    """Make the client, which asks a broker for its version. Raises KafkaError when none answers.

    kafka-python starts its network thread before it asks and, when nobody answers, leaves thread and sockets: over
    a long outage that would use up the process' file descriptors. So we keep hold of that part, and close it.
    """
    networks: list[Any] = []

    def network(**options: object) -> Any:
        networks.append(KafkaNetClient(**options))
        return networks[-1]

    try:
        return client(**config, kafka_client=network)
    except BaseException:
        for one in networks:
            one.close()
        raise


def admin_client(bootstrap: str, timeout: float) -> Any:
    """A client for topics and groups, whose every request ends within ``timeout`` seconds. Close it."""
    milliseconds = int(timeout * 1000)
    config: dict[str, object] = {
        "bootstrap_servers": bootstrap_servers(bootstrap),
        "client_id": "wismo-admin",
        "request_timeout_ms": milliseconds,
        "bootstrap_timeout_ms": milliseconds,
    }
    return connected(KafkaAdminClient, config)
