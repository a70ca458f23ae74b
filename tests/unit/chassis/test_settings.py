"""Settings are read once, and everything wrong is said at once."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from chassis.keys import KeyRing
from chassis.settings import (
    Address,
    Parser,
    Secret,
    SettingsError,
    address,
    boolean,
    choice,
    describe,
    integer,
    key_ring,
    load,
    optional,
    path,
    seconds,
    secret,
    setting,
    sha256_hex,
    text,
    url,
)


@dataclass(frozen=True)
class Settings:
    listen: Address = setting("T_LISTEN", address, default="127.0.0.1:8000", help="Where it listens.")
    ops: Address | None = setting("T_OPS", optional(address), default="")
    workers: int = setting("T_WORKERS", integer(1, 64), default="4")
    keys: KeyRing = setting("T_KEYS", key_ring())
    password: Secret = setting("T_PASSWORD", secret)
    mail: str = setting("T_MAIL", url("smtp", "smtps", secret=True), default="smtp://127.0.0.1:25")


GOOD = {"T_KEYS": "a:one", "T_PASSWORD": "hunter2"}


def test_defaults_hold_where_nothing_is_given_and_the_environment_wins() -> None:
    settings = load(Settings, {**GOOD, "T_WORKERS": "8", "T_LISTEN": ""})
    assert settings.listen == Address("127.0.0.1", 8000)
    assert settings.workers == 8
    assert settings.ops is None


def test_every_bad_variable_is_reported_at_once_with_what_would_be_right() -> None:
    with pytest.raises(SettingsError) as caught:
        load(Settings, {"T_LISTEN": "nowhere", "T_WORKERS": "65", "T_KEYS": "no-colon"})
    assert [problem.variable for problem in caught.value.problems] == ["T_LISTEN", "T_WORKERS", "T_KEYS", "T_PASSWORD"]
    assert "expected a whole number from 1 to 64" in str(caught.value)
    assert "T_PASSWORD: is not set" in str(caught.value)


def test_a_bad_secret_is_never_echoed() -> None:
    with pytest.raises(SettingsError) as caught:
        load(Settings, {**GOOD, "T_KEYS": "tOpSeCrEt", "T_MAIL": "http://user:tOpSeCrEt@host"})
    assert "tOpSeCrEt" not in str(caught.value)


def test_a_settings_object_shows_no_secret() -> None:
    settings = load(Settings, {**GOOD, "T_MAIL": "smtp://user:hunter2@host:25"})
    assert "hunter2" not in repr(settings)
    assert "one" not in repr(settings.keys)
    assert f"{settings.password}" == "[hidden]"
    assert settings.password.reveal() == "hunter2"


def test_the_table_of_settings_follows_the_declaration() -> None:
    rows = describe(Settings)
    assert [row.variable for row in rows] == ["T_LISTEN", "T_OPS", "T_WORKERS", "T_KEYS", "T_PASSWORD", "T_MAIL"]
    assert rows[0].help == "Where it listens."
    assert rows[3].secret
    assert rows[4].default is None


@pytest.mark.parametrize(
    ("parser", "given", "expected"),
    [
        (text, "x", "x"),
        (boolean, "Yes", True),
        (boolean, "off", False),
        (seconds(0, 10), "1.5", 1.5),
        (choice("json", "console"), "JSON", "json"),
        (address, "[::1]:80", Address("::1", 80)),
        (path, "/tmp", Path("/tmp")),
        (sha256_hex, "AB" * 32, "ab" * 32),
        (optional(integer(1, 2)), "off", None),
    ],
)
def test_each_parser_reads_what_it_expects(parser: Parser[object], given: str, expected: object) -> None:
    assert parser(given) == expected


@pytest.mark.parametrize(
    ("parser", "given"),
    [
        (boolean, "maybe"),
        (integer(1, 9), "nine"),
        (seconds(0, 10), "nan"),
        (seconds(0, 10), "soon"),
        (choice("a", "b"), "c"),
        (address, "host:99999"),
        (address, ":80"),
        (address, "host"),
        (url("https"), "http://x"),
        (url("https"), "https://"),
        (url("https"), "https://x:port"),
        (sha256_hex, "abc"),
        (key_ring(base64_bytes=32), "a:c2hvcnQ="),
    ],
)
def test_each_parser_refuses_what_it_does_not_expect(parser: Parser[object], given: str) -> None:
    with pytest.raises(ValueError):
        parser(given)


def test_an_address_is_written_as_it_is_read() -> None:
    assert str(Address("::1", 80)) == "[::1]:80"
    assert str(Address("localhost", 80)) == "localhost:80"
