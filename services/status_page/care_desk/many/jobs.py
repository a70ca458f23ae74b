"""Jobs: one explanation for many orders, done chunk by chunk, resumed by whoever comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from status_page.projection.facets import By, facet

LEASE = timedelta(seconds=30)
"""A process that does not come back within it loses the job to another."""
KEPT = timedelta(days=90)

State = Literal["running", "done", "stopped"]


@dataclass(frozen=True, slots=True)
class Job:
    """One job. ``texts`` are serialised events by language; that under the empty name is for every other language."""

    id: str
    merchant: str
    by: By
    value: str
    who: str
    session: str
    made_at: datetime
    total: int
    """How many orders were affected when it began."""
    texts: Mapping[str, bytes] = field(repr=False)
    state: State = "running"
    done: int = 0
    cursor: str = ""
    """The name of the last order that was told."""
    ended_at: datetime | None = None

    @property
    def facet(self) -> str:
        """What its orders have in common."""
        return facet(self.merchant, self.by, self.value)


class Jobs(Protocol):
    """Where jobs are kept, for all processes of the page."""

    def begin(self, job: Job) -> None:
        """Keep a new one; one with the same id stands as it is."""
        ...

    def find(self, merchant: str, job_id: str) -> Job | None:
        """One of a merchant's; another's is not there."""
        ...

    def newest(self, merchant: str, limit: int) -> Sequence[Job]:
        """A merchant's, the newest first."""
        ...

    def claim(self, holder: str, now: datetime) -> Job | None:
        """A running job that nobody holds, for this holder alone until the lease runs out."""
        ...

    def advance(self, job_id: str, holder: str, cursor: str, count: int, now: datetime) -> bool:
        """So many more were told, up to this order; holds it anew. False when it was stopped or is another's now."""
        ...

    def finish(self, job_id: str, holder: str, now: datetime) -> None:
        """All were told."""
        ...

    def stop(self, merchant: str, job_id: str, now: datetime) -> None:
        """Tell nobody else. Whoever was told already stays told."""
        ...
