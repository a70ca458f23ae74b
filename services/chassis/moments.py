"""Times as operators write them in commands."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime


def moment(text: str) -> datetime:
    """ISO 8601 with a zone (`2026-11-24T10:00:00Z`), in UTC. ArgumentTypeError says what would be right."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no time; write for example 2026-11-24T10:00:00Z") from None
    if read.tzinfo is None:
        raise ArgumentTypeError(f"{text!r} has no time zone; write for example {read.isoformat()}Z")
    return read.astimezone(UTC)
