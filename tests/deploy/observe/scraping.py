"""A Prometheus of one's own that scrapes the processes of a running stack."""

import json
import math
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from embedded_stack.servers.ports import free_port
from embedded_stack.servers.probes import http_answers
from tests.deploy.tools import tool
from tests.faults.running_stack import wait_until

Series = dict[str, list[tuple[float, float]]]


class Prometheus:
    """Runs while entered. Scrapes every second, so that a short run is enough for rates."""

    def __init__(self, folder: Path, targets: dict[str, str], rules: Path) -> None:
        self._folder = folder
        self._address = f"127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None
        settings = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(rules)],
            "scrape_configs": [
                {"job_name": name, "static_configs": [{"targets": [address]}]} for name, address in targets.items()
            ],
        }
        (folder / "prometheus.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")

    def __enter__(self) -> Self:
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    str(tool("prometheus")),
                    f"--config.file={self._folder / 'prometheus.yml'}",
                    f"--storage.tsdb.path={self._folder / 'series'}",
                    f"--web.listen-address={self._address}",
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until(lambda: http_answers(f"http://{self._address}/-/ready"), 30, "Prometheus is ready")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(30)

    def values(self, expr: str, legend: str, begin: float, end: float) -> Series:
        """The series of an expression between two times, by their legends; points that are no number are left out."""
        answer = self._ask("query_range", query=expr, start=str(begin), end=str(end), step="1")
        found: Series = {}
        for series in answer["result"]:
            name = legend
            for label, value in series["metric"].items():
                name = name.replace(f"{{{{{label}}}}}", value)
            points = [(at, float(value)) for at, value in series["values"] if math.isfinite(float(value))]
            if points:
                found[name] = points
        return found

    def alerts(self) -> dict[str, str]:
        """The alerts that are pending or firing now, and which of both."""
        return {one["labels"]["alertname"]: one["state"] for one in self._ask("alerts")["alerts"]}

    def _ask(self, what: str, **parameters: str) -> dict[str, Any]:
        url = f"http://{self._address}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=20) as reply:
            data: dict[str, Any] = json.load(reply)["data"]
        return data
