"""Clients of kafka-python (3 or newer) that leave nothing behind: no thread, no socket, however they end."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_SCHEME = "direct"


@contextmanager
def opened(client: Callable[..., Any], *, bootstrap: str, **config: object) -> Iterator[Any]:
    """A client of kafka-python's (consumer, producer, admin), closed at the end. Raises what it raises where no broker
    answers; then too its network thread is stopped, which kafka-python itself leaves running.
    """
    networks: list[Any] = []

    def network(**options: object) -> Any:
        networks.append(importlib.import_module("kafka.net.compat").KafkaNetClient(**options))
        return networks[-1]

    try:
        made = client(bootstrap_servers=bootstrap, kafka_client=network, proxy_url=_direct(), **config)
    except BaseException:
        for one in networks:
            one.close()
        raise
    try:
        yield made
    finally:
        made.close()


@cache
def _direct() -> str:
    """The address of a proxy that is none: connects directly, and closes the socket of a connection given up.

    A client that is closed while it connects cancels that coroutine, and kafka-python 3.0 then forgets the coroutine's
    socket. Its table of proxies is where another way to connect can be put in.
    """
    ordinary: Any = importlib.import_module("kafka.net.inet").KafkaNetSocket

    class Direct(ordinary):  # type: ignore[misc]  # kafka-python is optional here and has no types.
        SCHEMES = (_SCHEME,)

        async def sock_connect(self, net: Any, sock: Any, sockaddr: Any, timeout_at: float | None = None) -> Any:
            try:
                return await super().sock_connect(net, sock, sockaddr, timeout_at=timeout_at)
            except BaseException:
                sock.close()
                raise

    return f"{Direct.SCHEMES[0]}://"
