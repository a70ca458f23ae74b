"""What can become of one attempt to send, and the port of a channel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has accepted the message."""


@dataclass(frozen=True, slots=True)
class Retry:
    """It was not accepted, and a later attempt may succeed.

    ``ours`` is True when the way is blocked for every message (no connection, refused login), False when it is about
    this one message or recipient. ``reason`` holds the phase and the code, never the server's text: it may quote the
    address. ``after`` is how many seconds the other side wants to be left alone at least.
    """

    reason: str
    ours: bool = False
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Rejected:
    """It was refused for good."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The connection was lost after the end of the data: it may have been accepted."""

    reason: str


Outcome = Sent | Retry | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Letter:
    """A composed mail: envelope and content with CRLF line ends, before dot-stuffing."""

    sender: str
    recipient: str
    content: bytes


class Channel(Protocol):
    """A way to the buyer, used by one thread."""

    def send(self, letter: Letter, before_data: Callable[[], bool]) -> Outcome:
        """Hand the letter over; blocks for at most the channel's time limits. Raises nothing for what the other side
        does.

        ``before_data`` is called once, after everything that can be refused early and before the first byte of the
        content; when it
        says False the letter is not sent and the outcome is Retry.
        """
        ...

    def close(self) -> None:
        """Give up the connection. Idempotent."""
        ...
