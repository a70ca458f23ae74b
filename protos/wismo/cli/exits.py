"""Exit codes, and every error as a sentence that says what to do."""

import os
from collections.abc import Mapping
from enum import IntEnum

from wismo.client import InvalidInput, NotAllowed, Unavailable, WismoError


class Exit(IntEnum):
    """What a script can tell from `$?`."""

    OK = 0
    REFUSED = 1  # The input or the state of things does not allow it; for `doctor`: something is wrong.
    USAGE = 2  # The command line, a file or the configuration cannot be understood.
    UNREACHABLE = 3  # No answer, also after all retries; whether it was recorded is not known.
    NOT_ALLOWED = 4  # The key is missing, wrong, expired or revoked, or may not do this.
    INTERRUPTED = 130  # Ctrl-C.


class UsageProblem(Exception):
    """The command cannot be carried out as it was given. The message says what would be right."""


def code_of(error: BaseException) -> Exit:
    """The exit code for what went wrong."""
    if isinstance(error, UsageProblem | OSError):
        return Exit.USAGE
    if isinstance(error, Unavailable):
        return Exit.UNREACHABLE
    if isinstance(error, NotAllowed):
        return Exit.NOT_ALLOWED
    return Exit.REFUSED


def lines_of(error: BaseException, *, target: str = "", places: Mapping[str, str] | None = None) -> list[str]:
    """What went wrong, one complaint a line. ``places``: where in the user's file a field of the contract stands."""
    if isinstance(error, Unavailable):
        return [f"{target or 'The server'} cannot be reached: {error}", *_reach_advice(target)]
    if isinstance(error, NotAllowed):
        return [f"{error}", "Give a valid key with --api-key or WISMO_API_KEY; `wismo doctor` shows which one is used."]
    if isinstance(error, InvalidInput) and error.fields:
        return [_field_line(field, why, places or {}) for field, why in error.fields]
    if isinstance(error, WismoError):
        return [f"{error} [{error.reason}]" if error.reason else str(error)]
    if isinstance(error, OSError) and error.filename:
        return [f"{error.filename}: {os.strerror(error.errno) if error.errno else error}"]
    return str(error).splitlines() or [type(error).__name__]


def _field_line(field: str, why: str, places: Mapping[str, str]) -> str:
    # The deepest part of the path that the user wrote is the place to look at: a missing field is in what holds it.
    path = field
    while path and path not in places:
        path = path.rpartition(".")[0]
    short = field.removeprefix("order.").removeprefix("event.")
    return f"{places[path]}: {short}: {why}" if path else f"{short}: {why}" if field else why


def _reach_advice(target: str) -> list[str]:
    advice = ["Is the service running, and is the address right (--target, for care --care-target)?"]
    if target and not target.startswith(("127.", "localhost", "[::1]")):
        advice.append("If it serves TLS, add --tls; `wismo doctor` looks closer.")
    return advice
