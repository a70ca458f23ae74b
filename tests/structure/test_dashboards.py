"""The dashboards as Grafana's own types read them: a field that it does not know would be ignored, and nobody told."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

DASHBOARDS = Path(__file__).resolve().parents[2] / "deploy" / "observe" / "dashboards"
FILES = sorted(DASHBOARDS.glob("*.json"))


def unknown(raw: dict[str, Any]) -> list[str]:
    """The places of a dashboard that are lost when it is read and written again."""
    plugins.register_default_plugins()
    again = dict(leaves(json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(raw)))))
    nothing = object()
    return [place for place, value in leaves(raw) if again.get(place, nothing) != value]


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its place, such as `panels[0].title`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{place}.{name}".removeprefix("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{place}[{number}]")
    else:
        yield place, value


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_grafana_knows_every_field(file: Path) -> None:
    assert unknown(json.loads(file.read_text(encoding="utf-8"))) == []


def test_a_field_that_grafana_does_not_know_would_be_found() -> None:
    raw = json.loads(FILES[0].read_text(encoding="utf-8"))
    raw["panels"][0]["targets"][0]["expression"] = "up"
    raw["panels"][0]["fieldConfig"]["defaults"]["units"] = "s"
    assert unknown(raw) == ["panels[0].fieldConfig.defaults.units", "panels[0].targets[0].expression"]
