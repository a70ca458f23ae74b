"""What befalls a shop as a whole, laid over lives that would have been ordinary: a carrier's strike, lost parcels, a
warehouse that falls silent, a wave of trials. All drawn from the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING

from wismo.client import Money, events

if TYPE_CHECKING:
    from wismo.cli.simulation.life import Life

_CARRIERS = ("cdek", "dhl", "dpd", "gls", "omniva", "royal-mail", "ups")
_LOST = 0.06
_CONFESSED = 0.7
_TRIAL_IN_WAVE = 0.7
_FORGOTTEN = 0.4


class Disaster(StrEnum):
    """What may have befallen an order; as the summary names it."""

    CARRIER_STRIKE = "carrier strike"
    LOST_PARCEL = "lost parcel"
    SILENT_WAREHOUSE = "silent warehouse"
    TRIAL_WAVE = "trial wave"
    IMPATIENT_BUYER = "impatient buyer"


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` until before ``end``."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Disasters:
    """Of one run. ``carriers`` do not move during ``strike``; in ``warehouse`` nothing is packed, and nobody says so;
    who orders in ``wave`` mostly takes a trial too.
    """

    carriers: frozenset[str]
    strike: Span
    warehouse: Span
    wave: Span


def disasters(seed: int, base: datetime, scale: float) -> Disasters:
    """Those of the run with this seed, in the 18 days (scaled) before its present."""
    random = Random(f"{seed}/disasters")  # noqa: S311 - to be repeatable is the point.

    def span(first: tuple[float, float], days: tuple[float, float]) -> Span:
        start = base - timedelta(days=random.uniform(*first)) * scale
        return Span(start, start + timedelta(days=random.uniform(*days)) * scale)

    return Disasters(
        carriers=frozenset(random.sample(_CARRIERS, 3)),
        strike=span((10, 13), (3, 4.5)),
        warehouse=span((6, 8), (2, 3)),
        wave=span((15, 17), (2, 3)),
    )


def fate_of(seed: int, number: int) -> Random:
    """The chance of one order's misfortunes, apart from that of its ordinary life, which is the same without them."""
    return Random(f"{seed}/{number}/fate")  # noqa: S311 - to be repeatable is the point.


def takes_trial(life: Life) -> bool:
    """Whether the buyer takes part in the wave of trials."""
    wave = life.disasters is not None and life.placed_at in life.disasters.wave
    return wave and life.fate.random() < _TRIAL_IN_WAVE and life.befall(Disaster.TRIAL_WAVE)


def forgets_notice(life: Life) -> bool:
    """Whether the shop, flooded with trials, forgets to announce the charge."""
    return Disaster.TRIAL_WAVE in life.befell and life.fate.random() < _FORGOTTEN


def packed(life: Life, at: datetime) -> datetime:
    """When it is really packed: after the warehouse has woken up."""
    if life.disasters is None or at not in life.disasters.warehouse:
        return at
    life.befall(Disaster.SILENT_WAREHOUSE)
    return life.disasters.warehouse.end + timedelta(hours=life.fate.uniform(1, 12)) * life.scale


def moved(life: Life, at: datetime) -> datetime:
    """When a parcel really moves on: after the strike, if its carrier takes part."""
    struck = life.disasters
    if struck is None or life.person.town.carrier not in struck.carriers or at not in struck.strike:
        return at
    life.befall(Disaster.CARRIER_STRIKE)
    return struck.strike.end + timedelta(hours=life.fate.uniform(1, 30)) * life.scale


def heard_before_loss(life: Life, scans: int) -> int | None:
    """How many of a parcel's scans are heard of before it is lost; None: it is not lost."""
    if life.disasters is None or scans < 2 or life.fate.random() >= _LOST:
        return None
    life.befall(Disaster.LOST_PARCEL)
    return life.fate.randint(1, scans - 1)


def confess_loss(life: Life, parcel_id: str, amount: Money, line_ids: list[str], last_scan: datetime) -> None:
    """After days the shop notices and owns up, and gives the money back; some never do, which is for the watchdog."""
    if life.fate.random() >= _CONFESSED:
        return
    noticed_at = last_scan + timedelta(hours=life.fate.uniform(70, 120)) * life.scale
    refunded_at = noticed_at + timedelta(hours=life.fate.uniform(16, 40)) * life.scale
    problem = f"LOST-{parcel_id}"
    life.happen(
        events.problem_reported(
            problem,
            what_happened=life.say("The carrier has lost your parcel.", "Перевозчик потерял вашу посылку."),
            what_we_do=life.say("We give your money back.", "Мы вернём вам деньги."),
            next_update_at=noticed_at + timedelta(hours=48) * life.scale,
            parcel_id=parcel_id,
            reason="lost",
            acting_party="merchant",
            occurred_at=noticed_at,
        ),
        noticed_at,
    )
    life.happen(
        events.refunded(f"RF-LOST-{parcel_id}", amount, line_ids=line_ids, occurred_at=refunded_at), refunded_at
    )
    resolution = life.say("Your money is on its way back.", "Деньги отправлены вам обратно.")
    resolved_at = life.after(refunded_at, 0.1)
    life.happen(events.problem_resolved(problem, resolution, occurred_at=resolved_at), resolved_at)
