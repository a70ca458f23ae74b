"""Grafana's dashboards from `boards/`: `python -m observe.dashboards` writes them anew into `dashboards/`."""

import json
from pathlib import Path
from typing import Any

from observe.boards import ALL
from observe.panels import Dashboard, Panel

FOLDER = Path(__file__).with_name("dashboards")
_WIDTH, _HEIGHT = 12, 8
_SCHEMA = 39  # Of Grafana 11; later ones read it too.
_SOURCE = {"type": "prometheus", "uid": "${source}"}


def files() -> dict[str, str]:
    """What each file holds, by its name."""
    return {f"{one.name}.json": json.dumps(_dashboard(one), indent=2) + "\n" for one in ALL}


def _dashboard(one: Dashboard) -> dict[str, Any]:
    return {
        "uid": f"wismo-{one.name}",
        "title": one.title,
        "tags": ["wismo"],
        "schemaVersion": _SCHEMA,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "templating": {
            "list": [
                {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
            ]
        },
        "panels": [_panel(number, panel) for number, panel in enumerate(one.panels)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, 2)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": _SOURCE,
                "expr": query.expr.replace("$window", "$__rate_interval"),
                "legendFormat": query.legend,
            }
            for index, query in enumerate(panel.queries)
        ],
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(FOLDER / name)


if __name__ == "__main__":
    main()
