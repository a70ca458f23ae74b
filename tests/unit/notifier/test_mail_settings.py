"""Settings of the way to the mail server: no password goes out in plain text, no authority is named for nothing."""

from base64 import b64encode
from pathlib import Path

import pytest

from chassis.settings import SettingsError
from notifier.settings import Settings

KEYS = {"WISMO_LINK_KEYS": "k1:a-secret", "WISMO_SEALING_KEYS": f"k1:{b64encode(bytes(32)).decode()}"}


def load(**environ: str) -> Settings:
    return Settings.from_env(KEYS | environ)


@pytest.mark.parametrize(
    "url",
    [
        "smtps://me:canary@mail.example",
        "smtp://me:canary@mail.example:587?starttls=true",
        "smtp://me:canary@127.0.0.1:25",
        "smtp://mail.example",
    ],
)
def test_a_password_goes_out_encrypted_or_stays_on_this_machine(url: str) -> None:
    assert load(WISMO_SMTP_URL=url).smtp_server.user in {"me", ""}


def test_a_password_in_plain_text_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingsError, match="WISMO_SMTP_URL: its password would go out in plain text") as caught:
        load(WISMO_SMTP_URL="smtp://me:canary@mail.example:587")
    assert "canary" not in str(caught.value)


def test_an_authority_without_tls_is_refused(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text("")
    with pytest.raises(SettingsError, match="WISMO_SMTP_CA_FILE: is set but not used"):
        load(WISMO_SMTP_URL="smtp://mail.example", WISMO_SMTP_CA_FILE=str(ca_file))
    assert load(WISMO_SMTP_URL="smtps://mail.example", WISMO_SMTP_CA_FILE=str(ca_file)).smtp_ca_file == ca_file
