"""Trials and their charges: nobody is surprised by one."""

from datetime import datetime, timedelta
from decimal import Decimal

from wismo.client.events.envelope import event, required
from wismo.client.values import Money, money, span
from wismo.client.vocabulary import EventSource
from wismo.orders.v1.fulfilment_event_pb2 import (
    AllowanceUsed,
    ChargeComing,
    ChargeMade,
    FulfilmentEvent,
    TrialCancelled,
    TrialStarted,
)

Amount = Money | tuple[Decimal | int | str, str]


def trial_started(
    line_id: str,
    *,
    ends_at: datetime,
    price_after: Amount | None = None,
    billing_period: timedelta | None = None,
    allowance_unit: str = "",
    allowance_total: int = 0,
    terms_summary: str = "",
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """A trial began. ``price_after``: what is charged afterwards, every ``billing_period`` or once.

    ``allowance_unit``: what is counted, in the buyer's language (`lessons`), ``allowance_total`` of them.
    ``terms_summary``: the terms in short, in the buyer's language.
    """
    body = TrialStarted(
        line_id=line_id,
        ends_at=required(ends_at, "ends_at"),
        price_after=money(price_after, "price_after"),
        billing_period=span(billing_period, "billing_period"),
        allowance_unit=allowance_unit,
        allowance_total=allowance_total,
        terms_summary=terms_summary,
    )
    return event("trial_started", body, occurred_at, source)


def allowance_used(
    line_id: str, used_total: int, *, occurred_at: datetime | None = None, source: EventSource | str | None = None
) -> FulfilmentEvent:
    """``used_total`` of the allowance is used since the trial began: a reading of the meter, not an addition."""
    return event("allowance_used", AllowanceUsed(line_id=line_id, used_total=used_total), occurred_at, source)


def charge_coming(
    line_id: str,
    *,
    charge_at: datetime,
    amount: Amount,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """A charge is coming. Announce it 7 days before or earlier: only then both large card schemes are satisfied."""
    body = ChargeComing(line_id=line_id, charge_at=required(charge_at, "charge_at"), amount=money(amount, "amount"))
    return event("charge_coming", body, occurred_at, source)


def charge_made(
    line_id: str,
    *,
    amount: Amount,
    receipt_url: str = "",
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """A charge was made; ``receipt_url`` (https): where the receipt is."""
    body = ChargeMade(line_id=line_id, amount=money(amount, "amount"), receipt_url=receipt_url)
    return event("charge_made", body, occurred_at, source)


def trial_cancelled(
    line_id: str,
    *,
    by_buyer: bool = False,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """The trial ended before its charge."""
    return event("trial_cancelled", TrialCancelled(line_id=line_id, by_buyer=by_buyer), occurred_at, source)
