"""Reading the forms of acts: everything that is wrong is said at once, in clear words, beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from google.type.money_pb2 import Money

from chassis.localisation import mark
from wording import Reader

FURTHEST = timedelta(days=60)
"""A promise further away than this is none."""
_SOONEST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. ``kind`` is line, area, moment, day, choice or hidden."""

    name: str
    label: str
    kind: str = "line"
    hint: str = ""
    required: bool = True
    longest: int = 500
    start: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    language: str = ""
    """In which language it is to be written, where that is not the shop's."""


class Invalid(Exception):
    """What was typed cannot be taken. ``errors`` says why, by field, in the colleague's language."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("invalid form")
        self.errors = errors


class Reading:
    """Reads the values of one form. What is wrong is collected; ``done`` raises it."""

    def __init__(self, values: Mapping[str, str], reader: Reader) -> None:
        self._values = values
        self._reader = reader
        self.errors: dict[str, str] = {}

    def text(self, name: str, *, required: bool = True, longest: int = 500) -> str:
        """A text within its length."""
        value = self._values.get(name, "").strip()
        if required and not value:
            self.wrong(name, mark("Please fill this in."))
        elif len(value) > longest:
            self.wrong(name, mark("This is too long: at most %(most)s characters."), most=str(longest))
        return value

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        """One of the known values."""
        value = self._values.get(name, "")
        if value not in known:
            self.wrong(name, mark("Please choose one."))
        return value

    def promise(self, name: str, *, required: bool = True) -> datetime | None:
        """A time to come, by the merchant's clock."""
        at = self._moment(name, required=required)
        if at is not None and at < self._reader.now + _SOONEST:
            self.wrong(name, mark("This time has passed or comes too soon. Name one that you can keep."))
        elif at is not None and at > self._reader.now + FURTHEST:
            self.wrong(name, mark("This is more than 60 days away. Name a time within 60 days."))
        return at

    def past(self, name: str, most: timedelta) -> datetime | None:
        """A time that has been, not longer ago than ``most``."""
        at = self._moment(name, required=True)
        if at is not None and not self._reader.now - most <= at <= self._reader.now:
            self.wrong(name, mark("This must be in the past, and not too long ago."))
        return at

    def last_minute(self, name: str) -> datetime | None:
        """The end of a day to come; None when the field is empty."""
        value = self._values.get(name, "").strip()
        if not value:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.wrong(name, mark("Please give a date, for example 2026-11-30."))
            return None
        at = datetime.combine(day, time(23, 59), ZoneInfo(self._reader.zone)).astimezone(UTC)
        if at < self._reader.now or at > self._reader.now + timedelta(days=366):
            self.wrong(name, mark("This date has passed, or is more than a year away."))
        return at

    def money(self, amount: str, currency: str) -> Money | None:
        """An amount with its currency; None when the amount is empty."""
        typed = self._values.get(amount, "").strip().replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        code = self._values.get(currency, "").strip().upper()
        if not typed:
            return None
        try:
            value = Decimal(typed.replace(",", "."))
        except InvalidOperation:
            self.wrong(amount, mark("Please give an amount, for example 12.50."))
            return None
        if not value.is_finite() or not 0 < value <= 1_000_000 or value != round(value, 2):
            self.wrong(amount, mark("Please give an amount above zero, with at most two decimal places."))
            return None
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            self.wrong(currency, mark("Please give the currency, for example EUR."))
            return None
        units = int(value)
        return Money(currency_code=code, units=units, nanos=int((value - units) * 1_000_000_000))

    def wrong(self, name: str, why: str, **values: object) -> None:
        """Something is wrong with a field; the first word about it stands."""
        self.errors.setdefault(name, self._reader.gettext(why, **values))

    def done(self) -> None:
        """Raises Invalid when anything is wrong."""
        if self.errors:
            raise Invalid(self.errors)

    def _moment(self, name: str, *, required: bool) -> datetime | None:
        value = self._values.get(name, "").strip()
        if not value:
            if required:
                self.wrong(name, mark("Please name a day and a time."))
            return None
        try:
            local = datetime.fromisoformat(value)
        except ValueError:
            self.wrong(name, mark("Please give a day and a time, for example 2026-11-30 18:00."))
            return None
        if local.tzinfo is None:
            local = local.replace(tzinfo=ZoneInfo(self._reader.zone))
        return local.astimezone(UTC)


def local_value(at: datetime, zone: str) -> str:
    """An instant as the value of a field of the kind moment."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def next_hour(reader: Reader, *, hours: int = 24) -> str:
    """The full hour after so many hours: where a promise begins when nobody has thought about it yet."""
    later = reader.now + timedelta(hours=hours, minutes=59)
    return local_value(later.replace(minute=0), reader.zone)
