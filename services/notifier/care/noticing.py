"""From steps whose time has come to what is to be said: `due_notices`."""

from datetime import datetime

from notifier.care.results import Due
from notifier.care.watch import Watch
from wismo.orders.v1 import merchant_pb2, order_pb2


def due_notices(watch: Watch, order: order_pb2.Order, merchant: merchant_pb2.Merchant, now: datetime) -> Due:
    """The steps that are due are done, and what is to be said of them. Call it with a watch just reconciled.

    At most one message to the buyer: the most specific one; what it says for other steps is done with it.
    """
    _ = order, merchant, now
    return Due(watch)
