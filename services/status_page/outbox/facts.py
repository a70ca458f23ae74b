"""Facts that the page has to tell the orders service, and the port to where they wait."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Kind = Literal["link_requested", "download_taken", "download_renewed", "nothing"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a buyer did. ``id`` becomes the request id, so that telling it twice counts once.

    A fact of the kind ``nothing`` is written where there is nothing to tell, so that it takes as long.
    """

    id: str
    kind: Kind
    order: str
    occurred_at: datetime
    line_id: str = ""
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fact that was claimed for telling, and how often that was tried before."""

    fact: Fact
    attempts: int


class Outbox(Protocol):
    """Where facts wait. Shared by all processes of the page."""

    def put(self, fact: Fact) -> None:
        """Keep the fact; durable on return. One with the same id that waits already stands as it is."""
        ...

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
        """Up to ``limit`` facts that are due, the oldest first, for the caller alone until ``until``."""
        ...

    def told(self, fact_id: str) -> None:
        """The orders service has it: forget it."""
        ...

    def postpone(self, fact_id: str, due_at: datetime) -> None:
        """Try it again then."""
        ...

    def refused(self, fact_id: str, reason: str) -> None:
        """The orders service will never take it: set it aside with the reason, for a human."""
        ...

    def depth(self) -> int:
        """How many facts wait."""
        ...


def link_requested(order: str, now: datetime) -> Fact:
    """The buyer wants the link to the order by message."""
    return Fact(new_id(), "link_requested", order, now)


def nothing(now: datetime) -> Fact:
    """What stands in for a link request that matches no order."""
    return Fact(new_id(), "nothing", "", now)


def download_taken(order: str, line_id: str, file_id: str, now: datetime) -> Fact:
    """The buyer started a download."""
    return Fact(new_id(), "download_taken", order, now, line_id, file_id)


def download_renewed(order: str, line_id: str, issue: int, now: datetime) -> Fact:
    """The buyer renewed a download. The same issue can be renewed once, however often the button is pressed."""
    digest = hashlib.sha256(f"{order}\x00{line_id}\x00{issue}".encode()).hexdigest()[:32]
    return Fact(f"renew-{digest}", "download_renewed", order, now, line_id)


def new_id() -> str:
    """A fresh id for a fact."""
    return str(uuid.uuid4())
