"""compose.yaml is valid by the Compose specification, and sets only what the services read."""

import re
from typing import Any

import pytest
import yaml

from chassis.settings import describe
from tests.deploy.images.building import ROOT
from tests.deploy.test_rendered import SETTINGS
from tests.deploy.told import Told, counted
from tests.deploy.tools import run

COMPOSE = ROOT / "compose.yaml"
PARTS = ("orders", "notifier", "page", "projector")


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return found


def test_it_is_valid_by_the_specification(told: Told) -> None:
    uv = str(ROOT / ".venv/bin/uv")
    check = ("tool", "run", "--from", "check-jsonschema==0.37.4", "check-jsonschema")
    with told.step("validated", f"compose.yaml, {counted(len(services()), 'service')}, by the Compose specification"):
        run(uv, *check, "--builtin-schema", "vendor.compose-spec", str(COMPOSE))


@pytest.mark.parametrize("part", PARTS)
def test_each_variable_is_a_setting_and_nothing_required_is_left_out(part: str) -> None:
    given = set(services()[part]["environment"])
    rows = describe(SETTINGS[part])
    assert given <= {row.variable for row in rows}
    assert {row.variable for row in rows if row.default is None} <= given


def test_no_key_stands_in_it_and_each_is_explained() -> None:
    asked = set(re.findall(r"\$\{(WISMO_[A-Z_]+):\?", COMPOSE.read_text(encoding="utf-8")))
    secret = {row.variable for part in PARTS for row in describe(SETTINGS[part]) if row.secret and row.default is None}
    assert secret <= asked
    explained = (ROOT / "docs/images.md").read_text(encoding="utf-8")
    assert all(f"\n{one}=" in explained for one in asked)


@pytest.mark.parametrize("part", PARTS)
def test_each_runs_as_nobody_on_a_root_that_is_only_read(part: str) -> None:
    one = services()[part]
    assert (one["user"], one["read_only"], one["cap_drop"]) == ("65532:65532", True, ["ALL"])
    assert one["healthcheck"]["test"][0] == "CMD"
