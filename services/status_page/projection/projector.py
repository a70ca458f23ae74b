"""The projector's work on one batch: the newest of each order, written in bulk."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from chassis import tracing
from chassis.crash_points import crash_point
from chassis.kafka import Record, Rejected
from status_page.downloads.counters import DownloadCounters
from status_page.lookup.keys import LookupKeys
from status_page.projection.reading import Read, Unreadable, read
from status_page.projection.rows import MerchantRow, MerchantRows, OrderRow, OrderRows


class Forgets(Protocol):
    """Whatever holds more of buyers than the rows do."""

    def forget(self, orders: Iterable[str]) -> None:
        """Erase what is held of these orders' buyers; durable on return, and harmless to repeat."""
        ...


class Projector:
    """Handles batches of records for ``chassis.kafka.run_consumer``. Bears repeats and any order of arrival."""

    def __init__(
        self,
        orders: OrderRows,
        merchants: MerchantRows,
        counters: DownloadCounters,
        keys: LookupKeys,
        mails: Forgets,
    ) -> None:
        self._orders = orders
        self._merchants = merchants
        self._counters = counters
        self._keys = keys
        self._mails = mails

    def handle(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Store what the batch says; on return it is durable. Yields the records that can never be read."""
        reads, rejected, marks = self._read(records)
        orders: dict[str, OrderRow] = {}
        merchants: dict[str, MerchantRow] = {}
        for one in reads:
            if one.order is not None:
                known = orders.get(one.order.name)
                if known is None or one.order.sequence >= known.sequence:
                    orders[one.order.name] = one.order
            if one.merchant is not None:
                shop = merchants.get(one.merchant.name)
                if shop is None or one.merchant.revision >= shop.revision:
                    merchants[one.merchant.name] = one.merchant
        crash_point("status_page.projector.before_write")
        # Merchants first: an order must never be shown without the brand and the contact block of its shop.
        if merchants:
            self._merchants.write(list(merchants.values()))
        if orders:
            self._orders.write(list(orders.values()))
            self._mails.forget([name for name, row in orders.items() if row.erased])
        crash_point("status_page.projector.after_write")
        for mark in marks:
            mark.end()
        # The copy of the counters is written after each count, so a crash in between leaves it one behind. The event
        # that the count causes comes by here, and brings the copy forward.
        for name in {one.order.name for one in reads if one.taken and one.order is not None}:
            self._orders.show_taken(name, self._counters.taken(name))
        crash_point("status_page.projector.before_commit")
        return rejected

    def _read(self, records: Sequence[Record]) -> tuple[list[Read], list[Rejected], list[tracing.Mark]]:
        reads: list[Read] = []
        rejected: list[Rejected] = []
        marks: list[tracing.Mark] = []
        for record in records:
            try:
                one = read(record, self._keys)
                if one.order is not None and (parent := tracing.header_of(record.headers)):
                    marks.append(
                        tracing.consumed(
                            "projector fold", record.topic, f"{one.order.name}#{one.order.sequence}", parent
                        )
                    )
                    one = replace(one, order=replace(one.order, traceparent=marks[-1].traceparent))
                reads.append(one)
            except Unreadable as error:
                rejected.append(Rejected(record, str(error)))
        return reads, rejected, marks
