"""Everything that is remembered of one order in order to keep its buyer out of the dark."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from notifier.care.obligations import Obligation


class AttentionKind(IntEnum):
    """Why a human is needed; numbered as in `wismo.care.v1`."""

    DARK = 1
    QUESTION = 2
    MESSAGE_FAILED = 3
    PROBLEM = 4
    PARCEL = 5
    CHARGE = 6
    DATE = 7


@dataclass(frozen=True, slots=True)
class Attention:
    """A matter that needs a human. Unique by kind and subject within its order."""

    kind: AttentionKind
    subject_id: str
    since: datetime
    due_at: datetime
    rank: int = 0
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A message about the order that the buyer's side has accepted.

    ``worth_hearing`` after care.md (a new fact, who is dealing with it, or when the next word comes); ``new_fact`` is
    False for "still with you" and the like. ``sequences`` are the events that it told, empty for a notice;
    ``about`` is the cause of the obligation that a notice was on the way of. A bounce takes it back.
    """

    message_id: str
    kind: str
    accepted_at: datetime
    worth_hearing: bool = True
    new_fact: bool = True
    sequences: tuple[int, ...] = ()
    about: str = ""
    # The next word that the message promised, if it did.
    promised_at: datetime | None = None
    bounced_at: datetime | None = None
    # Whether the measures have counted it: 1 as accepted, 2 as come back too.
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """A message to the buyer that ended dead, or that came back."""

    message_id: str
    kind: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Watch:
    """One order's watch: what was heard, what is owed, what needs a human. Empty for an order that is new.

    ``told`` and ``failed`` are bounded: the newest 16 and 8, and each that is not done with. ``obligations`` are the
    open ones; what has ended is handed out once, for the history. ``revision`` is the merchant's, whose policies were
    used. ``marks`` are what must be remembered so that nothing is made or counted twice (bounded: only what the order
    could bring up again). ``silence_seconds`` is the limit of silence in force since ``sequence``; 0: no word is owed.
    """

    told: tuple[Told, ...] = ()
    failed: tuple[Failed, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    attention: tuple[Attention, ...] = ()
    sequence: int = 0
    revision: int = 0
    marks: tuple[str, ...] = ()
    silence_seconds: float = 0.0

    @property
    def heard_at(self) -> datetime | None:
        """When the buyer last heard something worth hearing (care.md)."""
        return max((t.accepted_at for t in self.told if t.worth_hearing and t.bounced_at is None), default=None)

    @property
    def step_at(self) -> datetime | None:
        """When the watchdog must look again: the earliest step that is not done."""
        return min((s.at for o in self.obligations for s in o.steps if s.done_at is None), default=None)
