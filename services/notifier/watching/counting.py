"""What was observed while looking, as what is added to the days of each merchant. Pure."""

from collections.abc import Callable, Iterable
from datetime import date

from notifier.care.measures import Tally, increments
from notifier.care.policies import zone_of
from notifier.watching.folding import Looked
from wismo.orders.v1.merchant_pb2 import Merchant


def tallies_of(
    looked: Iterable[Looked], merchant_of: Callable[[str], Merchant | None]
) -> dict[tuple[str, date], Tally]:
    """By merchant and by its own day."""
    found: dict[tuple[str, date], Tally] = {}
    for one in looked:
        merchant = merchant_of(one.stored.merchant)
        if merchant is None or not one.observed:
            continue
        for day, tally in increments(one.observed, zone_of(merchant.time_zone)).items():
            found.setdefault((one.stored.merchant, day), Tally()).join(tally)
    return found
