"""One turn of the ledger as a pure function: which rows change, and which are lent to senders.

Both ledgers, in memory and in MongoDB, read rows, ask this, and write what it says in one transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from notifier.sending.ledger import Exchanged
from notifier.sending.rows import Again, Claim, Doubtful, Ended, Part, Row, Sent, Settlement, State

AFTER_DOUBT = timedelta(seconds=5)


@dataclass(slots=True)
class Turn:
    """What to write, by row id, and what is lent."""

    changed: dict[str, Row] = field(default_factory=dict)
    claimed: list[Row] = field(default_factory=list)
    ended: list[Row] = field(default_factory=list)
    """Rows that reached an end in this turn."""
    renewed: list[str] = field(default_factory=list)
    """Ids of the rows whose lease was prolonged."""
    fenced: int = 0
    """Settlements that came too late: somebody else has the row by now."""

    def write(self, row: Row) -> Row:
        """Note a row as changed; returns it."""
        self.changed[row.id] = row
        if not row.state.is_open:
            self.ended.append(row)
        return row


def enter(
    fresh: Sequence[Row], busy: Iterable[str], want: int, now: datetime, token: str, lease: timedelta
) -> dict[str, Row]:
    """New rows as they are to be inserted: up to ``want`` of them lent already.

    ``busy`` names the threads in which something is open, and those that must not be lent for another reason. Of each
    thread at most the earliest new row is lent, and none that waits for others to join it.
    """
    taken = set(busy)
    entered = {}
    for row in sorted(fresh, key=_place):
        if want > 0 and row.thread not in taken and not row.windowed:
            want -= 1
            row = replace(row, state=State.CLAIMED, claim=token, due_at=now + lease)  # noqa: PLW2901  # It becomes this.
        taken.add(row.thread)
        entered[row.id] = row
    return entered


def settle(turn: Turn, rows: Mapping[str, Row], settlements: Sequence[Settlement], now: datetime) -> None:
    """Write the outcomes whose claim still stands."""
    for settlement in settlements:
        row = rows.get(settlement.row_id)
        if row is None or row.state != State.CLAIMED or row.claim != settlement.token:
            turn.fenced += 1
            continue
        turn.write(_settled(row, settlement, now))


def renew(turn: Turn, rows: Mapping[str, Row], held: Iterable[Claim], now: datetime, lease: timedelta) -> None:
    """Prolong the leases of what is still under way, where they still stand."""
    for claim in held:
        row = rows.get(claim.row.id)
        if row is not None and row.state == State.CLAIMED and row.claim == claim.token:
            turn.write(replace(row, due_at=now + lease))
            turn.renewed.append(row.id)


def _settled(row: Row, settlement: Settlement, now: datetime) -> Row:
    attempts = row.attempts + 1
    match settlement.outcome:
        case Sent(_, reason):
            return _end(replace(row, attempts=attempts), State.SENT, reason, now)
        case Ended(state, reason):
            return _end(row, state, reason, now)
        case Doubtful(reason) if row.doubt:
            return _end(replace(row, attempts=attempts), State.UNKNOWN, reason, now)
        case Doubtful(reason):
            return _planned_again(replace(row, attempts=attempts, doubt=True), now + AFTER_DOUBT, reason)
        case Again(after, reason, counts):
            tried = replace(row, attempts=attempts if counts else row.attempts)
            return _planned_again(tried, now + timedelta(seconds=after), reason)


def lend(turn: Turn, open_rows: Iterable[Row], want: int, now: datetime, token: str, lease: timedelta) -> None:
    """Lend up to ``want`` rows: of each thread the earliest one, when its time has come. Rows behind it wait.

    ``open_rows`` holds every open row of the threads that are looked at, as they were before this turn.
    """
    threads: dict[str, list[Row]] = defaultdict(list)
    for row in open_rows:
        current = turn.changed.get(row.id, row)
        if current.state.is_open:
            threads[current.thread].append(current)
    for thread in sorted(threads.values(), key=lambda rows: min(row.due_at for row in rows)):
        rows = sorted(thread, key=_place)
        rows = _without_twice_doubtful(turn, rows, now)
        if rows:
            _lend_first(turn, rows, want - len(turn.claimed), now, token, lease)


def _without_twice_doubtful(turn: Turn, rows: list[Row], now: datetime) -> list[Row]:
    """End a first row whose second, marked attempt was lost as well: a third delivery would be a second duplicate
    (I3).
    """
    first = rows[0]
    if first.state == State.CLAIMED and first.due_at <= now and first.doubt and first.intent:
        turn.write(_end(first, State.UNKNOWN, "the sender was lost twice", now))
        return rows[1:]
    return rows


def _lend_first(turn: Turn, rows: list[Row], want: int, now: datetime, token: str, lease: timedelta) -> None:
    first, behind = rows[0], rows[1:]
    if first.state == State.CLAIMED and first.due_at > now:
        _hold_back(turn, behind, first.due_at, now)
        return
    group = _group(rows)
    if min(row.not_before for row in group) > now:
        _hold_back(turn, rows[len(group) :], min(row.not_before for row in group), now)
        return
    if want <= 0:
        # Look again as soon as there is somebody to send it: it may have been held back by a row that is settled now.
        if first.due_at > now:
            turn.write(replace(first, due_at=now))
        return
    for absorbed in group[1:]:
        turn.write(_end(absorbed, State.SKIPPED, "merged into an earlier message", now))
    # A lease that ran out tells nothing of how far its holder came: from now on the row is in doubt.
    lost = first.state == State.CLAIMED
    parts = (*first.parts, *(Part(row.id, row.sequence, row.kind, row.change) for row in group[1:]))
    lent = replace(
        first,
        state=State.CLAIMED,
        claim=token,
        due_at=now + lease,
        doubt=first.doubt or lost,
        intent=False,
        parts=parts,
    )
    turn.claimed.append(turn.write(lent))
    _hold_back(turn, rows[len(group) :], lent.due_at, now)


def _group(rows: list[Row]) -> list[Row]:
    """The first row with those that join it: all of them windowed, and none of them tried before."""
    group = rows[:1]
    if rows[0].windowed and rows[0].attempts == 0 and rows[0].state == State.PLANNED and not rows[0].doubt:
        for row in rows[1:]:
            if row.attempts or row.state != State.PLANNED:
                break
            group.append(row)
    return group


def _hold_back(turn: Turn, rows: list[Row], until: datetime, now: datetime) -> None:
    for row in rows:
        if row.due_at <= now:
            turn.write(replace(row, due_at=max(until, row.not_before)))


def _planned_again(row: Row, when: datetime, reason: str) -> Row:
    return replace(row, state=State.PLANNED, claim="", intent=False, not_before=when, due_at=when, reason=reason)


def _end(row: Row, state: State, reason: str, now: datetime) -> Row:
    return replace(row, state=state, claim="", intent=False, reason=reason, settled_at=now)


def _place(row: Row) -> tuple[int, bool, datetime]:
    """Where a row stands in its thread. A notice was made knowing its event's, so that it follows them."""
    return row.sequence, row.is_notice, row.planned_at


def turn_result(turn: Turn, token: str, stop_at: float, *, more: bool) -> Exchanged:
    """What the dispatcher is told of the turn."""
    lent = tuple(Claim(row, token) for row in turn.claimed)
    return Exchanged(lent, tuple(turn.ended), turn.fenced, more, frozenset(turn.renewed), stop_at)


def replayed(row: Row, now: datetime) -> Row:
    """A dead or unknown row that an operator sends on its way again. What is in doubt stays so."""
    return replace(_planned_again(row, now, ""), attempts=0, settled_at=None, windowed=False)
