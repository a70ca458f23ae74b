"""SMTP with TLS from the start, with STARTTLS, and a login; who is not let in is told which setting to look at."""

from pathlib import Path
from urllib.parse import quote

import pytest

from embedded_stack.servers.ports import HOST
from notifier.channels.outcome import Letter, Outcome, Retry, Sent
from notifier.channels.smtp import SmtpChannel, SmtpServer
from tests.integration.secure.authority import Authority
from tests.integration.secure.servers import PASSWORD, SecuredInbox

LETTER = Letter("shop@example.org", SecuredInbox.user, b"Subject: hello\r\n\r\nhello\r\n")
UNTRUSTED = "is not trusted (unable to get local issuer certificate), see WISMO_SMTP_CA_FILE"


def url(inbox: SecuredInbox, way: str, password: str | None = PASSWORD) -> str:
    login = "" if password is None else f"{quote(inbox.user)}:{quote(password, safe='')}@"
    return {
        "tls": f"smtps://{login}{HOST}:{inbox.tls_port}",
        "starttls": f"smtp://{login}{HOST}:{inbox.starttls_port}?starttls=true",
        "plain": f"smtp://{login}{HOST}:{inbox.starttls_port}",
        "plain to tls": f"smtp://{login}{HOST}:{inbox.tls_port}",
        "tls to starttls": f"smtps://{login}{HOST}:{inbox.starttls_port}",
    }[way]


def send(where: str, ca_file: Path) -> Outcome:
    channel = SmtpChannel(SmtpServer.parse(where, ca_file), local_name="test", answer_seconds=0.5)
    try:
        return channel.send(LETTER, lambda: True)
    finally:
        channel.close()


@pytest.mark.parametrize("way", ["tls", "starttls"])
def test_a_letter_goes_out_encrypted_after_a_login(secured_inbox: SecuredInbox, authority: Authority, way: str) -> None:
    assert send(url(secured_inbox, way), authority.file) == Sent()


@pytest.mark.parametrize(
    ("way", "password", "trusted", "setting"),
    [
        ("tls", "not it", True, "refuses the login, see user and password in WISMO_SMTP_URL"),
        ("starttls", "not it", True, "refuses the login, see user and password in WISMO_SMTP_URL"),
        ("starttls", None, True, "wants a login, or TLS before anything else, see WISMO_SMTP_URL"),
        ("tls", PASSWORD, False, UNTRUSTED),
        (
            "starttls",
            PASSWORD,
            False,
            UNTRUSTED,
        ),
        ("plain", None, True, "wants a login, or TLS before anything else, see WISMO_SMTP_URL"),
        ("plain to tls", None, True, "does it want TLS? See WISMO_SMTP_URL"),
        ("tls to starttls", PASSWORD, True, "no TLS with the mail server, see WISMO_SMTP_URL"),
    ],
)
def test_who_is_not_let_in_is_told_the_setting(
    secured_inbox: SecuredInbox,
    authority: Authority,
    stranger: Authority,
    way: str,
    password: str | None,
    trusted: bool,
    setting: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcome = send(url(secured_inbox, way, password), (authority if trusted else stranger).file)
    assert isinstance(outcome, Retry)
    assert outcome.ours
    said = "".join(capsys.readouterr())
    assert setting in said
    assert PASSWORD not in said
    assert quote(PASSWORD, safe="") not in said
