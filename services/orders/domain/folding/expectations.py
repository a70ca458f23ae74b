"""Expected times: whose word stands, and how often it slipped.

The carrier's estimate beats what history teaches, which beats the merchant's promise; of the same source the newest
stands. It is a fold over everything that was said, sorted by when it was said, so the order of arrival does not matter.
"""

from collections.abc import Iterable
from datetime import datetime

from orders.domain.tracking import ExpectationSource
from orders.domain.values import Expectation

Said = tuple[datetime, Expectation]


def normal(expected: Expectation | None) -> Expectation | None:
    """The same, with a source: what is not said is taken as the merchant's promise."""
    if expected is None or expected.source is not ExpectationSource.UNSPECIFIED:
        return expected
    return Expectation(expected.latest, expected.earliest, ExpectationSource.MERCHANT)


def standing(first: Expectation | None, said: Iterable[Said]) -> tuple[Expectation | None, int]:
    """The expectation that stands after ``first`` and all that was said, and how often it moved to a later time."""
    stands, slips = first, 0
    for _, new in sorted(said, key=_by_time):
        if stands is None:
            stands = new
        elif new.source <= stands.source:
            slips += new.latest > stands.latest
            stands = new
    return stands, slips


def _by_time(said: Said) -> tuple[datetime, datetime, int, bool, datetime]:
    """At the same moment the later time comes last, so that of two the careful one stands; the rest only makes it
    total.
    """
    at, expected = said
    return at, expected.latest, -expected.source, expected.earliest is not None, expected.earliest or expected.latest
