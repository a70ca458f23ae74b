"""How well a merchant cares, per day: counted as it happens, and equal to a recount from what happened (care.md)."""

from notifier.care.measures.counting import increments
from notifier.care.measures.recount import recount
from notifier.care.measures.report import care_day
from notifier.care.measures.tally import Tally, merged

__all__ = ["Tally", "care_day", "increments", "merged", "recount"]
