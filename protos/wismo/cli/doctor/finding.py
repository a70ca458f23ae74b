"""The answer to one question of the doctor."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """``advice``: what to do, for everything that is not ok."""

    what: str
    state: State
    detail: str
    advice: str = ""


def ok(what: str, detail: str) -> Finding:
    return Finding(what, State.OK, detail)


def warn(what: str, detail: str, advice: str) -> Finding:
    return Finding(what, State.WARN, detail, advice)


def fail(what: str, detail: str, advice: str) -> Finding:
    return Finding(what, State.FAIL, detail, advice)
