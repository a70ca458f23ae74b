"""Business hours as people write them: `mon-fri 9:00-12:30`, `sat 10:00-14:00`, `daily 0:00-24:00`."""

import re

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(r"(daily|[a-z]{3,9})(?:\s*-\s*([a-z]{3,9}))?\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\Z")
_EXAMPLE = "write for example mon-fri 9:00-17:00"


def periods(text: str) -> list[dict[str, str]]:
    """The fields of a BusinessPeriod for each day meant. Raises ValueError with an example of what would be right."""
    found = _FORM.match(text.strip().lower())
    if found is None:
        raise ValueError(f"{text!r} are no business hours; {_EXAMPLE}")
    first = 0 if found[1] == "daily" else _day(found[1], text)
    last = 6 if found[1] == "daily" else _day(found[2], text) if found[2] else first
    opens, closes = int(found[3]) * 60 + int(found[4]), int(found[5]) * 60 + int(found[6])
    if last < first or not opens < closes <= 24 * 60 or int(found[4]) > 59 or int(found[6]) > 59:
        raise ValueError(f"{text!r} ends before it begins, or is no time of a day; {_EXAMPLE}")
    return [
        {"iso_weekday": str(day + 1), "opens_minute": str(opens), "closes_minute": str(closes)}
        for day in range(first, last + 1)
    ]


def _day(word: str, text: str) -> int:
    if word[:3] not in _DAYS:
        raise ValueError(f"{text!r}: {word} is no day of the week; {_EXAMPLE}")
    return _DAYS.index(word[:3])
