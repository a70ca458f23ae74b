"""One language with its region: texts, plurals, and how dates, times, numbers, money and lists are written in it."""

import datetime as dt
from collections.abc import Iterable
from datetime import UTC, tzinfo
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent
from babel.support import NullTranslations
from babel.units import format_unit

Direction = Literal["ltr", "rtl"]

# English without a region is written for the whole world: 23 November 2026, 18:00; "a, b and c".
_FORMATS = {"en": "en-GB"}
_YEARS = {"ru": ("г.", "года")}


class Language:
    """How a buyer is spoken to. Immutable and safe to share.

    Times need an aware instant and an IANA zone's name or a tzinfo.
    """

    def __init__(
        self, tag: str, region_tag: str, translations: NullTranslations, domains: tuple[str, ...] = ()
    ) -> None:
        """``tag`` names the texts (``ru``), ``region_tag`` the formats (``ru-KZ``). Made by ``Catalog.language``."""
        self.tag = tag
        self.domains = domains
        self._locale = Locale.parse(_FORMATS.get(region_tag, region_tag), sep="-")
        self.translations = translations

    @staticmethod
    def knows(tag: str) -> bool:
        """Whether this is the tag of a language that dates and numbers can be written in."""
        try:
            Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            return False
        return True

    @property
    def html_tag(self) -> str:
        """For ``lang=`` in HTML and ``Content-Language`` in a mail."""
        return self.tag

    @cached_property
    def direction(self) -> Direction:
        """For ``dir=`` in HTML."""
        return "rtl" if self._locale.text_direction == "rtl" else "ltr"

    @cached_property
    def own_name(self) -> str:
        """The language's name in itself, for a switch: English, русский, Deutsch."""
        return Locale.parse(self.tag, sep="-").get_language_name(self.tag.replace("-", "_")) or self.tag

    def gettext(self, message: str, /, **values: object) -> str:
        """``message`` in this language, with ``%(name)s`` filled in from ``values``."""
        return _fill(self.translations.gettext(message), values)

    def ngettext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The form for ``count``, which ``%(count)s`` shows as this language writes numbers."""
        return _fill(self.translations.ngettext(one, many, count), {"count": self.number(count), **values})

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        """``message`` as it is said in ``context``, for words that differ by it."""
        return _fill(str(self.translations.pgettext(context, message)), values)

    def npgettext(self, context: str, one: str, many: str, count: int, /, **values: object) -> str:
        """``ngettext`` with a context."""
        return _fill(self.translations.npgettext(context, one, many, count), {"count": self.number(count), **values})

    def date(self, when: dt.datetime | dt.date, zone: str | tzinfo = UTC) -> str:
        """A day with its year: 23 November 2026."""
        return format_date(_local_day(when, zone), "long", self._locale)

    def day(self, when: dt.datetime | dt.date, zone: str | tzinfo = UTC, *, now: dt.datetime | None = None) -> str:
        """A day to stand in a sentence: 23 November; with the year when it is not that of ``now``."""
        return self._day(_local_day(when, zone), _local_day(now, zone) if now else None)

    def time(self, when: dt.datetime, zone: str | tzinfo = UTC) -> str:
        """The time of day: 18:00."""
        return _time(self._locale, _local(when, zone).time().replace(second=0, microsecond=0))

    def datetime(self, when: dt.datetime, zone: str | tzinfo = UTC, *, now: dt.datetime | None = None) -> str:
        """A moment to stand in a sentence: 23 November, 18:00."""
        return f"{self.day(when, zone, now=now)}{self._comma} {self.time(when, zone)}"

    def full_datetime(self, when: dt.datetime, zone: str | tzinfo = UTC) -> str:
        """A moment with nothing left out, year and weekday too; for a title or a tooltip."""
        return format_datetime(_local(when, zone), "full", locale=self._locale)

    def day_range(
        self,
        first: dt.datetime | dt.date,
        last: dt.datetime | dt.date,
        zone: str | tzinfo = UTC,
        *,
        now: dt.datetime | None = None,
    ) -> str:
        """From a day to a day: 23–25 November; one day alone when both are the same, or in the wrong order."""
        start, end, today = _local_day(first, zone), _local_day(last, zone), _local_day(now, zone) if now else None
        if start >= end:
            return self._day(end, today)
        if (start.year, start.month) != (end.year, end.month):
            return f"{self._day(start, today)} – {self._day(end, today)}"
        # Within one month its name is said once, wherever the language puts it.
        alone = format_date(end, "d", self._locale)
        return self._day(end, today).replace(alone, f"{format_date(start, 'd', self._locale)}–{alone}", 1)

    def relative_day(self, when: dt.datetime | dt.date, now: dt.datetime, zone: str | tzinfo = UTC) -> str:
        """Today, tomorrow or yesterday as such, any other as ``day`` with its weekday: Monday 30 November."""
        day, today = _local_day(when, zone), _local_day(now, zone)
        match (day - today).days:
            case 0:
                return self.gettext("today")
            case 1:
                return self.gettext("tomorrow")
            case -1:
                return self.gettext("yesterday")
            case _:
                weekday = _weekday(self._locale, day)
                return f"{weekday}{self._comma} {self._day(day, today)}"

    def relative_datetime(self, when: dt.datetime, now: dt.datetime, zone: str | tzinfo = UTC) -> str:
        """``relative_day`` and the time: today, 18:00."""
        return f"{self.relative_day(when, now, zone)}{self._comma} {self.time(when, zone)}"

    def zone_name(self, zone: str, when: dt.datetime | None = None) -> str:
        """What the zone is called: Central European Time."""
        return get_timezone_name(
            ZoneInfo(zone) if when is None else when.astimezone(ZoneInfo(zone)), locale=self._locale
        )

    def number(self, number: float | Decimal) -> str:
        """A number: 1,234.5."""
        return _number(self._locale, number)

    def percent(self, share: float) -> str:
        """A share: 0.5 is 50%."""
        return format_percent(share, locale=self._locale)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount in an ISO 4217 currency, with as many places as it has: £12.00."""
        return _money(self._locale, amount, currency)

    def size(self, octets: int) -> str:
        """The size of a file, in steps of 1000 as shops and phones count it: 43 MB."""
        for unit, name in ((10**9, "gigabyte"), (10**6, "megabyte"), (10**3, "kilobyte")):
            if octets >= unit:
                value = octets / unit
                return _unit(round(value, 1) if value < 10 else round(value), name, self._locale)
        return format_unit(octets, "digital-byte", "long", locale=self._locale)

    def list(self, items: Iterable[str], style: Literal["standard", "or"] = "standard") -> str:
        """Items as a sentence has them: a, b and c."""
        return format_list(list(items), style, self._locale)

    @property
    def _comma(self) -> str:
        return "،" if self.direction == "rtl" else ","

    def _day(self, day: dt.date, today: dt.date | None) -> str:
        if today is not None and today.year != day.year:
            text = format_date(day, "long", self._locale)
            short, spelt = _YEARS.get(self.tag, ("", ""))
            # An abbreviation's full stop would meet that of the sentence.
            return text.removesuffix(short) + spelt if short and text.endswith(short) else text
        return _day(self._locale, day)


