"""The chart on a real API server: installed, upgraded, rolled back, under Pod Security "restricted"."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.chart import CHART, VALUES, flags, objects, of_kind, pod_of, rendered
from tests.deploy.cluster import Cluster, namespace
from tests.deploy.schemas import write_schemas
from tests.deploy.told import Told, counted
from tests.deploy.tools import run, tool
from tests.faults.running_stack import wait_until

BARE = {
    # What needs the resources of an operator, off.
    "externalSecrets.enabled": "false",
    "monitoring.podMonitor.enabled": "false",
    "monitoring.prometheusRule.enabled": "false",
}


@pytest.fixture(scope="module")
def cluster(told: Told) -> Iterator[Cluster]:
    with ExitStack() as leaving:
        with told.step("started", "a control plane") as said:
            cluster = leaving.enter_context(Cluster())
            said.append(f"Kubernetes {cluster.raw('/version')['gitVersion']}")
            said.append(counted(len(cluster.get("nodes")["items"]), "node"))
        yield cluster


@pytest.fixture(scope="module")
def release(cluster: Cluster, told: Told) -> str:
    """The namespace of a release of production's values, with every roll-out done."""
    name = namespace(cluster, "wismo")
    with told.step("installed", "production's values under the standard restricted") as said:
        install(cluster, name)
        said.append(counts(cluster, name))
    return name


def install(cluster: Cluster, where: str, command: str = "install", **sets: str) -> None:
    chosen = flags(VALUES["production"], {**BARE, **{key.replace("__", "."): value for key, value in sets.items()}})
    cluster.helm(command, "wismo", str(CHART), "-n", where, "--wait", "--timeout", "120s", *chosen)


def counts(cluster: Cluster, where: str) -> str:
    """What of a release is there and ready."""
    deployments = cluster.get("deployments", "-n", where)["items"]
    pods = sum(one["status"].get("readyReplicas", 0) for one in deployments)
    return f"{counted(len(deployments), 'deployment')}, {counted(pods, 'pod')} ready"


def images(cluster: Cluster, where: str) -> set[str]:
    """The tags that run once every roll-out is over."""
    for one in cluster.get("deployments", "-n", where)["items"]:
        cluster.kubectl("-n", where, "rollout", "status", f"deployment/{one['metadata']['name']}", "--timeout=60s")
    wait_until(lambda: _is_settled(cluster, where), 60, "the pods that were replaced are gone")
    pods = _living(cluster, where)
    return {container["image"].rpartition(":")[2] for pod in pods for container in pod["spec"]["containers"]}


def _is_settled(cluster: Cluster, where: str) -> bool:
    wanted = sum(one["spec"]["replicas"] for one in cluster.get("deployments", "-n", where)["items"])
    return bool(len(_living(cluster, where)) == wanted)


def _living(cluster: Cluster, where: str) -> list[dict[str, Any]]:
    pods = cluster.get("pods", "-n", where, "-l", "app.kubernetes.io/name=wismo")["items"]
    deployed = [pod for pod in pods if pod["metadata"].get("ownerReferences", [{}])[0].get("kind") == "ReplicaSet"]
    return [pod for pod in deployed if "deletionTimestamp" not in pod["metadata"]]


def test_every_rollout_is_ready_under_the_restricted_standard(cluster: Cluster, release: str) -> None:
    deployments = cluster.get("deployments", "-n", release)["items"]
    assert {one["metadata"]["name"].removeprefix("wismo-") for one in deployments} == {
        *("orders", "relay", "notifier", "watchdog", "page", "projector", "inbound")
    }
    for one in deployments:
        cluster.kubectl("-n", release, "rollout", "status", f"deployment/{one['metadata']['name']}", "--timeout=60s")


def test_a_pod_that_may_do_more_is_refused(cluster: Cluster, release: str, told: Told) -> None:
    (page,) = [one for one in of_kind(objects(VALUES["production"]), "Deployment") if "page" in one["metadata"]["name"]]
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "rooted", "namespace": release},
        "spec": pod_of(page) | {"serviceAccountName": "default"},
    }
    cluster.kubectl("apply", "--dry-run=server", "-f", "-", given=json.dumps(pod))
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    with told.step("refused", "1 pod that may escalate its privileges"):
        words = cluster.answer_to("apply", "--dry-run=server", "-f", "-", given=json.dumps(pod))
        assert 'violates PodSecurity "restricted' in words


def test_an_upgrade_rolls_and_a_roll_back_brings_the_old_one_back(cluster: Cluster, told: Told) -> None:
    where = namespace(cluster, "rolled")
    with told.step("installed", "a second release") as said:
        install(cluster, where)
        assert images(cluster, where) == {"0.1.0"}
        said.append(counts(cluster, where))
    with told.step("upgraded", "to the next tag") as said:
        install(cluster, where, "upgrade", image__tag="next")
        assert images(cluster, where) == {"next"}
        said.append(counts(cluster, where))
    with told.step("rolled back", "to the first revision") as said:
        cluster.helm("rollback", "wismo", "1", "-n", where, "--wait", "--timeout", "120s")
        assert images(cluster, where) == {"0.1.0"}
        said.append(counts(cluster, where))
    history = json.loads(cluster.helm("history", "wismo", "-n", where, "-o", "json"))
    assert [one["status"] for one in history] == ["superseded", "superseded", "deployed"]
    with told.step("uninstalled", "nothing is left"):
        cluster.helm("uninstall", "wismo", "-n", where, "--wait")
        everything = ("all", "-n", where, "-l", "app.kubernetes.io/name=wismo")
        wait_until(lambda: not cluster.get(*everything)["items"], 90, "nothing is left")


