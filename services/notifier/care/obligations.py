"""What we owe, to whom, by when and why; numbered as in `wismo.care.v1`, so that a mapping is by number."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Kind(IntEnum):
    """What is owed."""

    ACKNOWLEDGEMENT = 1
    ANSWER = 2
    NEXT_WORD = 3
    CHARGE_NOTICE = 4
    DATE = 5
    SILENCE = 6
    SCAN = 7
    REMINDER = 8
    FOLLOW_UP = 9


class State(IntEnum):
    """How an obligation stands."""

    OPEN = 1
    KEPT = 2
    KEPT_LATE = 3
    BROKEN = 4
    SUPERSEDED = 5
    VOID = 6


class Step(IntEnum):
    """What is done on its way. Steps of the same moment are done in this order."""

    REMIND = 1
    DUE = 2
    APOLOGISE = 4
    ESCALATE = 3


@dataclass(frozen=True, slots=True)
class StepAt:
    """A step, when it is to be done, and, once it was, when and by which message (empty: without one)."""

    step: Step
    at: datetime
    done_at: datetime | None = None
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Obligation:
    """Immutable once made but for its steps and its end. Unique by kind, order and cause.

    ``cause`` says what made it, for example ``question/q-1`` or ``parcel/p1/first-scan``.
    """

    kind: Kind
    cause: str
    made_at: datetime
    due_at: datetime
    steps: tuple[StepAt, ...] = ()
    state: State = State.OPEN
    settled_at: datetime | None = None
    settled_by: str = ""

    @property
    def key(self) -> tuple[Kind, str]:
        """Unique within its order."""
        return (self.kind, self.cause)
