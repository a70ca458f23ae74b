"""What comes of looking at a watch."""

from dataclasses import dataclass

from notifier.care.notices import PlannedNotice
from notifier.care.obligations import Obligation
from notifier.care.observations import Observation
from notifier.care.watch import Watch


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The watch as it is now.

    ``ended``: obligations that ended, each handed out once. ``observed``: what the measures count, each once.
    ``moved``: how many open obligations a changed policy or calendar has moved.
    """

    watch: Watch
    ended: tuple[Obligation, ...] = ()
    observed: tuple[Observation, ...] = ()
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """The watch with its due steps marked done, and what is to be said of them. Store both or neither."""

    watch: Watch
    notices: tuple[PlannedNotice, ...] = ()
