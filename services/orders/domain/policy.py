"""What the fold must know besides order and event: what the merchant has decided, and what was learnt for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from orders.domain.transits import Transit


def nothing_learnt(_carrier: str, _country: str) -> Transit | None:
    """Of no road."""
    return None


@dataclass(frozen=True, slots=True)
class Policy:
    """A merchant's. ``transit`` tells how long its parcels take with a carrier to a country, or None while nobody
    knows; it must answer from memory.
    """

    download_renewals: int = 1
    # How long before a charge it is announced.
    charge_notice: timedelta = timedelta(days=7)
    transit: Callable[[str, str], Transit | None] = nothing_learnt


DEFAULT_POLICY = Policy()
