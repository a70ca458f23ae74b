"""What a merchant has promised about answers, ready to be counted with."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.worktime import BadCalendar, Calendar


@dataclass(frozen=True, slots=True)
class AnswerPromise:
    """Questions are answered ``within`` this much of the merchant's working time."""

    within: timedelta = timedelta(hours=24)
    calendar: Calendar = field(default_factory=Calendar.around_the_clock)

    def by(self, asked_at: datetime, now: datetime) -> datetime:
        """By when who asked at ``asked_at`` is promised an answer.

        It counts from the asking; only when that time is over already, as for a letter found late, from now.
        """
        by = self._after(asked_at)
        return by if by > now else self._after(now)

    def _after(self, start: datetime) -> datetime:
        try:
            return self.calendar.after(start, self.within)
        except BadCalendar:
            # Nobody ever works by it: around the clock is a promise that can be kept, none at all is not.
            return start + self.within
