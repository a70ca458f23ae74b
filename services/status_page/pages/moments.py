"""Moments as the page shows them: for people in their own zone, and for machines in the attribute of `<time>`."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup, escape

from chassis.localisation import Language
from wording import Reader


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a `<time>` element."""

    html: Markup
    past: bool


def moment(when: Timestamp, reader: Reader) -> Moment:
    """Day and time, near days by their names: today, 18:00."""
    return moment_of(datetime.fromtimestamp(when.seconds, UTC), reader)


def moment_of(at: datetime, reader: Reader) -> Moment:
    """The same for an aware instant."""
    zone = ZoneInfo(reader.zone)
    local = at.astimezone(zone)
    text = _moment_text(
        reader.language, local.date(), time(local.hour, local.minute), reader.now.astimezone(zone).date()
    )
    return _moment(at, text, reader)


def day(when: Timestamp, reader: Reader) -> Moment:
    """The day alone: Monday, 30 November."""
    at = datetime.fromtimestamp(when.seconds, UTC)
    return _moment(at, reader.language.relative_day(at, reader.now, reader.zone), reader)


def _moment(at: datetime, text: str, reader: Reader) -> Moment:
    # By hand, because strftime and Markup.format take six times as long, and a page has dozens of times.
    iso = at.replace(microsecond=0, tzinfo=None).isoformat()
    html = Markup(f'<time datetime="{iso}Z">{escape(text)}</time>')  # noqa: S704  # `iso` is made of digits and signs.
    return Moment(html, at <= reader.now)


@lru_cache(maxsize=16_384)
def _moment_text(language: Language, at_day: date, at_time: time, today: date) -> str:
    """The text for a local day and time. Most pages show the same few days: today and the ones before."""
    at, now = datetime.combine(at_day, at_time, UTC), datetime.combine(today, time(12), UTC)
    return language.relative_datetime(at, now, UTC)
