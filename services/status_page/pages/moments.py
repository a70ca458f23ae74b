"""Moments as the page shows them: for people in their own zone, and for machines in the attribute of `<time>`."""

from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup, escape

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
    return _moment(at, reader.language.relative_datetime(at, reader.now, reader.zone), reader)


def day(when: Timestamp, reader: Reader) -> Moment:
    """The day alone: Monday, 30 November."""
    at = datetime.fromtimestamp(when.seconds, UTC)
    return _moment(at, reader.language.relative_day(at, reader.now, reader.zone), reader)


def _moment(at: datetime, text: str, reader: Reader) -> Moment:
    iso = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    # By hand, because Markup.format takes six times as long and a page has dozens of times.
    html = Markup(f'<time datetime="{iso}">{escape(text)}</time>')  # noqa: S704  # `iso` is made of digits and signs.
    return Moment(html, at <= reader.now)
