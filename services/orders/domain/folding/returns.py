"""Ways back, and collection at the shop."""

from collections.abc import Callable
from dataclasses import replace

from orders.domain.changes.shipping import Collected, ReadyForCollection, ReturnReceived, ReturnStarted
from orders.domain.folding.deriving import Units
from orders.domain.folding.quantities import nothing_left, resolved
from orders.domain.folding.work import Work, known_lines, may_move, movable_line, quantity_of
from orders.domain.line import Line
from orders.domain.parcel import Collection, Return
from orders.domain.values import LineQuantity
from orders.domain.vocabulary import LineState


def return_started(work: Work, change: ReturnStarted) -> None:
    """The buyer sends back some of what was delivered."""
    for known in work.returns:
        if (
            known.started_at == work.occurred_at
            and known.tracking_url == change.tracking_url
            and _same(known.lines, change.lines)
        ):
            work.line_ids = tuple(item.line_id for item in known.lines)
            work.repeats = work.first_said(
                lambda entry: entry.occurred_at == work.occurred_at and entry.line_ids == work.line_ids
            )
            return
    lines = resolved(work, change.lines, lambda line: Units(work, line).delivered, "with the buyer")
    work.change, work.line_ids = replace(change, lines=lines), tuple(item.line_id for item in lines)
    work.returns = (*work.returns, Return(lines, work.occurred_at, change.tracking_url))


def return_received(work: Work, change: ReturnReceived) -> None:
    """What was sent back arrived; what nobody had announced counts as sent and arrived at once."""
    for known in work.returns:
        if known.received_at == work.occurred_at and _same(known.received, change.lines):
            work.line_ids = tuple(item.line_id for item in known.received)
            work.repeats = work.first_said(lambda entry: entry.occurred_at == work.occurred_at)
            return

    def left(line: Line) -> int:
        return Units(work, line).delivered + _awaited(work, line.line_id)

    lines = resolved(work, change.lines, left, "with the buyer or on their way back")
    work.change, work.line_ids = ReturnReceived(lines), tuple(item.line_id for item in lines)
    arriving = {item.line_id: item.quantity for item in lines}
    returns = tuple(_arrived(work, known, arriving) for known in work.returns)
    unannounced = tuple(LineQuantity(line_id, number) for line_id, number in arriving.items() if number)
    if unannounced:
        at = work.occurred_at
        returns = (*returns, Return(unannounced, at, received_at=at, received=unannounced))
    work.returns = returns


def ready_for_collection(work: Work, change: ReadyForCollection) -> None:
    """Lines wait at the shop; saying so again replaces where and until when."""
    ids = _named(work, change.line_ids, lambda line: line.pickup, "that is collected at the shop")
    work.change, work.line_ids, work.note = replace(change, line_ids=ids), ids, change.pickup_point.display_name
    same = [
        c
        for c in work.collections
        if c.line_ids == ids and c.collected_at is None and c.pickup_point == change.pickup_point
    ]
    if same:
        work.repeats = work.first_said(lambda entry: entry.line_ids == ids and entry.note == work.note)
        return
    rest = tuple(
        replace(known, line_ids=tuple(line_id for line_id in known.line_ids if line_id not in ids))
        if known.collected_at is None
        else known
        for known in work.collections
    )
    new = Collection(ids, change.pickup_point, work.occurred_at)
    work.collections = (*(known for known in rest if known.line_ids), new)
    work.lines = tuple(replace(line, backordered_quantity=0) if line.line_id in ids else line for line in work.lines)


def collected(work: Work, change: Collected) -> None:
    """Lines were collected at the shop."""
    done = {line_id for known in work.collections if known.collected_at for line_id in known.line_ids}
    if change.line_ids and set(change.line_ids) <= done:
        work.line_ids = known_lines(work, change.line_ids)
        work.repeats = work.first_said(lambda entry: not done.isdisjoint(entry.line_ids))
        return
    ids = _named(
        work, change.line_ids, lambda line: line.state is LineState.AVAILABLE_FOR_PICKUP, "ready for collection"
    )
    work.change, work.line_ids = Collected(ids), ids
    collections: list[Collection] = []
    for known in work.collections:
        taken = tuple(line_id for line_id in known.line_ids if line_id in ids)
        kept = tuple(line_id for line_id in known.line_ids if line_id not in ids)
        if known.collected_at or not taken:
            collections.append(known)
            continue
        collections.append(replace(known, line_ids=taken, collected_at=work.occurred_at))
        if kept:
            collections.append(replace(known, line_ids=kept))
    work.collections = tuple(collections)


def _named(work: Work, line_ids: tuple[str, ...], is_meant: Callable[[Line], bool], what: str) -> tuple[str, ...]:
    for index, line_id in enumerate(known_lines(work, line_ids)):
        movable_line(work, line_id, f"line_ids[{index}]")
    ids = line_ids or tuple(line.line_id for line in work.lines if is_meant(line) and may_move(line, work.kind))
    if not ids:
        raise nothing_left(work, "line_ids", what)
    return ids


def _same(known: tuple[LineQuantity, ...], new: tuple[LineQuantity, ...]) -> bool:
    return len(known) == len(new) and all(
        a.line_id == b.line_id and b.quantity in {0, a.quantity} for a, b in zip(known, new, strict=True)
    )


def _awaited(work: Work, line_id: str) -> int:
    return sum(quantity_of(known.lines, line_id) - quantity_of(known.received, line_id) for known in work.returns)


def _arrived(work: Work, known: Return, arriving: dict[str, int]) -> Return:
    """The return with its share of what arrives, oldest returns first; ``arriving`` is lowered by that share."""
    received: list[LineQuantity] = []
    for item in known.lines:
        before = quantity_of(known.received, item.line_id)
        now = min(item.quantity - before, arriving.get(item.line_id, 0))
        if now:
            arriving[item.line_id] -= now
        if before + now:
            received.append(LineQuantity(item.line_id, before + now))
    if tuple(received) == known.received:
        return known
    return replace(
        known, received=tuple(received), received_at=work.occurred_at if tuple(received) == known.lines else None
    )
