"""The SMTP server, where its address is known: it greets, encrypts and lets us in as configured. No mail is sent."""

import smtplib
import ssl
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

from wismo.cli.configuration import Configuration
from wismo.cli.doctor.finding import Finding, fail, ok

_WAIT = 5.0


def check(configuration: Configuration) -> Iterator[Finding]:
    """One greeting, and what is configured of TLS and login."""
    url = configuration.extra.get("smtp_url")
    if not url:
        return
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or 25}"
    try:
        context = ssl.create_default_context(cafile=configuration.extra.get("smtp_ca_file"))
        with _opened(parts.scheme, parts.hostname or "", parts.port or 0, context) as server:
            if parse_qs(parts.query).get("starttls", [""])[0].lower() in {"true", "1", "yes"}:
                server.starttls(context=context)
            if parts.username:
                _log_in(server, unquote(parts.username), unquote(parts.password or ""))
            server.noop()
    except (OSError, ValueError, smtplib.SMTPException) as error:
        yield fail("SMTP", f"{place}: {error}", "Mails wait in the notifier until it lets us in. See WISMO_SMTP_….")
    else:
        yield ok("SMTP", f"{place} answers")


def _opened(scheme: str, host: str, port: int, context: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=_WAIT, context=context)
    return smtplib.SMTP(host, port, timeout=_WAIT)


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    if (user + password).isascii():
        server.login(user, password)
        return
    # smtplib can only say ASCII; RFC 4616 has PLAIN in UTF-8.
    server.ehlo_or_helo_if_needed()
    said = b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
    code, answer = server.docmd("AUTH", f"PLAIN {said}")
    if code // 100 != 2:
        raise smtplib.SMTPAuthenticationError(code, answer)
