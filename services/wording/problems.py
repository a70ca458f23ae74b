"""Problems and delays that are open: which one a line has, and when the next word comes."""

from wismo.orders.v1 import line_pb2, order_pb2
from wording.reader import Reader


def open_problem(order: order_pb2.Order, line: line_pb2.OrderLine) -> order_pb2.Problem | None:
    """The newest problem or delay that concerns this line and is not resolved, or None."""
    for problem in reversed(order.problems):
        if not problem.HasField("resolved_at") and (not problem.line_ids or line.line_id in problem.line_ids):
            return problem
    return None


def next_word(problem: order_pb2.Problem, reader: Reader) -> str:
    """When the next word comes: one sentence. Empty when none is promised, or when the promised time has passed."""
    if not problem.HasField("next_update_at") or reader.is_past(problem.next_update_at):
        return ""
    return reader.gettext("The next word from us comes by %(moment)s.", moment=reader.moment(problem.next_update_at))
