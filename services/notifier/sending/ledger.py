"""The port to the ledger, and what the planner and the dispatcher ask of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from notifier.planning.plan import PlannedMessage, Resend
from notifier.sending.rows import Claim, Row, Settlement, Snapshot
from notifier.watching.hearing import Bounced
from wismo.orders.v1.order_pb2 import Order


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to enter, with what it tells: the serialised change or notice, and when that came up.

    It leaves at ``not_before`` at the earliest; None: as soon as its window allows.
    """

    message: PlannedMessage
    change: bytes
    event_at: datetime
    not_before: datetime | None = None
    traceparent: str = ""
    """Of the planning; empty when the event is not traced."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What one turn of the ledger brought. ``more`` says that further rows are due."""

    claims: tuple[Claim, ...] = ()
    ended: tuple[Row, ...] = ()
    fenced: int = 0
    more: bool = False
    renewed: frozenset[str] = frozenset()
    """Ids of the rows whose lease was prolonged."""
    stop_at: float = 0.0
    """Until when, by the monotonic clock, what was lent or prolonged in this turn may be worked on."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the planner enters at once: all of it or nothing."""

    messages: Sequence[NewMessage] = ()
    snapshots: Sequence[Snapshot] = ()
    versions: Mapping[str, Sequence[Order]] = field(default_factory=dict)
    """By order: each of its versions in the batch, in order of sequence, the snapshot's last."""
    merchants: Sequence[tuple[str, int, bytes]] = ()
    """Name, revision, serialised Merchant."""
    erased: Sequence[str] = field(default=())
    """Orders whose buyers' data must be gone from the ledger."""
    resends: Sequence[Resend] = ()
    """Messages that were entered earlier and are wanted once more. One that is not known is left out."""
    bounced: Sequence[tuple[str, Bounced]] = ()
    """By order: messages that came back."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Open rows, counted up to a limit, and since when the oldest of those that may leave has been waiting."""

    open: int
    oldest_wait: timedelta


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of a batch: how many messages were new, and which of them are lent already, until ``stop_at``."""

    new: int
    claims: tuple[Claim, ...] = ()
    stop_at: float = 0.0


class Ledger(Protocol):
    """Where every planned message stands. All times are the database's. Errors of the database are passed on."""

    def record(self, batch: Batch, want: int = 0, lease: timedelta = timedelta()) -> Recorded:
        """Enter a batch in one commit. A message whose id is there already is left as it is.

        A snapshot or merchant that is older than the stored one is dropped. Up to ``want`` new messages that need not
        wait for anything are lent at once, which saves them a turn; only those whose snapshot in the batch is now the
        stored one. The watches of the orders of which the newest is stored now are reconciled in the same commit.
        """
        ...

    def exchange(
        self, settlements: Sequence[Settlement], want: int, lease: timedelta, held: Sequence[Claim] = ()
    ) -> Exchanged:
        """Write outcomes, prolong what is ``held``, lend up to ``want`` due rows for ``lease``, all in one commit.

        Per thread in order of sequence, one row at a time. What ended is told to the watch of its order, what was said
        is kept, and what the orders service must know of it is entered into the outbox, in the same commit.
        """
        ...

    def mark_intent(self, claim: Claim) -> bool:
        """Note, just before DATA, that a row in doubt goes out once more. False when the claim no longer stands."""
        ...

    def snapshots(self, orders: Sequence[str]) -> dict[str, Snapshot]:
        """The newest snapshots of these orders."""
        ...

    def merchants(self, names: Sequence[str]) -> dict[str, bytes]:
        """The newest of these merchants, serialised."""
        ...

    def backlog(self) -> Backlog:
        """How much is open and how old it is. Cheap."""
        ...

    def alarms(self, limit: int = 1000) -> list[Row]:
        """Dead and unknown rows, oldest first."""
        ...

    def replay(self, row_id: str) -> bool:
        """Plan a dead or unknown row again, at once. False when there is none."""
        ...
