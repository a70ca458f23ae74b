"""Instants as the watch keeps them: UTC, to the millisecond, which is as exact as every store of ours is."""

import zlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.wall_clock import decent_before

_QUARTER = timedelta(minutes=15)
# Words that would come at night leave in the evening before, not all of them at the same moment.
_SPREAD_MINUTES = 40
_EARLIEST_PROMISE = 9


def instant(stamp: Timestamp) -> datetime:
    """The instant of a timestamp, cut to the millisecond."""
    return _instant(stamp.seconds, stamp.nanos // 1_000_000)


@lru_cache(maxsize=65536)
def _instant(seconds: int, milliseconds: int) -> datetime:
    # The same few instants of an order are read again and again.
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)


def maybe(message: object, field: str) -> datetime | None:
    """The instant in a field, None when it is not set."""
    return instant(getattr(message, field)) if message.HasField(field) else None  # type: ignore[attr-defined]  # A message.


def cut(at: datetime) -> datetime:
    """An instant cut to the millisecond."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def named(at: datetime) -> str:
    """An instant as it stands in a cause."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read(name: str) -> datetime:
    """The instant that `named` wrote."""
    return datetime.fromisoformat(name)


def before_night(at: datetime, zone: ZoneInfo, order: str, not_before: datetime) -> datetime:
    """``at``, or the evening before where it falls into the buyer's night; ``at`` again where that is too early."""
    decent = decent_before(at, zone)
    if decent == at:
        return at
    spread = timedelta(minutes=zlib.crc32(order.encode()) % _SPREAD_MINUTES)
    return decent - spread if decent - spread > not_before else at


def shortly_before(due: datetime, ahead: timedelta, made: datetime) -> datetime:
    """So long before ``due``; half-way there where less time than twice that was left when it was promised.

    Nobody is told "still with you" right after the word that named the next one.
    """
    return due - min(ahead, max(due - made, timedelta()) / 2)


def next_word_at(now: datetime, limit: timedelta, zone: ZoneInfo) -> datetime:
    """A time to name for the next word: not later than ``limit`` from now, on a quarter of an hour, by day."""
    latest = now + limit
    quarter = latest - (latest - datetime(2000, 1, 1, tzinfo=UTC)) % _QUARTER
    decent = decent_before(quarter, zone, earliest=_EARLIEST_PROMISE)
    # A limit of a few hours at night leaves no choice.
    return decent if decent > now + _QUARTER else latest
