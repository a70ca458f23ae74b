"""Folded orders kept in memory, so that a busy order need not be read and decoded for every event."""

from collections import OrderedDict

from orders.use_cases.stored import StoredOrder

# A folded order takes about this many times the bytes of its encoded form.
_FOLDED = 8


class OrderCache:
    """The orders used last, bounded in bytes. Never trusted by itself: each use compares the version inside the
    transaction.
    """

    def __init__(self, max_bytes: int = 128 * 1024 * 1024) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._orders: OrderedDict[str, StoredOrder] = OrderedDict()

    def __len__(self) -> int:
        return len(self._orders)

    def get(self, key: str) -> StoredOrder | None:
        """The order as it was when it was last seen, or None."""
        found = self._orders.get(key)
        if found is not None:
            self._orders.move_to_end(key)
        return found

    def put(self, order: StoredOrder) -> None:
        """Remember a committed order, and forget those used longest ago."""
        self.forget(order.key)
        self._orders[order.key] = order
        self._bytes += _weight(order)
        while self._bytes > self._max_bytes and len(self._orders) > 1:
            _, oldest = self._orders.popitem(last=False)
            self._bytes -= _weight(oldest)

    def forget(self, key: str) -> None:
        """Read it anew the next time."""
        found = self._orders.pop(key, None)
        if found is not None:
            self._bytes -= _weight(found)


def _weight(order: StoredOrder) -> int:
    return 1000 + _FOLDED * len(order.body) + len(order.requests.data)
