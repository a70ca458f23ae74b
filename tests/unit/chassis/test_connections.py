"""Settings of connections: what does not go together is named, secrets come from files, and nothing shows a secret."""

from pathlib import Path

import pytest

from chassis.connections import Brokers, KafkaSettings, MongoSettings
from chassis.parsers import Secret
from chassis.settings import SettingsError, load

LOGIN = {
    "WISMO_KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
    "WISMO_KAFKA_USER": "wismo",
    "WISMO_KAFKA_PASSWORD": "canary",
}


def wrong(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(KafkaSettings, environ)
    assert "canary" not in str(caught.value)
    return [problem.variable for problem in caught.value.problems]


def test_without_a_word_there_is_neither_tls_nor_login() -> None:
    assert load(KafkaSettings, {}).brokers == Brokers("127.0.0.1:9092")


def test_a_login_is_taken_whole() -> None:
    brokers = load(KafkaSettings, LOGIN).brokers
    assert (brokers.tls, brokers.sasl, brokers.user, brokers.password) == (True, True, "wismo", Secret("canary"))
    assert "canary" not in repr(brokers) + str(brokers)


def test_a_login_without_its_protocol_is_refused_rather_than_left_out(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text("")
    plain = LOGIN | {"WISMO_KAFKA_SECURITY_PROTOCOL": "plaintext", "WISMO_KAFKA_CA_FILE": str(ca_file)}
    assert wrong(plain) == ["WISMO_KAFKA_USER", "WISMO_KAFKA_PASSWORD", "WISMO_KAFKA_CA_FILE"]
    assert wrong({"WISMO_KAFKA_SECURITY_PROTOCOL": "sasl_ssl"}) == ["WISMO_KAFKA_USER", "WISMO_KAFKA_PASSWORD"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert wrong(LOGIN | {"WISMO_KAFKA_CA_FILE": str(tmp_path / "none")}) == ["WISMO_KAFKA_CA_FILE"]


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("canary\n")
    environ = LOGIN | {"WISMO_KAFKA_PASSWORD": "", "WISMO_KAFKA_PASSWORD_FILE": str(file)}
    assert load(KafkaSettings, environ).brokers.password == Secret("canary")
    assert wrong(environ | {"WISMO_KAFKA_PASSWORD": "canary"}) == ["WISMO_KAFKA_PASSWORD_FILE"]
    assert "WISMO_KAFKA_PASSWORD_FILE" in wrong(environ | {"WISMO_KAFKA_PASSWORD_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("url", "complete"),
    [
        ("mongodb://a,b", "mongodb://a,b/?tls=true&tlsCAFile="),
        ("mongodb://u:p%2F@a/?replicaSet=rs0", "mongodb://u:p%2F@a/?replicaSet=rs0&tls=true&tlsCAFile="),
    ],
)
def test_files_go_into_the_database_s_url(tmp_path: Path, url: str, complete: str) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text("")
    settings = load(MongoSettings, {"WISMO_MONGO_URL": url, "WISMO_MONGO_CA_FILE": str(ca_file)})
    assert settings.database_url.startswith(complete)
    assert "p%2F" not in repr(settings)
    assert load(MongoSettings, {"WISMO_MONGO_URL": url}).database_url == url
