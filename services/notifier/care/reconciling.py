"""From an order, what was told of it and the merchant's policies to what is owed: `reconcile`."""

from collections.abc import Iterable
from datetime import datetime

from notifier.care.results import Reconciled
from notifier.care.watch import Watch
from wismo.orders.v1 import merchant_pb2, order_pb2


def reconcile(watch: Watch, order: order_pb2.Order, merchant: merchant_pb2.Merchant, now: datetime) -> Reconciled:
    """What is owed after this version of the order, as far as it is known at ``now``. Idempotent.

    Verdicts follow from the times of events and of acceptance, not from ``now``: whoever looks late decides the same.
    An order older than the watch has seen, and a merchant older than the one used, change nothing.
    """
    _ = order, merchant, now
    return Reconciled(watch)


def catch_up(
    watch: Watch, versions: Iterable[order_pb2.Order], merchant: merchant_pb2.Merchant, now: datetime
) -> Reconciled:
    """`reconcile` with each version of an order in turn, so that no promise is missed that stood in between only.

    Each is looked at as if at the moment in which the next one was recorded; the last one at ``now``.
    """
    result = Reconciled(watch)
    for order in versions:
        result = reconcile(result.watch, order, merchant, now)
    return result
