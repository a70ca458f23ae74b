"""Watches in memory: the same looks over dictionaries. Its lock is that of the ledger it belongs to."""

import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from notifier.adapters.ledger_documents import new_row
from notifier.care import Attention, Obligation, Observation, Watch
from notifier.sending.rows import Row, Snapshot, State
from notifier.watching.folding import Looked, Stored, look
from notifier.watching.hearing import Bounced, Heard, heard_of, must_look_at_once
from notifier.watching.openness import is_open
from notifier.watching.store import Claimed, Recomputed, Spoken, Swept
from wismo.orders.v1.merchant_pb2 import Merchant
from wismo.orders.v1.order_pb2 import Order


@dataclass
class Kept:
    """One order's watch as it is kept."""

    merchant: str
    watch: Watch
    step_at: datetime | None
    heard: list[Heard] = field(default_factory=list)
    claim: str = ""


class InMemoryWatches:
    """``WatchStore`` for tests, and what the ledger folds into."""

    def __init__(self, now: Callable[[], datetime], rows: dict[str, Row]) -> None:
        self.kept: dict[str, Kept] = {}
        self.obligations: dict[tuple[str, int, str], Obligation] = {}
        self.attention: dict[tuple[str, int, str], Attention] = {}
        self.observed: list[tuple[str, Observation]] = []
        self.snapshots: dict[str, Snapshot] = {}
        self.merchants: dict[str, tuple[int, bytes]] = {}
        self.recomputes: dict[str, tuple[int, int, str]] = {}
        self.lock = threading.RLock()
        self._now = now
        self._rows = rows
        self._beat: datetime | None = None

    def fold(
        self,
        snapshots: Sequence[Snapshot],
        now: datetime,
        *,
        versions: dict[str, Sequence[Order]] | None = None,
        bounced: Sequence[tuple[str, Bounced]] = (),
        speak: bool = False,
        token: str | None = None,
    ) -> list[Looked]:
        looked = []
        for one in snapshots:
            kept = self.kept.get(one.order)
            if one.merchant not in self.merchants or (token is not None and (kept is None or kept.claim != token)):
                continue
            news = [said for order, said in bounced if order == one.order]
            heard = [*(kept.heard if kept is not None else self._told_before(one)), *news]
            stored = Stored(one.order, one.merchant, kept.watch if kept is not None else None, tuple(heard))
            merchant = Merchant.FromString(self.merchants[one.merchant][1])
            known = (versions or {}).get(one.order) or [Order.FromString(one.body)]
            looked.append(look(stored, known, merchant, now, speak=speak))
        for seen in looked:
            self._write(seen, now)
        return looked

    def tell(self, ended: Iterable[Row], now: datetime) -> None:
        for row in ended:
            heard, kept = heard_of(row), self.kept.get(row.order)
            if heard is None or kept is None:
                continue
            kept.heard.append(heard)
            if must_look_at_once(row):
                kept.step_at = now

    def claim(self, limit: int, lease: timedelta) -> Claimed:
        with self.lock:
            now, token = self._now(), uuid.uuid4().hex
            due = [(kept.step_at, order) for order, kept in self.kept.items() if kept.step_at and kept.step_at <= now]
            due = sorted(due)[:limit]
            for _, order in due:
                self.kept[order].step_at, self.kept[order].claim = now + lease, token
            if not due:
                return Claimed()
            return Claimed(tuple(order for _, order in due), token, now - due[0][0], len(due) == limit)

    def speak(self, claimed: Claimed) -> Spoken:
        with self.lock:
            snapshots = [self.snapshots[order] for order in claimed.orders]
            looked = self.fold(snapshots, self._now(), speak=True, token=claimed.token)
            return Spoken(len(looked), tuple(new.message.id for one in looked for new in one.notices))

    def recompute(self, limit: int) -> Recomputed | None:
        with self.lock:
            if not self.recomputes:
                return None
            merchant, (before, moved, after) = next(iter(self.recomputes.items()))
            orders = sorted(
                order
                for order, kept in self.kept.items()
                if kept.merchant == merchant and kept.watch.obligations and order > after
            )[:limit]
            looked = self.fold([self.snapshots[order] for order in orders], self._now())
            done = Recomputed(merchant, before + len(looked), moved + sum(o.moved for o in looked), len(orders) < limit)
            if done.finished:
                del self.recomputes[merchant]
            else:
                self.recomputes[merchant] = (done.looked, done.moved, orders[-1])
            return done

    def sweep(self, after: str, limit: int) -> Swept:
        with self.lock:
            names = sorted(
                name for name, one in self.snapshots.items() if name > after and is_open(Order.FromString(one.body))
            )[:limit]
            orphans = [self.snapshots[name] for name in names if self._is_orphan(name)]
            self.fold(orphans, self._now())
            left = [one for one in orphans if self._is_orphan(one.order)]
            last = names[-1] if len(names) == limit else ""
            return Swept(len(names), tuple(one.order for one in orphans), len(orphans) - len(left), last)

    def beat(self, owner: str) -> None:
        self._beat = self._now()

    def silent_for(self) -> timedelta | None:
        return None if self._beat is None else self._now() - self._beat

    def _is_orphan(self, name: str) -> bool:
        kept = self.kept.get(name)
        return kept is None or not kept.watch.obligations or kept.watch.sequence < self.snapshots[name].sequence

    def _told_before(self, snapshot: Snapshot) -> list[Heard]:
        rows = (row for row in self._rows.values() if row.order == snapshot.order and row.state == State.SENT)
        return [heard for row in rows if (heard := heard_of(row)) is not None]

    def _write(self, looked: Looked, now: datetime) -> None:
        order, watch = looked.stored.order, looked.watch
        self.kept[order] = Kept(looked.stored.merchant, watch, watch.step_at)
        for ended in looked.ended:
            self.obligations[order, ended.kind, ended.cause] = ended
        for gone in looked.attention_gone:
            self.attention.pop((order, gone.kind, gone.subject_id), None)
        for new in looked.attention_new:
            self.attention[order, new.kind, new.subject_id] = replace(new)
        self.observed += [(looked.stored.merchant, one) for one in looked.observed]
        for notice in looked.notices:
            self._rows.setdefault(notice.message.id, new_row(notice, now))
