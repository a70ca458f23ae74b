"""Back-orders and packing."""

from dataclasses import replace

from orders.domain.changes.shipping import LinesBackordered, PackingStarted
from orders.domain.errors import QuantityTooLarge
from orders.domain.folding.deriving import Units, sendable, unsent
from orders.domain.folding.expectations import normal
from orders.domain.folding.quantities import nothing_left, resolved
from orders.domain.folding.revising import revise
from orders.domain.folding.work import Work, known_lines, may_move, movable_line
from orders.domain.line import Line
from orders.domain.moves import Way, way_of
from orders.domain.vocabulary import LineState


def lines_backordered(work: Work, change: LinesBackordered) -> None:
    """These lines wait for stock; a number replaces what was said before."""

    def left(line: Line) -> int:
        return unsent(Units(work, line), line)

    lines = resolved(work, change.lines, left, "to be sent")
    numbers = {item.line_id: item.quantity for item in lines}
    work.change, work.line_ids, work.note = replace(change, lines=lines), tuple(numbers), change.reason
    expected = normal(change.expected)
    changed = tuple(
        replace(line, backordered_quantity=numbers[line.line_id], preparing=False) if line.line_id in numbers else line
        for line in work.lines
    )
    if changed == work.lines and expected in {None, *(line.expected for line in work.lines if line.line_id in numbers)}:
        work.repeats = work.first_said(lambda entry: set(numbers) <= set(entry.line_ids))
        return
    work.lines = changed
    revise(work, work.line_ids, "", expected)


def packing_started(work: Work, change: PackingStarted) -> None:
    """These lines are being packed or made ready, and no longer wait for stock."""
    wanted = known_lines(work, change.line_ids)
    for index, line_id in enumerate(wanted):
        _check_packable(work, movable_line(work, line_id, f"line_ids[{index}]"), f"line_ids[{index}]")
    packed = wanted or tuple(line.line_id for line in work.lines if may_move(line, work.kind) and _waits(work, line))
    if not packed:
        raise nothing_left(work, "line_ids", "to be packed")
    work.line_ids, work.change = packed, PackingStarted(packed)
    changed = tuple(
        replace(line, preparing=True, backordered_quantity=0)
        if line.line_id in packed and (line.backordered_quantity or not line.preparing)
        else line
        for line in work.lines
    )
    if all(now is before for now, before in zip(changed, work.lines, strict=True)):
        work.repeats = work.first_said(lambda entry: set(packed) <= set(entry.line_ids))
    work.lines = changed


def _check_packable(work: Work, line: Line, field: str) -> None:
    """Something of a line that is shipped must still be here: in no parcel, in one that waits, or back again."""
    if way_of(line) is not Way.SHIPPED:
        return
    units = Units(work, line)
    if not sendable(units, line) and not units.announced:
        why, right = f"nothing of line {line.line_id!r} is left to be packed", "leave the line out"
        raise QuantityTooLarge(work.path(field), why, right, line.line_id, 1, 0)


def _waits(work: Work, line: Line) -> bool:
    if line.preparing and not line.backordered_quantity:
        return False
    if way_of(line) is Way.SHIPPED:
        return unsent(Units(work, line), line) > 0
    return line.state in {LineState.RECEIVED, LineState.BACKORDERED}
