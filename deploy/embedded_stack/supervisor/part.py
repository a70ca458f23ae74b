"""One program under the supervisor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def nothing_to_prepare() -> None:
    """For parts that start as they are."""


@dataclass(frozen=True)
class Part:
    """A program, what it needs, and how to see that it is ready.

    `command` gives the argument list and is asked anew before each start. None: the program is not ours (a server of
    the user's own) and only its readiness is awaited. `prepare` and `is_ready` may block; they run in threads.
    """

    name: str
    command: Callable[[], list[str]] | None
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    prepare: Callable[[], None] = nothing_to_prepare
    stop_seconds: float = 10.0
