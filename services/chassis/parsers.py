"""What a setting's text may be: each parser turns text into a value, and says in words what would be right."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from chassis.keys import BadKeyRing, KeyRing

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class BadValue(ValueError):
    """The text is no such value. The message continues the sentence "<value> …" and never quotes the value itself."""


@dataclass(frozen=True)
class Parser(Generic[T_co]):
    """Reads one kind of value. ``expected`` completes "expected …"; a ``secret`` one's text is never shown."""

    expected: str
    read: Callable[[str], T_co]
    secret: bool = False

    def __call__(self, given: str) -> T_co:
        """The value, or BadValue."""
        return self.read(given)


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port to listen at or to connect to."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that shows itself to nobody: neither repr nor str holds it, only ``reveal`` does."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __str__(self) -> str:
        return "[hidden]"


def _read_integer(given: str) -> int:
    try:
        return int(given)
    except ValueError:
        raise BadValue("is not a whole number") from None


def _read_boolean(given: str) -> bool:
    known = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if given.lower() not in known:
        raise BadValue("is neither yes nor no")
    return known[given.lower()]


def _read_address(given: str) -> Address:
    host, colon, port = given.rpartition(":")
    if not colon or not host.strip("[]"):
        raise BadValue("is not of the form host:port")
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise BadValue("has no port from 0 to 65535")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def _read_file_name(given: str) -> Path:
    file = Path(given)
    try:
        with file.open("rb"):
            return file
    except OSError as error:
        raise BadValue(f"cannot be read: {error.strerror}") from None


def _read_sha256(given: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", given):
        raise BadValue("is not a SHA-256 in hex")
    return given.lower()


text: Parser[str] = Parser("text", str)
boolean: Parser[bool] = Parser("true or false", _read_boolean)
address: Parser[Address] = Parser("host:port, such as 127.0.0.1:8000", _read_address)
path: Parser[Path] = Parser("a path", Path)
readable_file: Parser[Path] = Parser("a path of a file that is there", _read_file_name)
secret: Parser[Secret] = Parser("a secret", Secret, secret=True)
sha256_hex: Parser[str] = Parser("64 hex digits, the SHA-256 of a key", _read_sha256)


def integer(minimum: int, maximum: int) -> Parser[int]:
    """A whole number from ``minimum`` to ``maximum``."""

    def read(given: str) -> int:
        number = _read_integer(given)
        if not minimum <= number <= maximum:
            raise BadValue("is out of range")
        return number

    return Parser(f"a whole number from {minimum} to {maximum}", read)


def seconds(minimum: float, maximum: float) -> Parser[float]:
    """A length of time in seconds; a fraction is allowed."""

    def read(given: str) -> float:
        try:
            number = float(given)
        except ValueError:
            raise BadValue("is not a number of seconds") from None
        if not minimum <= number <= maximum:  # False for NaN as well.
            raise BadValue("is out of range")
        return number

    return Parser(f"seconds from {minimum:g} to {maximum:g}", read)


def choice(*choices: str) -> Parser[str]:
    """One of a few words, compared without case."""

    def read(given: str) -> str:
        if given.lower() not in choices:
            raise BadValue("is none of them")
        return given.lower()

    return Parser("one of " + ", ".join(choices), read)


def url(*schemes: str, secret: bool = False) -> Parser[str]:
    """A URL with one of these schemes and a host, kept as it was given. Set ``secret`` where it may hold a password."""

    def read(given: str) -> str:
        try:
            parts = urlsplit(given)
            parts.port  # noqa: B018  # Reading it is what raises ValueError for a port that is none.
        except ValueError:
            raise BadValue("is not a URL") from None
        if parts.scheme not in schemes or not parts.netloc:
            raise BadValue("is not a URL of this kind")
        return given

    return Parser("a URL beginning with " + " or ".join(f"{scheme}://" for scheme in schemes), read, secret=secret)


def key_ring(*, base64_bytes: int | None = None) -> Parser[KeyRing]:
    """Keys as ``id:value[,id2:value2]``, the first current.

    With ``base64_bytes`` each value is base64 of so many bytes.
    """

    def read(given: str) -> KeyRing:
        try:
            return KeyRing.parse(given, base64_bytes=base64_bytes)
        except BadKeyRing as bad:
            raise BadValue(f"is no key ring: {bad}") from None

    value = "secret" if base64_bytes is None else f"base64 of {base64_bytes} bytes"
    return Parser(f"id:{value}[,id2:{value}], the first is current", read, secret=True)


def optional(parser: Parser[T]) -> Parser[T | None]:
    """What ``parser`` reads, or None for the empty text (declare ``default=""``) or for ``off``."""

    def read(given: str) -> T | None:
        return parser(given) if given not in {"", "off"} else None

    return Parser(f"{parser.expected}; empty means none", read, secret=parser.secret)


log_format: Parser[str] = choice("json", "console")
log_level: Parser[str] = choice("debug", "info", "warning", "error")
