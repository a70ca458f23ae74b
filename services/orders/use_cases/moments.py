"""Moments as they are kept: in milliseconds, as the database has them, so that nothing reads differently later."""

from datetime import datetime


def to_milliseconds(at: datetime) -> datetime:
    """The moment without what is finer than a millisecond."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
