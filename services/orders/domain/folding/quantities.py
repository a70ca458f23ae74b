"""Numbers of lines as events name them: 0 is "all that are left", nothing is "every line that has some left"."""

from collections.abc import Callable

from orders.domain.errors import BadField, BadQuantity, IllegalMove, QuantityTooLarge
from orders.domain.folding.work import Work, may_move, movable_line, once
from orders.domain.line import Line
from orders.domain.values import LineQuantity
from orders.domain.vocabulary import OrderState

Left = Callable[[Line], int]


def resolved(work: Work, lines: tuple[LineQuantity, ...], left: Left, what: str) -> tuple[LineQuantity, ...]:
    """The lines named, each with a number from 1 to what is left of it; BadField when none is named. ``what`` says what
    is left for what, in errors.
    """
    if not lines:
        raise BadField(work.path("lines"), "no line is named", "name at least one line")
    seen: set[str] = set()
    return tuple(_resolved(work, item, index, seen, left, what) for index, item in enumerate(lines))


def everything(work: Work, left: Left, what: str) -> tuple[LineQuantity, ...]:
    """Every line that may see the change and has some left, with all of it; IllegalMove when there is none."""
    numbers = tuple(
        LineQuantity(line.line_id, number)
        for line in work.lines
        if may_move(line, work.kind) and (number := left(line)) > 0
    )
    if not numbers:
        raise nothing_left(work, "lines", what)
    return numbers


def nothing_left(work: Work, field: str, what: str) -> IllegalMove:
    """For an event that names no line while no line is left for it."""
    states = ", ".join(f"{line.line_id}={line.state.name}" for line in work.lines[:8])
    state = OrderState(work.order.state).name
    return IllegalMove(
        work.path(field),
        f"no line is left {what} ({states})",
        "name the lines that you mean, or send nothing",
        "",
        state,
        work.kind,
    )


def _resolved(work: Work, item: LineQuantity, index: int, seen: set[str], left: Left, what: str) -> LineQuantity:
    field = f"lines[{index}]"
    line = movable_line(work, item.line_id, f"{field}.line_id")
    once(work, item.line_id, seen, f"{field}.line_id")
    if item.quantity < 0:
        raise BadQuantity(
            work.path(f"{field}.quantity"), "it is negative", "send 0 for all that are left, or 1 or more", item.line_id
        )
    number = left(line)
    if item.quantity > number or number == 0:
        asked = max(item.quantity, 1)
        raise QuantityTooLarge(
            work.path(f"{field}.quantity"),
            f"{asked} of line {item.line_id!r} is more than the {number} that are left {what}",
            f"send at most {number}, or 0 for all that are left" if number else "leave the line out",
            item.line_id,
            asked,
            number,
        )
    return LineQuantity(item.line_id, item.quantity or number)
