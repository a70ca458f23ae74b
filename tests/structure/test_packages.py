"""What a service imports is what its own extra asks for: an image has nothing else."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = {"orders", "notifier", "status_page", "chassis", "wording", "wismo"}
DISTRIBUTIONS = {
    "authlib": "authlib",
    "bson": "pymongo",
    "flask_limiter": "flask-limiter",
    "google": "wismo",  # protobuf and googleapis-common-protos come with the client.
    "grpc": "grpcio",
    "grpc_health": "grpcio-health-checking",
    "grpc_reflection": "grpcio-reflection",
    "email_validator": "email-validator",
    "joserfc": "authlib",
    "kafka": "kafka-python",
    "mailparser_reply": "mail-parser-reply",
    "markupsafe": "jinja2",
    "opentelemetry": "opentelemetry-api",
    "phonenumbers": "phonenumberslite",
    "prometheus_client": "prometheus-client",
    "werkzeug": "flask",
}
"""What brings a module, where it is not a distribution of the same name."""


def asked_for(extra: str) -> set[str]:
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"][extra]]
    return {re.split(r"[<>=\[; ]", one, maxsplit=1)[0] for one in wanted}


def imported(package: str) -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "services" / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - OURS


@pytest.mark.parametrize(
    ("package", "extra"), [("orders", "orders"), ("notifier", "notifier"), ("status_page", "status-page")]
)
def test_each_import_is_asked_for(package: str, extra: str) -> None:
    needed = {DISTRIBUTIONS.get(one, one) for one in imported(package)}
    assert needed <= asked_for(extra)
