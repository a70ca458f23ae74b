"""The SMTP server, where its address is known: it greets and takes a NOOP. No mail is sent."""

import smtplib
from collections.abc import Iterator
from urllib.parse import urlsplit

from wismo.cli.configuration import Configuration
from wismo.cli.doctor.finding import Finding, fail, ok

_WAIT = 5.0


def check(configuration: Configuration) -> Iterator[Finding]:
    """One greeting."""
    url = configuration.extra.get("smtp_url")
    if not url:
        return
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or 25}"
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "", parts.port or 0, timeout=_WAIT) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        yield fail("SMTP", f"{place}: {error}", "Mails wait in the notifier until it answers.")
    else:
        yield ok("SMTP", f"{place} answers")
