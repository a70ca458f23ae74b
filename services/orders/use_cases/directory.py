"""Merchants as events carry them, remembered for a few seconds so that no event costs a read."""

from collections.abc import Callable

from orders.use_cases.commands import MerchantSnapshot
from orders.use_cases.errors import merchant_not_found
from orders.use_cases.ports import MerchantRecord, MerchantStore

_FRESH_SECONDS = 5.0


class MerchantDirectory:
    """Looks merchants up. Another process' change is seen within 5 seconds, one of this process at once (`forget`)."""

    def __init__(
        self,
        merchants: MerchantStore,
        snapshot: Callable[[MerchantRecord], MerchantSnapshot],
        monotonic: Callable[[], float],
    ) -> None:
        self._merchants = merchants
        self._snapshot = snapshot
        self._monotonic = monotonic
        self._remembered: dict[str, tuple[MerchantSnapshot, float]] = {}

    async def find(self, name: str) -> MerchantSnapshot:
        """The merchant. Raises NotFound or StoreUnavailable."""
        now = self._monotonic()
        remembered = self._remembered.get(name)
        if remembered is not None and now - remembered[1] <= _FRESH_SECONDS:
            return remembered[0]
        record = await self._merchants.find(name)
        if record is None:
            raise merchant_not_found(name)
        snapshot = self._snapshot(record)
        self._remembered[name] = (snapshot, now)
        return snapshot

    def forget(self, name: str) -> None:
        """Read it anew the next time."""
        self._remembered.pop(name, None)
