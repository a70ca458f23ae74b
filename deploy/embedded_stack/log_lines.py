"""Turns what programs log into lines for people."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Said by every line of every service; of no interest in a terminal where a prefix names the service.
HIDDEN = {"event", "level", "time", "logger", "service", "exception", "stack"}
LEVELS = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40, "critical": 50, "fatal": 50}
# What the embedded servers write: a level as a word of its own, in capitals or in brackets.
SERVER_LEVEL = re.compile(r"\b(DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b")
# gunicorn's own way: when, which process, level, text.
GUNICORN = re.compile(r"^\[[^\]]+\] \[\d+\] \[(?P<level>[A-Z]+)\] (?P<text>.*)$")
LONGEST_VALUE = 200


@dataclass(frozen=True)
class LogLine:
    """One line of a log, understood as far as possible. `more` are further lines, such as a traceback."""

    text: str
    level: str = "info"
    time: datetime | None = None
    details: dict[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        return LEVELS.get(self.level, 20)


def understand(line: str) -> LogLine:
    """Read a JSON line of our services, or a line of any other program."""
    if line.startswith("{"):
        try:
            return _from_json(json.loads(line))
        except (ValueError, TypeError, AttributeError):
            pass  # Looks like JSON and is none: shown as it is.
    if gunicorn := GUNICORN.match(line):
        return LogLine(text=gunicorn["text"], level=gunicorn["level"].lower())
    found = SERVER_LEVEL.search(line[:80])
    return LogLine(text=line, level=found[1].lower() if found else "info")


def _from_json(entry: dict[str, Any]) -> LogLine:
    more = [*str(entry.get("stack") or "").splitlines(), *str(entry.get("exception") or "").splitlines()]
    return LogLine(
        text=str(entry.get("event", "")),
        level=str(entry.get("level", "info")).lower(),
        time=_local_time(entry.get("time")),
        details={name: _short(value) for name, value in entry.items() if name not in HIDDEN},
        more=tuple(more),
    )


def _local_time(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)).astimezone()
    except ValueError:
        return None


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
