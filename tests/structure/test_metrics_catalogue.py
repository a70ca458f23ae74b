"""docs/metrics.md holds exactly the metrics that the services have, and alerts and dashboards ask for no others."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

import notifier.measures
import orders.measures
import status_page.inbound.measures
import status_page.projection.process
import status_page.web.measures

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "metrics.md"
BEGIN, END = "<!-- metrics:", "<!-- end of metrics -->"
MADE_BY = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
PROCESSES = {
    "orders, and the relay where it runs by itself": vars(orders.measures.Measures(CollectorRegistry())),
    "notifier, and the watchdog where it runs by itself": vars(notifier.measures.Measures(CollectorRegistry())),
    "projector": vars(status_page.projection.process),
    "page": vars(status_page.web.measures),
    "inbound mail": vars(status_page.inbound.measures),
}
ONE_PACKAGE = ("wismo_projector_", "wismo_page_", "wismo_inbound_")
# What a name does not say by its end.
UNITS = {
    "wismo_notifier_way_blocked": "0 or 1",
    "wismo_inbound_polled_seconds": "seconds since 1970",
    "wismo_care_today": "count; hours where the name says so",
}


def exposed(metric: MetricWrapperBase) -> str:
    """The name as it is scraped; a histogram has `_bucket`, `_sum` and `_count` behind it."""
    return f"{metric._name}_total" if metric._type == "counter" else metric._name


def metrics_of(names: dict[str, object]) -> list[MetricWrapperBase]:
    return [value for value in names.values() if isinstance(value, MetricWrapperBase)]


def tables() -> str:
    """One table a process."""
    lines: list[str] = []
    for process, names in PROCESSES.items():
        lines += [
            f"### {process}",
            "",
            "| metric | type | labels | unit | meaning |",
            "| --- | --- | --- | --- | --- |",
        ]
        for metric in metrics_of(names):
            name = exposed(metric)
            unit = UNITS.get(name, "seconds" if name.endswith("_seconds") else "count")
            labels = ", ".join(f"`{label}`" for label in metric._labelnames)
            lines.append(f"| `{name}` | {metric._type} | {labels} | {unit} | {metric._documentation} |")
        lines.append("")
    return "\n".join(lines)


def made_in_code() -> Iterator[str]:
    """Every metric that any module of the services makes, by its name as written."""
    for path in (ROOT / "services").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "prometheus_client" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MADE_BY:
                name = node.args[0]
                assert isinstance(name, ast.Constant), f"{path}:{node.lineno}: a metric's name is written out"
                yield str(name.value)


def test_the_catalogue_is_what_the_code_says() -> None:
    """A metric that is added, renamed, explained anew or given a label changes the page."""
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    marker, _, rest = rest.partition("\n")
    _, _, tail = rest.partition(END)
    expected = f"{head}{BEGIN}{marker}\n\n{tables()}\n{END}{tail}"
    if os.environ.get("WISMO_UPDATE_DOCS"):
        PAGE.write_text(expected, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == expected, (
        "run the test again with WISMO_UPDATE_DOCS=1 and read the change"
    )


def test_no_metric_is_made_elsewhere() -> None:
    """A metric that no listed process has would be missing on the page without anybody seeing it."""
    listed = sorted(exposed(metric) for names in PROCESSES.values() for metric in metrics_of(names))
    assert sorted(made_in_code()) == listed


def test_a_process_shows_what_it_feeds_and_nothing_of_others() -> None:
    """The page's processes are one package: a 0 of one that never counts would hide that the one that does is gone."""
    for process, expose in (
        ("projector", status_page.projection.process.expose),
        ("page", status_page.web.measures.expose),
        ("inbound mail", status_page.inbound.measures.expose),
    ):
        registry = CollectorRegistry()
        expose(registry)
        shown = {metric.name for metric in registry.collect()}
        assert shown == {metric._name for metric in metrics_of(PROCESSES[process])}
    by_import = {name for name in (metric.name for metric in REGISTRY.collect()) if name.startswith(ONE_PACKAGE)}
    assert by_import == set()


def test_no_label_can_hold_a_person_or_an_order() -> None:
    forbidden = {"merchant", "order", "buyer", "email", "recipient", "reference", "key"}
    labels = {label for names in PROCESSES.values() for metric in metrics_of(names) for label in metric._labelnames}
    assert labels & forbidden == set()


def test_what_is_observed_is_in_the_catalogue() -> None:
    """Alerts, dashboards and documents name no metric that is not there."""
    known = {exposed(metric) for names in PROCESSES.values() for metric in metrics_of(names)}
    observing = [*(ROOT / "deploy" / "observe").rglob("*.*"), *(ROOT / "docs" / "runbooks").glob("*.md")]
    texts = [ROOT / "docs" / "operate.md", *(path for path in observing if path.suffix in {".yaml", ".json", ".md"})]
    unknown = {
        (path.name, name)
        for path in texts
        for name in re.findall(
            r"\bwismo_(?:orders|notifier|watchdog|care|page|projector|inbound)_[a-z_]+", path.read_text()
        )
        if name not in known and re.sub(r"_(bucket|sum|count)$", "", name) not in known
    }
    assert unknown == set()
