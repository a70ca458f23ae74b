"""The ports of the relay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from orders.use_cases.stored import OutboxRow


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, as counted up to a bound, and for how long one that waits has waited."""

    rows: int
    oldest_seconds: float


class Outbox(Protocol):
    """Rows that wait for the broker. Every method raises StoreUnavailable."""

    async def read(self, first_shard: int, last_shard: int, after: str, limit: int) -> Sequence[OutboxRow]:
        """Rows of these shards in order of id, after the given one, as one snapshot: never a row without those before
        it.
        """
        ...

    async def delete(self, ids: Sequence[str]) -> int:
        """Forget rows that the broker has; how many of them were there."""
        ...

    async def backlog(self) -> Backlog:
        """How much waits."""
        ...


class Publisher(Protocol):
    """The broker. Blocks: called in a thread."""

    def publish(self, rows: Sequence[OutboxRow]) -> list[Exception | None]:
        """Publish and wait for the broker's word: None where it has acknowledged, else why not.

        Rows of one key go strictly one after the other; after one that failed, the later ones of its key are not sent.
        """
        ...
