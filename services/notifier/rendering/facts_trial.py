"""Facts of trials and their charges: nobody is surprised by one (row M9)."""

from datetime import timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

import wording
from notifier.rendering.kit import Kit
from wismo.orders.v1 import entitlement_pb2 as entitlement
from wording.reader import instant

Facts = dict[str, Any]


def trial_started(kit: Kit) -> Facts:
    """When it ends, what comes after, what is in it."""
    change = kit.change.trial_started
    trial = entitlement.Trial(
        ends_at=change.ends_at, allowance_unit=change.allowance_unit, allowance_total=change.allowance_total
    )
    if change.HasField("price_after"):
        trial.price_after.CopyFrom(change.price_after)
    if change.HasField("billing_period"):
        trial.billing_period.CopyFrom(change.billing_period)
    return {
        "title": kit.title(change.line_id),
        "ends": kit.moment(change, "ends_at"),
        "after": wording.charge_coming(trial, kit.reader),
        "will_cost": change.HasField("price_after"),
        "allowance": wording.allowance_left(trial, kit.reader),
        "terms": change.terms_summary,
        "cancel_link": kit.links.cancel_trial(change.line_id, instant(change.ends_at)),
    }


def charge_coming(kit: Kit) -> Facts:
    """When, how much, how often, what is left of the trial, and the way out that asks for no login."""
    if not kit.change.HasField("charge_coming"):
        return trial_ending(kit)
    change = kit.change.charge_coming
    return _charge(kit, change.line_id, change.charge_at, change.amount)


def trial_ending(kit: Kit) -> Facts:
    """When the trial ends, what is charged then if anything is, what is left, and the way out."""
    notice = kit.notice
    trial = kit.trial(next(iter(notice.line_ids), ""))
    announced = trial.charge_amount if trial.HasField("charge_amount") else trial.price_after
    amount = notice.amount if notice.HasField("amount") else announced
    ends = notice.ends_at if notice.HasField("ends_at") else trial.ends_at
    known = (moment for moment in (notice, trial) if moment.HasField("charge_at"))
    charge_at = next((moment.charge_at for moment in known), ends)
    return _charge(kit, trial.line_id, charge_at, amount) | {
        "ends": kit.reader.moment(ends),
        "will_cost": bool(amount.units or amount.nanos),
    }


def charge_made(kit: Kit) -> Facts:
    """How much, when, and where the receipt is."""
    change = kit.change.charge_made
    return {
        "title": kit.title(change.line_id),
        "amount": kit.money(change.amount),
        "when": kit.moment(kit.change, "occurred_at"),
        "receipt_url": change.receipt_url,
    }


def trial_cancelled(kit: Kit) -> Facts:
    """Which, and by whom."""
    change = kit.change.trial_cancelled
    return {"title": kit.title(change.line_id), "by_buyer": change.by_buyer}


def _charge(kit: Kit, line_id: str, charge_at: Timestamp, amount: Money) -> Facts:
    trial = kit.trial(line_id)
    every = trial.billing_period.ToTimedelta() if trial.HasField("billing_period") else timedelta()
    return {
        "title": kit.title(line_id),
        "when": kit.reader.moment(charge_at),
        "amount": kit.money(amount),
        "every_days": max(1, round(every / timedelta(days=1))) if every else 0,
        "allowance": allowance_meter(kit, trial),
        "percent_left": _percent_left(trial),
        "left_over": trial.allowance_used < trial.allowance_total,
        "terms": trial.terms_summary,
        "cancel_link": kit.links.cancel_trial(line_id, instant(charge_at)),
    }


def allowance_meter(kit: Kit, trial: entitlement.Trial) -> str:
    """``7 of 10 (lessons)``; empty when the trial has no allowance."""
    if trial.allowance_total <= 0:
        return ""
    left = wording.quantity_of(max(0, trial.allowance_total - trial.allowance_used), trial.allowance_total, kit.reader)
    return f"{left} ({trial.allowance_unit})" if trial.allowance_unit else left


def _percent_left(trial: entitlement.Trial) -> int:
    if trial.allowance_total <= 0:
        return 0
    return round(100 * max(0, trial.allowance_total - trial.allowance_used) / trial.allowance_total)
