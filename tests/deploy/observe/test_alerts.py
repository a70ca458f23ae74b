"""The alerts, by promtool on recorded series."""

from pathlib import Path

import pytest

from tests.deploy.told import Told, counted
from tests.deploy.tools import run, tool

OBSERVE = Path(__file__).resolve().parents[3] / "deploy" / "observe"


def test_the_rules_are_valid() -> None:
    assert "SUCCESS" in run(str(tool("promtool")), "check", "rules", str(OBSERVE / "alerts.yaml"))


def test_every_alert_fires_when_it_must_and_only_then(told: Told) -> None:
    promtool = str(tool("promtool"))
    alerts = (OBSERVE / "alerts.yaml").read_text(encoding="utf-8").count("- alert: ")
    with told.step("tried", f"{counted(alerts, 'alert')} on recorded series"):
        assert "SUCCESS" in run(promtool, "test", "rules", str(OBSERVE / "alerts_test.yaml"))


def test_an_alert_with_another_limit_is_found(tmp_path: Path) -> None:
    """The recorded series would not pass whatever the rules say."""
    rules = (OBSERVE / "alerts.yaml").read_text(encoding="utf-8")
    assert rules.count("> 1000\n") == 2
    (tmp_path / "alerts.yaml").write_text(rules.replace("> 1000\n", "> 2000\n"), encoding="utf-8")
    (tmp_path / "alerts_test.yaml").write_bytes((OBSERVE / "alerts_test.yaml").read_bytes())
    with pytest.raises(AssertionError, match="WismoConsumerLag"):
        run(str(tool("promtool")), "test", "rules", str(tmp_path / "alerts_test.yaml"))
