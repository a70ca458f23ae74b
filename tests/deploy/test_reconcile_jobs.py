"""The jobs for after a restore: each by itself, with the settings of its service and the times that it needs."""

import pytest

from tests.deploy.chart import VALUES, objects, pod_of

TIMES = {"reconcile.backup": "2026-11-26T10:00:00Z", "reconcile.failure": "2026-11-26T11:30:00+01:00"}
ARGS = {
    "orders": ["orders", "reconcile", "--backup", TIMES["reconcile.backup"]],
    "notifier": [
        *("notifier", "reconcile", "--backup", TIMES["reconcile.backup"]),
        *("--failure", TIMES["reconcile.failure"], "--doubt", "300"),
    ],
    "page": ["status_page", "rebuild"],
}


def jobs(values: str, sets: dict[str, str]) -> list[dict[str, object]]:
    return [one for one in objects(VALUES[values], sets) if one["metadata"]["name"].startswith("wismo-reconcile")]


@pytest.mark.parametrize("values", VALUES)
def test_an_installation_has_none(values: str) -> None:
    assert jobs(values, {}) == []


@pytest.mark.parametrize("run", ARGS)
def test_each_is_its_service_with_another_command(run: str) -> None:
    (job,) = jobs("production", {**TIMES, "reconcile.run": run})
    (container,) = pod_of(job)["containers"]
    assert container["command"] == ["python", "-m"]
    assert container["args"] == ARGS[run]
    deployment = "projector" if run == "page" else run
    found = [
        one
        for one in objects(VALUES["production"])
        if one["kind"] == "Deployment" and one["metadata"]["name"] == f"wismo-{deployment}"
    ]
    (same,) = pod_of(found[0])["containers"]
    assert container["env"] == same["env"]
    assert container["securityContext"] == same["securityContext"]


def test_gaps_are_accepted_by_orders_alone() -> None:
    for run in ARGS:
        (job,) = jobs("production", {**TIMES, "reconcile.run": run, "reconcile.acceptGaps": "true"})
        assert ("--accept-gaps" in pod_of(job)["containers"][0]["args"]) == (run == "orders")


@pytest.mark.parametrize(("run", "missing"), [("orders", "backup"), ("notifier", "failure")])
def test_a_missing_time_is_refused(run: str, missing: str) -> None:
    times = {name: value for name, value in TIMES.items() if not name.endswith(missing)}
    with pytest.raises(AssertionError, match=f"reconcile.{missing}"):
        jobs("production", {**times, "reconcile.run": run})
