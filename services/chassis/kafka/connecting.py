"""Making a client of kafka-python so that it leaves nothing behind: when it finds no broker, when it is closed."""

from collections.abc import Callable
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from chassis.connections import Brokers
from chassis.kafka.trouble import refusal


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


class Connections(KafkaConnectionManager):  # type: ignore[misc]  # kafka-python has no types.
    """kafka-python's connections; remembers with which error the brokers do not let us in, which it forgets itself."""

    refused: Exception | None = None

    async def _connect(self, node: Any, conn: Any, **options: Any) -> None:
        conn.close_future.add_errback(self._note)
        await super()._connect(node, conn, **options)

    def _note(self, error: Exception) -> None:
        if refusal(error):
            self.refused = error


def connected(client: Callable[..., Any], config: dict[str, object]) -> Any:
    """Make the client, which asks a broker for its version. Raises KafkaError when none answers or lets us in.

    kafka-python starts its network thread before it asks and, when nobody answers, leaves thread and sockets: over
    a long outage that would use up the process' file descriptors. So we keep hold of that part, and close it.
    """
    networks: list[Any] = []
    managers: list[Connections] = []

    def network(**options: object) -> Any:
        selector = NetworkSelector(**options)
        managers.append(Connections(selector, **options))
        networks.append(KafkaNetClient(selector, managers[-1], **options))
        return networks[-1]

    try:
        return client(**config, kafka_client=network, proxy_url=f"{DirectSocket.SCHEMES[0]}://")
    except BaseException as error:
        for one in networks:
            one.close()
        refused = next((manager.refused for manager in managers if manager.refused), None)
        if refused is not None and isinstance(error, KafkaError):
            raise refused from error
        raise


def way_in(brokers: Brokers | str) -> dict[str, object]:
    """What every client's config needs to reach these brokers. Reads the certificates, so that each connection takes
    the renewed ones; raises OSError when they cannot be read.
    """
    brokers = Brokers.of(brokers)
    config: dict[str, object] = {"bootstrap_servers": brokers.addresses, "security_protocol": brokers.protocol.upper()}
    if brokers.tls:
        config["ssl_context"] = brokers.tls_context()
    if brokers.sasl:
        config |= {
            "sasl_mechanism": brokers.mechanism.upper(),
            "sasl_plain_username": brokers.user,
            "sasl_plain_password": brokers.password.reveal(),
        }
    return config


def admin_client(brokers: Brokers | str, timeout: float) -> Any:
    """A client for topics and groups, whose every request ends within ``timeout`` seconds. Close it."""
    milliseconds = int(timeout * 1000)
    config: dict[str, object] = {
        "client_id": "wismo-admin",
        "request_timeout_ms": milliseconds,
        "bootstrap_timeout_ms": milliseconds,
    }
    return connected(KafkaAdminClient, config | way_in(brokers))
