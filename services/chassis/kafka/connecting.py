"""Making a client of kafka-python so that it leaves nothing behind: when it finds no broker, when it is closed."""

from collections.abc import Callable
from typing import Any

from kafka import KafkaAdminClient
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket

from chassis.kafka.records import bootstrap_servers


class DirectSocket(KafkaNetSocket):  # type: ignore[misc]  # kafka-python has no types.
    """Connects as kafka-python does without a proxy, and closes the socket of a connection that is given up.

    A client that is closed while it connects cancels that coroutine, and kafka-python then forgets the coroutine's
    socket. Its table of proxies is where another way to connect can be put in: by the scheme of `proxy_url`.
    """

    SCHEMES = ("direct",)

    async def sock_connect(self, net: Any, sock: Any, sockaddr: Any, timeout_at: float | None = None) -> Any:
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at=timeout_at)
        except BaseException:
            sock.close()
            raise


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
        return client(**config, kafka_client=network, proxy_url=f"{DirectSocket.SCHEMES[0]}://")
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
