"""The chart as it is rendered."""

from pathlib import Path
from typing import Any

import yaml

from tests.deploy.tools import run, tool

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CHART = DEPLOY / "helm" / "wismo"
VALUES = {
    "dev": ("dev",),
    "production": ("production",),
    "region": ("production", "region"),
}
KUBE_VERSION = "1.31.4"
OPERATORS = {
    "strimzi.enabled": "true",
    "mongodb.enabled": "true",
    "gateway.enabled": "true",
    "gateway.host": "orders.example",
    "gateway.ordersHost": "grpc.orders.example",
    "notifier.keda.enabled": "true",
    "notifier.keda.prometheus": "http://prometheus:9090",
    "projector.keda.enabled": "true",
}
"""Everything that needs an operator, on."""


def flags(values: tuple[str, ...], sets: dict[str, str]) -> list[str]:
    """The arguments that choose values."""
    files = [part for one in values for part in ("-f", str(DEPLOY / "helm" / "values" / f"{one}.yaml"))]
    return [*files, *(part for key, value in sets.items() for part in ("--set", f"{key}={value}"))]


def rendered(values: tuple[str, ...], sets: dict[str, str] | None = None) -> str:
    """As YAML."""
    helm = str(tool("helm"))
    chosen = flags(values, sets or {})
    return run(helm, "template", "wismo", str(CHART), "-n", "wismo", "--kube-version", KUBE_VERSION, *chosen)


def objects(values: tuple[str, ...], sets: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """As objects."""
    return [one for one in yaml.safe_load_all(rendered(values, sets)) if one]


def of_kind(found: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    """Those of some kinds."""
    return [one for one in found if one["kind"] in kinds]


def pod_of(workload: dict[str, Any]) -> dict[str, Any]:
    """The pod's spec of a workload, or of a pod itself."""
    spec: dict[str, Any] = workload["spec"] if workload["kind"] == "Pod" else workload["spec"]["template"]["spec"]
    return spec
