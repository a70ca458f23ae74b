"""Settings from the environment: one frozen dataclass a service, and every bad variable reported at once.

    @dataclass(frozen=True)
    class Settings:
        listen: Address = setting("WISMO_ORDERS_LISTEN", address, default="127.0.0.1:50051", help="Serves gRPC.")
        sealing_keys: KeyRing = setting("WISMO_SEALING_KEYS", key_ring(base64_bytes=32), help="Keys that seal secrets.")

    settings = load(Settings, os.environ)

What is secret may also lie in a file, as orchestrators mount it: ``WISMO_SEALING_KEYS_FILE`` names the file that holds
what ``WISMO_SEALING_KEYS`` would. The parsers stand in ``chassis.parsers`` and are re-exported here.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from chassis.parsers import (
    Address,
    BadValue,
    Parser,
    Secret,
    address,
    boolean,
    choice,
    integer,
    key_ring,
    log_format,
    log_level,
    optional,
    path,
    readable_file,
    seconds,
    secret,
    sha256_hex,
    text,
    url,
)

__all__ = [
    "Address",
    "BadSetting",
    "BadValue",
    "Parser",
    "Secret",
    "SettingRow",
    "SettingsError",
    "address",
    "boolean",
    "choice",
    "describe",
    "integer",
    "key_ring",
    "load",
    "log_format",
    "log_level",
    "optional",
    "path",
    "readable_file",
    "seconds",
    "secret",
    "setting",
    "sha256_hex",
    "text",
    "url",
]

T = TypeVar("T")
_METADATA = "chassis.setting"


class IsDataclass(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


S = TypeVar("S", bound=IsDataclass)


@dataclass(frozen=True, slots=True)
class _Declared:
    variable: str
    parser: Parser[Any]
    default: str | None
    help: str


@dataclass(frozen=True, slots=True)
class BadSetting:
    """One variable that is missing or wrong: why, and what would be right. Holds no secret value."""

    variable: str
    why: str
    expected: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.why}; expected {self.expected}"


class SettingsError(Exception):
    """Every variable that is missing or wrong, in the order of declaration, one per line of the message."""

    def __init__(self, problems: tuple[BadSetting, ...]) -> None:
        self.problems = problems
        lines = [f"  {problem}" for problem in problems]
        super().__init__("\n".join(["these settings are missing or wrong:", *lines]))


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One row of a table of settings. ``default`` is None where the variable must be given."""

    variable: str
    expected: str
    default: str | None
    help: str
    secret: bool


def setting(
    env: str,
    parse: Parser[T],
    *,
    default: str | None = None,
    help: str = "",  # noqa: A002  # As argparse calls it.
) -> T:
    """A dataclass field read from the variable ``env``.

    ``default`` is written as the variable would be, so that the documentation shows it as it is; None means that the
    variable must be given. A variable set to the empty text counts as not given, as Kubernetes and compose files do it.
    """
    declared = _Declared(env, parse, default, help)
    # The caller annotates the field with the parser's type, which a Field object is not: hence the one Any.
    field: Any = dataclasses.field(metadata={_METADATA: declared}, repr=not parse.secret, kw_only=True)
    return field  # type: ignore[no-any-return]  # dataclasses.field itself is typed as its value in the same way.


def load(cls: type[S], environ: Mapping[str, str]) -> S:
    """An instance of ``cls`` read from ``environ``. Raises SettingsError that lists everything wrong at once."""
    values: dict[str, Any] = {}
    problems: list[BadSetting] = []
    for name, declared in _declared(cls):
        try:
            given = _given(declared, environ)
        except BadValue as bad:
            problems.append(BadSetting(f"{declared.variable}_FILE", str(bad), declared.parser.expected))
            continue
        if given is None:
            problems.append(BadSetting(declared.variable, "is not set", declared.parser.expected))
            continue
        try:
            values[name] = declared.parser(given)
        except BadValue as bad:
            shown = "its value" if declared.parser.secret else f"{given!r}"
            problems.append(BadSetting(declared.variable, f"{shown} {bad}", declared.parser.expected))
    if problems:
        raise SettingsError(tuple(problems))
    return cls(**values)


def describe(cls: type[IsDataclass]) -> tuple[SettingRow, ...]:
    """One row per setting of ``cls``, in the order of declaration, for the table in docs."""
    return tuple(
        SettingRow(declared.variable, declared.parser.expected, declared.default, declared.help, declared.parser.secret)
        for _, declared in _declared(cls)
    )


def _given(declared: _Declared, environ: Mapping[str, str]) -> str | None:
    """The variable's text, or that of the file which the variable with ``_FILE`` behind its name says, or the default.
    None without any. Raises BadValue, about the variable with ``_FILE``.
    """
    given = environ.get(declared.variable, "").strip()
    file = environ.get(f"{declared.variable}_FILE", "").strip() if declared.parser.secret else ""
    if not file:
        return given or declared.default
    if given:
        raise BadValue(f"is set, and so is {declared.variable}")
    try:
        return Path(file).read_text(encoding="utf-8").strip() or declared.default
    except (OSError, UnicodeDecodeError) as error:
        raise BadValue(
            f"names {file!r}, which cannot be read: {getattr(error, 'strerror', None) or 'no text'}"
        ) from None


def _declared(cls: type[IsDataclass]) -> list[tuple[str, _Declared]]:
    fields = dataclasses.fields(cls)
    return [(field.name, field.metadata[_METADATA]) for field in fields if _METADATA in field.metadata]
