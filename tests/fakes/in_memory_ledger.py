"""The ledger in memory: the same turns over a dictionary, under one lock instead of a transaction."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chassis.outbox import Letter
from chassis.sealing import Sealed
from notifier.adapters.ledger_documents import again_row, new_row
from notifier.facts.of_messages import letters_of
from notifier.sending.ledger import Backlog, Batch, Exchanged, Recorded
from notifier.sending.rows import Claim, Row, Sent, Settlement, Snapshot, State
from notifier.sending.turn import Turn, enter, lend, renew, replayed, settle, turn_result
from tests.fakes.in_memory_watches import InMemoryWatches


class InMemoryLedger:
    """``Ledger`` for tests. ``now`` is the database's clock."""

    def __init__(
        self, now: Callable[[], datetime] = lambda: datetime.now(UTC), monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.rows: dict[str, Row] = {}
        self.watches = InMemoryWatches(now, self.rows)
        self.letters: list[Letter] = []
        self.contents: dict[str, Sealed] = {}
        self._snapshots = self.watches.snapshots
        self._merchants = self.watches.merchants
        self._now = now
        self._monotonic = monotonic
        self._lock = self.watches.lock

    def record(self, batch: Batch, want: int = 0, lease: timedelta = timedelta()) -> Recorded:
        with self._lock:
            asked_at, now, token = self._monotonic(), self._now(), uuid.uuid4().hex
            fresh = {new.message.id: new_row(new, now) for new in batch.messages if new.message.id not in self.rows}
            fresh |= self._again(batch, now)
            newest = {one.order: one.sequence for one in sorted(batch.snapshots, key=lambda one: one.sequence)}
            busy = {row.thread for row in self.rows.values() if row.state.is_open}
            for row in fresh.values():
                stored = self._snapshots.get(row.order)
                if row.order not in newest or (stored is not None and stored.sequence > newest[row.order]):
                    busy.add(row.thread)
            entered = enter(list(fresh.values()), busy, want, now, token, lease)
            self.rows |= entered
            for one in batch.snapshots:
                known = self._snapshots.get(one.order)
                if known is None or known.sequence < one.sequence:
                    self._snapshots[one.order] = one
            for name, revision, body in batch.merchants:
                before = self._merchants.get(name)
                if before is None or before[0] < revision:
                    self._merchants[name] = (revision, body)
                if before is not None and before[0] < revision:
                    self.watches.recomputes[name] = (0, 0, "")
            current = [one for one in batch.snapshots if self._snapshots[one.order].sequence == one.sequence]
            self.watches.fold(current, now, versions=dict(batch.versions), bounced=batch.bounced)
            for row in list(self.rows.values()):
                if row.order in batch.erased:
                    self.rows[row.id] = replace(row, change=b"", parts=())
                    self.contents.pop(row.id, None)
            lent = tuple(Claim(row, token) for row in entered.values() if row.state == State.CLAIMED)
            return Recorded(len(entered), lent, asked_at + lease.total_seconds())

    def exchange(
        self, settlements: Sequence[Settlement], want: int, lease: timedelta, held: Sequence[Claim] = ()
    ) -> Exchanged:
        with self._lock:
            now, asked_at, token, turn = self._now(), self._monotonic(), uuid.uuid4().hex, Turn()
            settle(turn, self.rows, settlements, now)
            renew(turn, self.rows, held, now, lease)
            limit = 2 * want
            open_rows = [row for row in self.rows.values() if row.state.is_open]
            due = sorted((row for row in open_rows if row.due_at <= now), key=lambda row: row.due_at)[:limit]
            looked_at = due if want > 0 else []
            threads = {self.rows[one.row_id].thread for one in settlements if one.row_id in self.rows}
            threads |= {row.thread for row in looked_at}
            lend(turn, [row for row in open_rows if row.thread in threads], want, now, token, lease)
            self.rows |= turn.changed
            self.watches.tell(turn.ended, now)
            self.letters += letters_of(turn.ended)
            said = {one.row_id: one.outcome.content for one in settlements if isinstance(one.outcome, Sent)}
            for row in turn.ended:
                content = said.get(row.id)
                if content is not None:
                    self.contents[row.id] = content
            return turn_result(turn, token, asked_at + lease.total_seconds(), more=0 < limit <= len(looked_at))

    def _again(self, batch: Batch, now: datetime) -> dict[str, Row]:
        return {
            one.id: again_row(self.rows[one.message_id], one, now)
            for one in batch.resends
            if one.id not in self.rows and one.message_id in self.rows and self.rows[one.message_id].order == one.order
        }

    def mark_intent(self, claim: Claim) -> bool:
        with self._lock:
            row = self.rows[claim.row.id]
            if row.state != State.CLAIMED or row.claim != claim.token:
                return False
            self.rows[row.id] = replace(row, intent=True)
            return True

    def snapshots(self, orders: Sequence[str]) -> dict[str, Snapshot]:
        return {name: self._snapshots[name] for name in orders if name in self._snapshots}

    def merchants(self, names: Sequence[str]) -> dict[str, bytes]:
        return {name: self._merchants[name][1] for name in names if name in self._merchants}

    def backlog(self) -> Backlog:
        now = self._now()
        waiting = [row for row in self.rows.values() if row.state.is_open]
        due = [row.not_before for row in waiting if row.due_at <= now]
        return Backlog(len(waiting), max(timedelta(), now - min(due)) if due else timedelta())

    def alarms(self, limit: int = 1000) -> list[Row]:
        found = sorted((row for row in self.rows.values() if row.state.is_alarm), key=lambda row: row.planned_at)
        return found[:limit]

    def replay(self, row_id: str) -> bool:
        with self._lock:
            row = self.rows.get(row_id)
            if row is None or not row.state.is_alarm:
                return False
            self.rows[row_id] = replayed(row, self._now())
            return True
