"""The measures of one order, afresh from its events and from what was told: what the increments must add up to."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from notifier.care.hearing import bounced, failed, heard
from notifier.care.measures.counting import increments
from notifier.care.measures.tally import Tally
from notifier.care.moments import instant
from notifier.care.observations import Observation
from notifier.care.policies import zone_of
from notifier.care.reconciling import reconcile
from notifier.care.watch import Failed, Told, Watch
from wismo.orders.v1 import merchant_pb2, order_pb2

_Change = Callable[[Watch], Watch]


def recount(
    versions: Iterable[order_pb2.Order],
    told: Iterable[Told],
    failures: Iterable[Failed],
    merchant: merchant_pb2.Merchant,
    now: datetime,
) -> dict[date, Tally]:
    """By the merchant's days. ``versions``: the order after each of its events; ``told`` with what came back of it."""
    facts: list[tuple[datetime, int, order_pb2.Order | _Change]] = []
    facts += [(instant(order.update_time), 2, order) for order in versions]
    for one in told:
        facts.append((one.accepted_at, 0, _hear(replace(one, bounced_at=None, counted=0))))
        if one.bounced_at is not None:
            facts.append((one.bounced_at, 1, _take_back(one.message_id, one.bounced_at)))
    facts += [(one.at, 1, _miss(one)) for one in failures]
    watch, order, observed = Watch(), None, list[Observation]()
    for at, _, fact in sorted(facts, key=lambda item: item[:2]):
        if isinstance(fact, order_pb2.Order):
            order = fact
        else:
            watch = fact(watch)
        if order is not None:
            done = reconcile(watch, order, merchant, min(at, now))
            watch = done.watch
            observed += done.observed
    if order is not None:
        observed += reconcile(watch, order, merchant, now).observed
    zone: ZoneInfo = zone_of(merchant.time_zone)
    return increments(observed, zone)


def _hear(told: Told) -> _Change:
    return lambda watch: heard(watch, told)


def _take_back(message_id: str, at: datetime) -> _Change:
    return lambda watch: bounced(watch, message_id, at)


def _miss(failure: Failed) -> _Change:
    return lambda watch: failed(watch, failure)
