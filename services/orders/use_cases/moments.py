"""Moments as they are kept: the database keeps milliseconds, so that nothing is told that would read differently later."""

from datetime import datetime


def to_milliseconds(at: datetime) -> datetime:
    """The moment without what is finer than a millisecond."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
