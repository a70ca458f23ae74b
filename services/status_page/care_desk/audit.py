"""The audit log: who did what at the desk. Append only, and chained: changing or dropping an entry breaks the chain."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done, before it has its place in the log. It holds no text to or from a buyer: those can be erased."""

    at: datetime
    who: str
    by: str
    what: str
    """A word of ours: `login`, `answer`, `message.read` …"""
    order: str = ""
    detail: str = ""
    """Identities only: of the question, message, request, job."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed in the log of its merchant. ``number`` counts from 1 without gaps."""

    merchant: str
    number: int
    deed: Deed
    before: str
    """The digest of the entry before; empty for the first."""
    digest: str


class AuditLog(Protocol):
    """Where the entries are kept. Nothing in it can be changed or taken away through this port."""

    def append(self, merchant: str, deed: Deed) -> Entry:
        """Add it; durable on return. Safe from several processes at once: each gets a number of its own."""
        ...

    def newest(self, merchant: str, before: int, limit: int) -> Sequence[Entry]:
        """Entries with numbers below ``before``, the newest first; 0 begins with the newest of all."""
        ...

    def all(self, merchant: str) -> Iterator[Entry]:
        """Every entry from the first on."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found."""

    entries: int
    broken_at: int = 0
    """The number of the first entry that is not as it was written; 0 when the whole chain holds."""
    head: str = ""
    """The digest of the last entry. Whoever notes it elsewhere can tell later that nothing was cut off the end."""


def chained(merchant: str, number: int, deed: Deed, before: str) -> Entry:
    """The entry with its digest."""
    return Entry(merchant, number, deed, before, digest_of(merchant, number, deed, before))


def digest_of(merchant: str, number: int, deed: Deed, before: str) -> str:
    """SHA-256 over everything that the entry says and the digest before it, as canonical JSON."""
    at = deed.at.astimezone(UTC).isoformat(timespec="milliseconds")
    said = [merchant, number, at, deed.who, deed.by, deed.what, deed.order, deed.detail, before]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def verify(entries: Iterator[Entry]) -> Verdict:
    """Walk the whole chain from its first entry."""
    count, before = 0, ""
    for entry in entries:
        count += 1
        right = digest_of(entry.merchant, entry.number, entry.deed, before)
        if entry.number != count or entry.before != before or entry.digest != right:
            return Verdict(count, broken_at=count, head=before)
        before = entry.digest
    return Verdict(count, head=before)
