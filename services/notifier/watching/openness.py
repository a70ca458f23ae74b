"""Whether an order is open: something has not reached its buyer, or somebody waits for an answer. Pure.

Decided from the order alone, and by other rules than those that make obligations: the sweep compares the two.
"""

from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1.order_pb2 import Order

# A line in one of these has reached its buyer, or never will.
_SETTLED = frozenset(
    {
        lines.LINE_STATE_DELIVERED,
        lines.LINE_STATE_RETURNED,
        lines.LINE_STATE_RETURNING,
        lines.LINE_STATE_READY,
        lines.LINE_STATE_GRANTED,
        lines.LINE_STATE_TRIAL_RUNNING,
        lines.LINE_STATE_TRIAL_ENDED,
        lines.LINE_STATE_SUBSCRIBED,
        lines.LINE_STATE_REVOKED,
        lines.LINE_STATE_CANCELLED,
    }
)


def is_open(order: Order) -> bool:
    """Whether its buyer waits for something. Nobody waits for an order whose buyer's data was erased."""
    if order.HasField("erase_time"):
        return False
    return (
        any(line.state not in _SETTLED for line in order.lines)
        or any(not one.HasField("resolved_at") for one in order.problems)
        or any(not one.HasField("answered_at") for one in order.questions)
    )
