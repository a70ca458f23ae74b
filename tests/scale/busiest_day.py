"""The busiest day, second by second: orders arrive by chance, and each kind of process serves at its measured rate."""

import math
import random
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate

from tests.scale.capacity import DAYS, SECONDS_A_DAY, Assumed, Measured, Needs

SALE = range(20 * 3600, 20 * 3600 + 600)
"""Ten minutes in which a sale opens."""
SALE_FACTOR = 5.0
OUTAGE = range(13 * 3600, 13 * 3600 + 1800)
"""Half an hour in which the mail provider takes nothing."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a kind of process went through. Waits in seconds; `backlog` has one value a minute, its largest."""

    part: str
    works: int
    most_waiting: int
    wait_p50: float
    wait_p99: float
    longest_wait: float
    busiest: float
    backlog: list[int]
    cleared_after_outage: float | None = None


def day(needs: Needs, measured: Measured, assumed: Assumed, seed: int = 1) -> list[Stage]:
    """Live the day. Orders and their events arrive together; what one stage has done, the next one gets."""
    chance = random.Random(seed)
    mean = needs.orders / DAYS * assumed.busiest_day / SECONDS_A_DAY
    arriving = {
        part: [_poisson(chance, mean * _shape(second, assumed) * per_order) for second in range(SECONDS_A_DAY)]
        for part, per_order in measured.per_order.items()
        if part != "relay"
    }

    def capacity(part: str) -> float:
        return needs.processes[part] * measured.rates[part]

    orders, told = _serve("orders", arriving["orders"], capacity("orders"))
    relay, _ = _serve("relay", told, capacity("relay"))
    notifier, _ = _serve("notifier", arriving["notifier"], capacity("notifier"), closed=OUTAGE)
    others = [_serve(part, arriving[part], capacity(part))[0] for part in ("watchdog", "page")]
    return [orders, relay, notifier, *others]


def _shape(second: int, assumed: Assumed) -> float:
    """A day's curve, 1 in the mean and `busiest_hour` (1 to 4) at its highest, at 20:30; and the sale on top of it."""
    # A raised cosine to the fifth power has the mean 252 / 1024 and the peak 1; the rest of the day is level.
    highest = 1024 / 252
    share = (assumed.busiest_hour - 1) / (highest - 1)
    hill = highest * math.cos(math.pi * (second - 20.5 * 3600) / SECONDS_A_DAY) ** 10
    return (share * hill + 1 - share) * (SALE_FACTOR if second in SALE else 1.0)


def _serve(part: str, arriving: list[int], capacity: float, closed: range = range(0)) -> tuple[Stage, list[int]]:
    """First come, first served; in seconds that are `closed` nobody is. What was done in each second goes on."""
    done: list[int] = []
    waiting, left_over, backlog = 0, 0.0, []
    for second, came in enumerate(arriving):
        waiting += came
        left_over = 0.0 if second in closed else left_over + capacity
        served = min(waiting, int(left_over))
        # What a second could have done cannot be saved up for the next.
        left_over = min(left_over - served, 1.0)
        waiting -= served
        done.append(served)
        backlog.append(waiting)
    came_by, done_by = list(accumulate(arriving)), list(accumulate(done))
    waits = sorted(
        (bisect_left(done_by, came_by[second]) - second, came) for second, came in enumerate(arriving) if came
    )
    works = came_by[-1]
    cleared = None
    if closed:
        empty = next((second for second in range(closed.stop, len(backlog)) if not backlog[second]), None)
        cleared = None if empty is None else float(empty - closed.stop)
    stage = Stage(
        part=part,
        works=works,
        most_waiting=max(backlog),
        wait_p50=_quantile(waits, works * 0.5),
        wait_p99=_quantile(waits, works * 0.99),
        longest_wait=float(waits[-1][0]),
        busiest=max(sum(done[hour * 3600 : (hour + 1) * 3600]) for hour in range(24)) / 3600 / capacity,
        backlog=[max(backlog[minute * 60 : (minute + 1) * 60]) for minute in range(len(backlog) // 60)],
        cleared_after_outage=cleared,
    )
    return stage, done


def _quantile(waits: list[tuple[int, int]], at: float) -> float:
    """The wait of the work that stands `at` in the order of waits."""
    passed = 0
    for wait, works in waits:
        passed += works
        if passed >= at:
            return float(wait)
    return float(waits[-1][0])


def _poisson(chance: random.Random, mean: float) -> int:
    """A Poisson number; above 50 by its normal approximation."""
    if mean > 50:
        return max(round(chance.gauss(mean, math.sqrt(mean))), 0)
    limit, number, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        number += 1
        product *= chance.random()
    return number