def test_a_voluntary_eviction_never_leaves_fewer_than_the_budget_allows(
    cluster: Cluster, release: str, told: Told
) -> None:
    pods = cluster.get("pods", "-n", release, "-l", "app.kubernetes.io/component=projector")["items"]
    assert len(pods) == 3
    budget = ("pdb", "wismo-projector", "-n", release)
    wait_until(
        lambda: cluster.get(*budget).get("status", {}).get("disruptionsAllowed") == 1, 120, "the budget is known"
    )
    answers = []
    with told.step("evicted") as said:
        # Nothing becomes ready meanwhile: the node that would run the next one takes nothing.
        for node in cluster.get("nodes")["items"]:
            cluster.kubectl("cordon", node["metadata"]["name"])
        for pod in pods:
            name = pod["metadata"]["name"]
            eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": release}}
            path = f"/api/v1/namespaces/{release}/pods/{name}/eviction"
            words = cluster.answer_to("create", "--raw", path, "-f", "-", given=json.dumps(eviction))
            answers.append("refused" if "disruption budget" in words else words and "evicted")
        for node in cluster.get("nodes")["items"]:
            cluster.kubectl("uncordon", node["metadata"]["name"])
        assert answers == ["evicted", "refused", "refused"]
        said.append(f"1 of {len(answers)} pods, {answers.count('refused')} refused by the budget")
    cluster.kubectl("-n", release, "rollout", "status", "deployment/wismo-projector", "--timeout=60s")


def test_each_scaler_finds_what_it_scales(cluster: Cluster, release: str) -> None:
    for scaler in cluster.get("hpa", "-n", release)["items"]:
        target = scaler["spec"]["scaleTargetRef"]
        deployment = cluster.get(target["kind"], target["name"], "-n", release)
        assert scaler["spec"]["minReplicas"] >= 2
        (container,) = pod_of(deployment)["containers"]
        assert container["resources"]["requests"]["cpu"], "a share of CPU is a share of what was requested"


def test_each_manifest_is_what_this_api_server_describes(cluster: Cluster, tmp_path: Path, told: Told) -> None:
    assert write_schemas(cluster.raw("/openapi/v2"), tmp_path) > 100
    location = f"{tmp_path}/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json"
    check = (str(tool("kubeconform")), "-strict", "-output", "json", "-summary", "-schema-location", location)
    with told.step("validated") as said:
        for name, values in VALUES.items():
            answer = run(*check, "-skip", "ExternalSecret,PodMonitor,PrometheusRule", "-", given=rendered(values))
            summary = json.loads(answer)["summary"]
            assert (summary["invalid"], summary["errors"]) == (0, 0)
            skipped = f" ({summary['skipped']} of operators skipped)" if summary["skipped"] else ""
            said.append(f"{counted(summary['valid'], 'manifest')} of {name}{skipped}")
    wrong = rendered(VALUES["dev"]).replace("terminationGracePeriodSeconds", "terminationGraceSeconds")
    with pytest.raises(AssertionError, match="terminationGraceSeconds"):
        run(*check, "-", given=wrong)


def test_the_test_of_the_release_asks_where_others_look(cluster: Cluster, release: str) -> None:
    (pod,) = of_kind(objects(VALUES["production"]), "Pod")
    (container,) = pod_of(pod)["containers"]
    services = {one["metadata"]["name"] for one in cluster.get("services", "-n", release)["items"]}
    assert services == {"wismo-orders", "wismo-notifier", "wismo-page"}
    script = container["args"][0]
    compile(script, "helm test", "exec")
    assert all(f'"{{name}}-{part}"' in script.replace('f"', '"') for part in ("orders", "notifier"))


def test_the_chart_is_linted(told: Told) -> None:
    helm, kube_score = str(tool("helm")), str(tool("kube-score"))
    with told.step("linted", f"{counted(len(VALUES), 'set')} of values by helm, production's by kube-score") as said:
        for values in VALUES.values():
            run(helm, "lint", "--strict", str(CHART), *flags(values, {}))
        score = scored(kube_score)
        assert [line for line in score if line.startswith("[CRITICAL]")] == []
        said.append(f"{counted(len(score), 'check')}, none critical")


def scored(kube_score: str) -> list[str]:
    """What kube-score says of production's manifests, a line for each check of each object."""
    return run(
        *(kube_score, "score", "--output-format", "ci", "--kubernetes-version", "v1.31"),
        *(f"--ignore-test={one}" for one in NOT_OURS),
        "-",
        given=rendered(VALUES["production"]),
    ).splitlines()


NOT_OURS = (
    # Pinned by digest in `image.digests`, and by a tag that is never moved otherwise.
    "container-image-pull-policy",
    # A limit of CPU slows a process down in the middle of a call; its request already shares out fairly.
    "container-resources",
    # The memory of /tmp is limited where it is made.
    "container-ephemeral-storage-request-and-limit",
    # A user of the distroless kind: below 10,000, and nobody's on the node.
    "container-security-context-user-group-id",
)


def test_the_values_files_are_read_as_they_are_named() -> None:
    for names in VALUES.values():
        for name in names:
            values = yaml.safe_load((CHART.parent / "values" / f"{name}.yaml").read_text(encoding="utf-8"))
            assert values["kafka"]["bootstrap"]
