"""The ledger's rows: one for each message that was ever planned, and how it ended. No personal data, no open secret."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chassis.sealing import Sealed
from notifier.planning.kinds import MessageKind


class State(StrEnum):
    """Where a message is. The last four are ends."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    SKIPPED = "skipped"
    DEAD = "dead"
    UNKNOWN = "unknown"

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self in {State.PLANNED, State.CLAIMED}

    @property
    def is_alarm(self) -> bool:
        """Whether a human has to look at it; such rows can be replayed."""
        return self in {State.DEAD, State.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Part:
    """A message that joined another one. ``change`` is the serialised FulfilmentEvent, its secrets sealed."""

    id: str
    sequence: int
    kind: MessageKind
    change: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """One message in the ledger. Times are the database's."""

    id: str
    thread: str
    order: str
    sequence: int
    kind: MessageKind
    recipient: str
    channel: str
    change: bytes
    event_at: datetime
    planned_at: datetime
    not_before: datetime
    """When it may leave by its own right: its window or its wait after a failed attempt is over."""
    due_at: datetime
    """When to look at it next; later than ``not_before`` while an earlier row of its thread is in the way, the end of
    the lease
    while it is claimed."""
    windowed: bool = False
    """Whether it may join, or be joined by, others of its thread."""
    parts: tuple[Part, ...] = ()
    """What joined it, oldest first."""
    state: State = State.PLANNED
    attempts: int = 0
    claim: str = ""
    doubt: bool = False
    """Whether it may have been delivered once without our knowing: it is then sent at most once more."""
    intent: bool = False
    """Written just before DATA while in doubt: a lease that ends with it set means that it may have gone out twice."""
    reason: str = ""
    settled_at: datetime | None = None
    traceparent: str = ""
    """Of its planning; empty when the event is not traced."""

    @property
    def is_notice(self) -> bool:
        """Whether the watchdog planned it: ``change`` is then a serialised wismo.care.v1.Notice."""
        return self.id[len(self.order) : len(self.order) + 1] == "!"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The newest order that is known, as it came: a serialised Order."""

    order: str
    sequence: int
    merchant: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """A row lent to a sender; ``token`` fences its settlement."""

    row: Row
    token: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an attempt ended, to be written if the claim still stands."""

    row_id: str
    token: str
    outcome: "Sent | Again | Ended | Doubtful"


@dataclass(frozen=True, slots=True)
class Sent:
    """The recipient's side has accepted it. ``content`` is what it said, as it may be kept: masked, packed, sealed.

    ``reason`` says by what that is known, where it is not the other side's own word.
    """

    content: Sealed | None = field(default=None, compare=False, repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """Not sent; to be tried again after so many seconds. ``counts`` is False when no attempt was made at all."""

    after: float
    reason: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Ended:
    """It will not be sent: ``state`` is SKIPPED or DEAD."""

    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The connection was lost after the end of DATA: it may have been accepted."""

    reason: str
