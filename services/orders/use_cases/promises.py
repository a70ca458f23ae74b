"""What a merchant has promised about answers, ready to be counted with."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from chassis.worktime import BadCalendar, Calendar


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a merchant works, as its policies say it; around the clock when they say nothing."""

    periods: tuple[tuple[int, int, int], ...] = ()
    zone: str = "UTC"
    holidays: str = ""
    closed_days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerPromise:
    """Questions are answered ``within`` this much of the merchant's working time."""

    within: timedelta = timedelta(hours=24)
    hours: OpeningHours = field(default_factory=OpeningHours)

    def by(self, asked_at: datetime, now: datetime) -> datetime:
        """By when who asked at ``asked_at`` is promised an answer.

        It counts from the asking; only when that time is over already, as for a letter found late, from now. The first
        time that holidays are asked for takes up to a second, so let a thread ask before.
        """
        by = self._after(asked_at)
        return by if by > now else self._after(now)

    def _after(self, start: datetime) -> datetime:
        try:
            return _calendar(self.hours).after(start, self.within)
        except BadCalendar:
            # It was checked when it was said, and yet nobody can count with it. Around the clock is a promise, none at
            # all is not.
            return start + self.within


@lru_cache(maxsize=1024)
def _calendar(hours: OpeningHours) -> Calendar:
    return Calendar.from_policy(hours.periods, hours.zone, hours.holidays, hours.closed_days)
