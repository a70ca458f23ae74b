"""The port to the watches, and what the watchdog and the sweep ask of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Claimed:
    """Watches that are due, for the caller alone until its lease ends. ``lag`` is how late the oldest of them was."""

    orders: tuple[str, ...] = ()
    token: str = ""
    lag: timedelta = timedelta()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a look at due watches came to: how many were looked at, and the rows that were entered."""

    looked: int = 0
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Swept:
    """One chunk of the sweep. ``last`` is where the next one begins; empty: that was all.

    ``orphans`` are open orders that nobody watched properly, ``mended`` how many of them are watched now.
    """

    looked: int = 0
    orphans: tuple[str, ...] = ()
    mended: int = 0
    last: str = ""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One chunk of what a merchant's changed policies move: totals since the change."""

    merchant: str
    looked: int
    moved: int
    finished: bool


class WatchStore(Protocol):
    """Where watches stand. All times are the database's, so that no process' clock matters."""

    def claim(self, limit: int, lease: timedelta) -> Claimed:
        """Take up to ``limit`` watches that are due, the longest due first, in one commit."""
        ...

    def speak(self, claimed: Claimed) -> Spoken:
        """Settle what was claimed and say what is due: rows of the ledger and watches in one commit.

        A watch that somebody else has looked at since, or whose lease has ended, is left alone.
        """
        ...

    def recompute(self, limit: int) -> Recomputed | None:
        """Look again at up to ``limit`` watches of a merchant whose policies changed; None when there is none."""
        ...

    def sweep(self, after: str, limit: int) -> Swept:
        """Compare up to ``limit`` open orders behind ``after`` with their watches, and mend what does not fit."""
        ...

    def beat(self, owner: str) -> None:
        """Note that the watchdog has ticked now."""
        ...

    def silent_for(self) -> timedelta | None:
        """Since when no watchdog has ticked anywhere; None when none ever has."""
        ...