# Formatting by CLDR takes some 30 µs each time, and pages and mails are full of the same few days and hours.
@lru_cache(maxsize=8192)
def _day(locale: Locale, day: dt.date) -> str:
    return format_skeleton("MMMMd", _midnight(day), locale=locale)


@lru_cache(maxsize=8192)
def _weekday(locale: Locale, day: dt.date) -> str:
    return format_date(day, "EEEE", locale)


@lru_cache(maxsize=8192)
def _time(locale: Locale, time: dt.time) -> str:
    return format_time(time, "short", locale=locale)


@lru_cache(maxsize=8192)
def _number(locale: Locale, number: float | Decimal) -> str:
    return format_decimal(number, locale=locale)


@lru_cache(maxsize=8192)
def _money(locale: Locale, amount: Decimal, currency: str) -> str:
    return format_currency(amount, currency, locale=locale)


@lru_cache(maxsize=8192)
def _unit(value: float, name: str, locale: Locale) -> str:
    return format_unit(value, f"digital-{name}", "short", locale=locale)


def _fill(text: str, values: dict[str, object]) -> str:
    # Without values the text is final: a per cent sign in it is then just that.
    return text % values if values else text


def _zone(zone: str | tzinfo) -> tzinfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def _local(when: dt.datetime, zone: str | tzinfo) -> dt.datetime:
    if when.tzinfo is None:
        raise ValueError("a time to be shown must be aware")
    return when.astimezone(_zone(zone))


def _local_day(when: dt.datetime | dt.date, zone: str | tzinfo) -> dt.date:
    return _local(when, zone).date() if isinstance(when, dt.datetime) else when


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, tzinfo=UTC)
