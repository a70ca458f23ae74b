"""Why the mail server takes nothing from us, naming the setting to mend. Nothing that it said is in it."""

import smtplib
import ssl

from notifier.channels.smtp_answers import Phase

_TLS = "smtps:// for TLS from the start, ?starttls=true for STARTTLS"


def trouble(phase: Phase, code: int, error: Exception | None) -> str | None:
    """A word on an answer (``code`` is 0 without one) or an error; None where no setting is to blame."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the mail server's certificate is not trusted ({error.verify_message}), see WISMO_SMTP_CA_FILE"
    if isinstance(error, ssl.SSLError):
        return f"no TLS with the mail server, see WISMO_SMTP_URL: {_TLS}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        offers = "STARTTLS" if phase == Phase.TLS else "login like this"
        return f"the mail server offers no {offers}, see WISMO_SMTP_URL: {_TLS}"
    if code:
        return _of_answer(phase, code)
    if phase == Phase.CONNECT and isinstance(error, smtplib.SMTPServerDisconnected | TimeoutError):
        return f"the mail server does not greet; does it want TLS? See WISMO_SMTP_URL: {_TLS}"
    return None


def _of_answer(phase: Phase, code: int) -> str | None:
    if code == 530:
        return f"the mail server wants a login, or TLS before anything else, see WISMO_SMTP_URL: {_TLS}"
    if code in {534, 535, 538} or (phase == Phase.AUTH and code >= 500):
        return "the mail server refuses the login, see user and password in WISMO_SMTP_URL"
    return None
