"""Header values that cannot smuggle anything in (CVE-2026-1299 is one of a long line)."""

import re
from email.header import Header
from email.utils import formataddr

_FORBIDDEN = re.compile(r"[\r\n\0]")
# What a person may not do in a display name of ours: anything that is no printing character becomes a space before it
# gets here.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_ATOM_ADDRESS = re.compile(r"[^\s<>\"(),:;\[\]\\@\x00-\x1f\x7f-\x9f]+@[^\s<>\"(),:;\[\]\\@\x00-\x1f\x7f-\x9f]+\Z")


class BadHeader(ValueError):
    """A value that must not stand in a header. The message names the header, never the value."""


def safe(name: str, value: str) -> str:
    """``value`` itself. Raises BadHeader when it holds CR, LF or NUL."""
    if _FORBIDDEN.search(value):
        raise BadHeader(name)
    return value


def encoded(name: str, value: str) -> str:
    """``value`` as unstructured header text: as it is when it is ASCII and short, else as RFC 2047 words, folded."""
    safe(name, value)
    if value.isascii() and len(value) + len(name) < 76:
        return value
    # Header folds with LF; the composer writes CRLF.
    return Header(value, "utf-8" if not value.isascii() else "us-ascii", header_name=name, maxlinelen=76).encode()


def address(name: str, display_name: str, email: str) -> str:
    """``Display Name <local@domain>``, quoted or encoded as needed. Raises BadHeader for anything that is no plain
    address.
    """
    if not _ATOM_ADDRESS.match(safe(name, email)):
        raise BadHeader(name)
    shown = _CONTROL.sub(" ", safe(name, display_name)).strip()
    if shown.isascii():
        return formataddr((shown, email))
    # RFC 2047: an encoded word has at most 75 characters, so a long name becomes several on folded lines.
    return f"{Header(shown, 'utf-8', header_name=name, maxlinelen=76).encode()}\n <{email}>"


def bare_address(name: str, email: str) -> str:
    """``email`` for the envelope. Raises BadHeader for anything that is no plain ASCII address."""
    if not email.isascii() or not _ATOM_ADDRESS.match(safe(name, email)):
        raise BadHeader(name)
    return email


def one_line(text: str) -> str:
    """Text from a merchant or buyer made fit for a subject: control characters and line ends become single spaces."""
    return " ".join(_CONTROL.sub(" ", text).split())
