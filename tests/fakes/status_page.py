"""In-memory stand-ins for the page's ports. They keep the ports' promises; `tests/contract` holds them to that."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from status_page.downloads.counters import GRANT_LIFETIME, Grant, Outcome, Start, line_key
from status_page.outbox.facts import download_taken
from status_page.projection.rows import Found, MerchantRow, OrderRow, Pending, Taken
from tests.fakes.in_memory_outbox import InMemoryOutbox


class FixedClock:
    """A clock that a test sets."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


class InMemoryOrderRows:
    """`OrderRows` in a dictionary. `down`, when set, is raised by every call."""

    def __init__(self) -> None:
        self.rows: dict[str, OrderRow] = {}
        self.down: Exception | None = None
        self.finds = 0

    def write(self, rows: Sequence[OrderRow]) -> None:
        self._answer()
        for row in rows:
            known = self.rows.get(row.name)
            if known is None or row.sequence >= known.sequence:
                kept = known.pending if known and not row.erased else ()
                self.rows[row.name] = replace(row, taken=known.taken if known else Taken(), pending=kept)

    def find(self, name: str) -> OrderRow | None:
        self._answer()
        self.finds += 1
        return self.rows.get(name)

    def find_by_key(self, key: bytes) -> Sequence[Found]:
        self._answer()
        return [Found(row.name, row.merchant) for row in self.rows.values() if key in row.lookup_keys]

    def show_taken(self, name: str, taken: Taken) -> None:
        self._answer()
        row = self.rows.get(name)
        if row is None:
            return
        counts = dict(row.taken.counts)
        for key, count in taken.counts.items():
            counts[key] = max(count, counts.get(key, 0))
        first = dict(row.taken.first_at)
        for key, moment in taken.first_at.items():
            first[key] = min(moment, first.get(key, moment))
        self.rows[name] = replace(row, taken=Taken(counts, first))

    def show_pending(self, name: str, pending: Pending, over: Sequence[str] = ()) -> None:
        self._answer()
        row = self.rows.get(name)
        if row is not None:
            others = [one for one in row.pending if one.id not in {pending.id, *over}]
            shown = sorted((*others, pending), key=lambda one: one.at)
            self.rows[name] = replace(row, pending=tuple(shown))

    def _answer(self) -> None:
        if self.down is not None:
            raise self.down


class InMemoryMerchantRows:
    """`MerchantRows` in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[str, MerchantRow] = {}

    def write(self, rows: Sequence[MerchantRow]) -> None:
        for row in rows:
            known = self.rows.get(row.name)
            if known is None or row.revision >= known.revision:
                self.rows[row.name] = row

    def find(self, name: str) -> MerchantRow | None:
        return self.rows.get(name)

    def only(self) -> MerchantRow | None:
        return next(iter(self.rows.values())) if len(self.rows) == 1 else None


class InMemoryDownloadCounters:
    """`DownloadCounters` in dictionaries, with the outbox that it tells."""

    def __init__(self, outbox: InMemoryOutbox) -> None:
        self._outbox = outbox
        self._lock = Lock()
        self._counts: dict[str, dict[str, int]] = {}
        self._first: dict[str, dict[str, datetime]] = {}
        self._grants: dict[tuple[str, str, str], datetime] = {}

    def start(self, start: Start, now: datetime) -> Grant:
        with self._lock:
            key = start.file_key
            mine = (start.order, key, start.session)
            if self._grants.get(mine, datetime.min.replace(tzinfo=UTC)) > now:
                return Grant(Outcome.SAME, self._grants[mine])
            counts = self._counts.setdefault(start.order, {})
            if start.allowed and counts.get(key, 0) >= start.allowed:
                return Grant(Outcome.NONE_LEFT, now)
            counts[key] = counts.get(key, 0) + 1
            self._first.setdefault(start.order, {}).setdefault(line_key(start.line_id, start.issue), now)
            self._grants[mine] = now + GRANT_LIFETIME
            self._outbox.put(download_taken(start.order, start.line_id, start.file_id, now))
            return Grant(Outcome.COUNTED, self._grants[mine])

    def taken(self, order: str) -> Taken:
        return Taken(dict(self._counts.get(order, {})), dict(self._first.get(order, {})))
