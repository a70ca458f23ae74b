"""May a trial be charged now (row M9)? Only when the buyer was told in time and of this amount, and has used what was
given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from orders.domain.entitlement import ChargeNotice, Trial
from orders.domain.errors import UnknownLine
from orders.domain.folding.trials import amount_words
from orders.domain.order import Order
from orders.domain.values import Money


class Obstacle(IntEnum):
    """Why a charge must not be made now; numbered as ChargeObstacle in the protos."""

    UNSPECIFIED = 0
    CANCELLED = 1
    TRIAL_RUNNING = 2
    NO_NOTICE = 3
    ALLOWANCE_LEFT = 4
    AMOUNT_DIFFERS = 5
    NO_TRIAL = 6


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. ``explanation`` is a sentence or two for the merchant; ``may_charge_at`` is set where waiting
    helps.
    """

    obstacle: Obstacle
    explanation: str
    may_charge_at: datetime | None = None

    @property
    def may_charge(self) -> bool:
        """Nothing speaks against it."""
        return self.obstacle is Obstacle.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: this amount, now, by a merchant that announces charges ``notice`` ahead."""

    amount: Money
    now: datetime
    notice: timedelta = timedelta(days=7)


def may_charge(order: Order, line_id: str, asked: Asked) -> Verdict:
    """Whether it may be charged for the trial of this line.

    Of several obstacles the first in this order is told: no trial, cancelled, running, not told in time, allowance
    left, another amount. Raises UnknownLine.
    """
    trial = _trial_of(order, line_id)
    if trial is None:
        return Verdict(Obstacle.NO_TRIAL, "The line has no trial that was started, so there is nothing to charge for.")
    if trial.cancelled_at is not None:
        why = f"The trial was cancelled on {_time(trial.cancelled_at)}. It must not be charged any more."
        return Verdict(Obstacle.CANCELLED, why)
    for obstacle in (_running, _not_told, _allowance_left, _another_amount):
        found = obstacle(trial, asked)
        if found is not None:
            return found
    return Verdict(Obstacle.UNSPECIFIED, "Nothing speaks against it.")


def _trial_of(order: Order, line_id: str) -> Trial | None:
    if all(line.line_id != line_id for line in order.lines):
        known = ", ".join(line.line_id for line in order.lines[:8])
        raise UnknownLine("line_id", f"the order has no line {line_id!r}", f"name one of its lines ({known})", line_id)
    return next((trial for trial in order.trials if trial.line_id == line_id), None)


def _running(trial: Trial, asked: Asked) -> Verdict | None:
    if trial.charged_at is not None or asked.now >= trial.ends_at:
        return None
    why = f"The trial runs until {_time(trial.ends_at)}. Ask again then: the notice and the allowance count as well."
    return Verdict(Obstacle.TRIAL_RUNNING, why, _from_when(trial, asked, _of(asked, _unused(trial))) or trial.ends_at)


def _not_told(trial: Trial, asked: Asked) -> Verdict | None:
    if _told(trial, asked):
        return None
    same = _of(asked, _unused(trial))
    at = _from_when(trial, asked, same)
    if at is not None:
        accepted = _time(same[0].accepted_at)
        why = f"The notice of this charge was accepted on {accepted}. The charge may be made from {_time(at)} on."
    else:
        why = (
            "The buyer's side has accepted no notice of this charge. Announce it with charge_coming; it may be made"
            f" {_span(asked.notice)} after the notice was accepted."
        )
    return Verdict(Obstacle.NO_NOTICE, why, at)


def _allowance_left(trial: Trial, asked: Asked) -> Verdict | None:  # noqa: ARG001 - every obstacle has this shape.
    left = trial.allowance_total - trial.allowance_used
    if trial.charged_at is not None or left <= 0:
        return None
    unit = f" {trial.allowance_unit}" if trial.allowance_unit else ""
    why = (
        f"{left} of {trial.allowance_total}{unit} are left. Let the buyer use them first, or move the trial's end with"
        " trial_started."
    )
    return Verdict(Obstacle.ALLOWANCE_LEFT, why)


def _another_amount(trial: Trial, asked: Asked) -> Verdict | None:
    told = _told(trial, asked)
    if _of(asked, told):
        return None
    why = (
        f"The buyer was told of {_words(told[-1].amount)}, not of {_words(asked.amount)}. Charge what was told, or"
        " announce the other amount with charge_coming."
    )
    return Verdict(Obstacle.AMOUNT_DIFFERS, why, _from_when(trial, asked, _of(asked, _unused(trial))))


def _unused(trial: Trial) -> Sequence[ChargeNotice]:
    """The notices of charges that were not made yet, in order of acceptance.

    A charge uses up what was told of it. One that no notice told used up whatever stood, for nobody shall be charged
    twice by one notice.
    """
    charged = trial.charged_at
    if charged is None:
        return trial.notices
    was_told = any(item.charge_at <= charged for item in trial.notices)
    return [item for item in trial.notices if item.charge_at > charged and (was_told or item.accepted_at > charged)]


def _told(trial: Trial, asked: Asked) -> Sequence[ChargeNotice]:
    """Those that were accepted in time for a charge now."""
    return [item for item in _unused(trial) if _ready_at(trial, asked, item) <= asked.now]


def _of(asked: Asked, notices: Sequence[ChargeNotice]) -> Sequence[ChargeNotice]:
    return [item for item in notices if item.amount == asked.amount]


def _ready_at(trial: Trial, asked: Asked, item: ChargeNotice) -> datetime:
    """From when on the charge that it told may be made: never before the time that the buyer was told."""
    ready = max(item.accepted_at + asked.notice, item.charge_at)
    return ready if trial.charged_at else max(ready, trial.ends_at)


def _from_when(trial: Trial, asked: Asked, notices: Sequence[ChargeNotice]) -> datetime | None:
    return min((_ready_at(trial, asked, item) for item in notices), default=None)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _words(amount: Money) -> str:
    return amount_words(amount.currency, amount.units, amount.nanos)


def _span(notice: timedelta) -> str:
    days, rest = divmod(notice, timedelta(days=1))
    if days and not rest:
        return f"{days} day{'s' if days > 1 else ''}"
    hours = notice / timedelta(hours=1)
    return f"{hours:g} hour{'s' if hours != 1 else ''}"
