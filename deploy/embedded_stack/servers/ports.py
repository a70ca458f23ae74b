"""Which ports the embedded servers listen on: free ones for tests, given ones for people."""

import errno
import random
import socket

HOST = "127.0.0.1"
# Below what systems give to outgoing connections, so that none of those takes a port between its choice and its use.
_CHOICE = range(15_000, 32_000)
_random = random.SystemRandom()
_given: set[int] = set()


class PortTakenError(RuntimeError):
    """Somebody else listens on the port; the message names the setting that moves it."""


def free_port() -> int:
    """A port that nobody listens on at this moment, another one at each call. Another process may still take it."""
    while True:
        port = _random.choice(_CHOICE)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        _given.add(port)
        return port


def require_free(port: int, what: str, setting: str) -> None:
    """Raise PortTakenError, in words for a person, when `what` could not listen on `port`."""
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT after a restart is free, one with a listener is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise PortTakenError(f"{what} may not listen on port {port}. Choose another one with {setting}.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortTakenError(
                f"{what} cannot listen on port {port}: another program has it. Choose another one with {setting}."
            ) from None
