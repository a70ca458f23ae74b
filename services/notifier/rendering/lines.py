"""The table of lines at the end of every message: each line with its own state and its own next step."""

from dataclasses import dataclass
from enum import StrEnum, auto

import wording
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import order_pb2
from wording import Reader


class Tone(StrEnum):
    """How a state is coloured; the words say the same, so that nothing depends on seeing it."""

    CALM = auto()
    GOOD = auto()
    ATTENTION = auto()
    QUIET = auto()


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as it is shown."""

    title: str
    state: str
    tone: Tone
    way: str
    """How it reaches the buyer, while it has not begun to: behind that, the state says it."""
    next_step: str


_TONES = {
    lines.LINE_STATE_BACKORDERED: Tone.ATTENTION,
    lines.LINE_STATE_AVAILABLE_FOR_PICKUP: Tone.ATTENTION,
    lines.LINE_STATE_HELD_UP: Tone.ATTENTION,
    lines.LINE_STATE_DELIVERED: Tone.GOOD,
    lines.LINE_STATE_READY: Tone.GOOD,
    lines.LINE_STATE_GRANTED: Tone.GOOD,
    lines.LINE_STATE_TRIAL_RUNNING: Tone.GOOD,
    lines.LINE_STATE_SUBSCRIBED: Tone.GOOD,
    lines.LINE_STATE_RETURNED: Tone.QUIET,
    lines.LINE_STATE_TRIAL_ENDED: Tone.QUIET,
    lines.LINE_STATE_REVOKED: Tone.QUIET,
    lines.LINE_STATE_CANCELLED: Tone.QUIET,
}


_NOT_BEGUN = frozenset({lines.LINE_STATE_UNSPECIFIED, lines.LINE_STATE_RECEIVED, lines.LINE_STATE_PREPARING})


def line_views(order: order_pb2.Order, reader: Reader) -> list[LineView]:
    """Every line of the order, in the shop's order."""
    return [_view(line, order, reader) for line in order.lines]


def _view(line: lines.OrderLine, order: order_pb2.Order, reader: Reader) -> LineView:
    step = wording.next_step(order, line, reader)
    # "You need not do anything" behind every line would drown the one line where something is to be done.
    parts = (step.happens, step.by, step.you if step.must_act else "")
    return LineView(
        title=wording.times(line.quantity, line.title, reader),
        state=wording.line_state(line, reader),
        tone=_TONES.get(line.state, Tone.CALM),
        way=wording.line_kind(line, reader) if line.state in _NOT_BEGUN else "",
        next_step=" ".join(part for part in parts if part),
    )
