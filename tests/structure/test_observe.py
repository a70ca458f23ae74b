"""What watches an installation belongs together: dashboards, alerts, runbooks, and the tests of the alerts."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from observe.boards import ALL
from observe.dashboards import FOLDER, files

ROOT = Path(__file__).resolve().parents[2]
OBSERVE, RUNBOOKS = ROOT / "deploy" / "observe", ROOT / "docs" / "runbooks"


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((OBSERVE / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


ALERTS = [rule for rule in rules() if "alert" in rule]


def test_the_dashboards_are_what_the_script_writes() -> None:
    """`python -m observe.dashboards` after a change."""
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert written == files()


def test_the_chart_brings_the_same_alerts() -> None:
    """A chart can read no file outside its folder, so it has a copy."""
    copy = ROOT / "deploy" / "helm" / "wismo" / "alerts.yaml"
    assert copy.read_text(encoding="utf-8") == (OBSERVE / "alerts.yaml").read_text(encoding="utf-8")


def test_every_panel_says_what_it_shows_and_has_a_title_of_its_own() -> None:
    for board in ALL:
        titles = [panel.title for panel in board.panels]
        assert len(titles) == len(set(titles))
        assert all(panel.about.endswith(".") and panel.queries for panel in board.panels)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: str(alert["alert"]))
def test_every_alert_has_words_and_a_runbook(alert: dict[str, Any]) -> None:
    notes = alert["annotations"]
    assert notes["summary"]
    assert notes["description"]
    assert alert["labels"]["severity"] in {"page", "ticket"}
    page = ROOT / notes["runbook_url"]
    assert page.parent == RUNBOOKS
    assert alert["alert"] in page.read_text(encoding="utf-8")


def test_every_alert_is_tried_by_promtool_as_firing_and_as_silent() -> None:
    cases = yaml.safe_load((OBSERVE / "alerts_test.yaml").read_text(encoding="utf-8"))["tests"]
    tried = [entry for case in cases for entry in case["alert_rule_test"]]
    names = {str(alert["alert"]) for alert in ALERTS}
    assert {entry["alertname"] for entry in tried if entry["exp_alerts"]} == names
    assert {entry["alertname"] for entry in tried if not entry["exp_alerts"]} == names


def test_a_runbook_names_only_commands_that_exist() -> None:
    """The modules, sub-commands and make targets that the runbooks' code calls."""
    targets = set(re.findall(r"^([a-z][a-z-]*):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    known = {
        "orders": {"", "relay", "prepare", "reconcile"},
        "notifier": {"", "run", "watchdog", "prepare", "dead", "reconcile", "preview"},
        "status_page": {"", "projector", "rebuild", "dead", "inbound", "prepare"},
    }
    wismo = {"simulate", "doctor", "version", "order", "event", "question", "charge", "care", "merchant", "key"}
    for page in RUNBOOKS.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        code = "\n".join([*re.findall(r"```sh\n(.*?)```", text, re.DOTALL), *re.findall(r"`([^`\n]+)`", text)])
        for module, command in re.findall(r"python -m (orders|notifier|status_page)(?: ([a-z]+))?", code):
            assert command in known[module], f"{page.name}: {module} {command}"
        assert set(re.findall(r"^wismo ([a-z]+)", code, re.MULTILINE)) <= wismo, page.name
        assert set(re.findall(r"^make ([a-z-]+)", code, re.MULTILINE)) <= targets, page.name


def test_runbooks_link_to_what_is_there() -> None:
    for page in RUNBOOKS.glob("*.md"):
        links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (page.parent / link).exists()] == [], page.name
