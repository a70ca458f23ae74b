"""Moments as the page shows them: for people in their own zone, and for machines in the attribute of `<time>`."""

from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from wording import Reader


@dataclass(frozen=True, slots=True)
class Moment:
    """A time: ``text`` as the buyer reads it, ``iso`` for the attribute."""

    text: str
    iso: str
    past: bool


def moment(when: Timestamp, reader: Reader) -> Moment:
    """Day and time, near days by their names: today, 18:00."""
    return moment_of(when.ToDatetime(UTC), reader)


def moment_of(at: datetime, reader: Reader) -> Moment:
    """The same for an aware instant."""
    return Moment(reader.language.relative_datetime(at, reader.now, reader.zone), _iso(at), at <= reader.now)


def day(when: Timestamp, reader: Reader) -> Moment:
    """The day alone: Monday, 30 November."""
    at = when.ToDatetime(UTC)
    return Moment(reader.language.relative_day(at, reader.now, reader.zone), _iso(at), at <= reader.now)


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
