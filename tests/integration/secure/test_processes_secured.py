"""Whole processes with everything secured: what they need is made, and no secret is in what they say."""

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest

from embedded_stack.servers.ports import HOST
from tests.integration.secure.authority import Authority
from tests.integration.secure.servers import PASSWORD, USER, SecuredDatabase, SecuredInbox, SecuredKafka
from wismo.cli.configuration import configure
from wismo.cli.doctor import mail, stores
from wismo.cli.doctor.finding import Finding

Environment = dict[str, str]


@pytest.fixture
def environment(
    kafka: SecuredKafka, database: SecuredDatabase, secured_inbox: SecuredInbox, authority: Authority
) -> Environment:
    """What an installation would set that has all of it secured."""
    secret = quote(PASSWORD, safe="")
    return {
        "WISMO_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "WISMO_KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
        "WISMO_KAFKA_USER": USER,
        "WISMO_KAFKA_PASSWORD": PASSWORD,
        "WISMO_KAFKA_CA_FILE": str(authority.file),
        "WISMO_MONGO_URL": f"mongodb://{USER}:{secret}@{HOST}:{database.port}/?authSource=admin",
        "WISMO_MONGO_CA_FILE": str(authority.file),
        "WISMO_SMTP_URL": f"smtps://{quote(secured_inbox.user)}:{secret}@{HOST}:{secured_inbox.tls_port}",
        "WISMO_SMTP_CA_FILE": str(authority.file),
        "WISMO_SEALING_KEYS": f"k1:{b64encode(bytes(32)).decode()}",
        "WISMO_LINK_KEYS": "k1:a-secret-for-links-of-this-test-alone",
        "WISMO_TOPIC_PARTITIONS": "1",
    }


def prepare(environment: Environment, until: str) -> str:
    """Everything that the process says up to the line that holds a text; then it is ended."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WISMO_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "orders", "prepare"],
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    with process:
        for line in process.stdout:
            said += line
            if until in line:
                break
        process.terminate()
        return said + process.stdout.read()


def test_a_process_is_let_in_everywhere_with_secrets_from_files(
    environment: Environment, tmp_path: Path, unique: str
) -> None:
    for name in ("WISMO_MONGO_URL", "WISMO_KAFKA_PASSWORD"):
        (tmp_path / name).write_text(environment.pop(name) + "\n")
        environment[f"{name}_FILE"] = str(tmp_path / name)
    said = prepare(environment | {"WISMO_ORDERS_DATABASE": unique}, until="topics ready")
    assert "topics ready" in said, said
    assert PASSWORD not in said
    assert quote(PASSWORD, safe="") not in said


def test_a_process_that_is_not_let_in_says_why_and_waits(environment: Environment, unique: str) -> None:
    wrong = {
        "WISMO_ORDERS_DATABASE": unique,
        "WISMO_KAFKA_SECURITY_PROTOCOL": "ssl",
        "WISMO_KAFKA_USER": "",
        "WISMO_KAFKA_PASSWORD": "",
        "WISMO_MONGO_URL": environment["WISMO_MONGO_URL"].replace("canary", "wrong"),
    }
    said = prepare(environment | wrong, until="refuses the login, see WISMO_MONGO_URL")
    assert "refuses the login, see WISMO_MONGO_URL" in said, said
    assert "s3cret" not in said


def test_the_doctor_is_let_in_as_configured_or_says_where_not(environment: Environment, tmp_path: Path) -> None:
    found = diagnosis(environment, tmp_path)
    assert found["Kafka"].state in {"ok", "warn"}, found["Kafka"]
    assert (found["MongoDB"].state, found["SMTP"].state) == ("ok", "ok"), found
    wrong = {"WISMO_MONGO_URL": environment["WISMO_MONGO_URL"].replace("canary", "wrong"), "WISMO_SMTP_CA_FILE": ""}
    found = diagnosis(environment | wrong, tmp_path)
    assert (found["MongoDB"].state, found["SMTP"].state) == ("fail", "fail")
    assert "WISMO_MONGO_" in found["MongoDB"].advice
    assert "WISMO_SMTP_" in found["SMTP"].advice
    assert "s3cret" not in repr(found)


def diagnosis(environment: Environment, folder: Path) -> dict[str, Finding]:
    configuration = configure({}, environment, folder, None)
    return {each.what: each for each in (*stores.check(configuration), *mail.check(configuration))}
