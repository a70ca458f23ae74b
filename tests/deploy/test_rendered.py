"""What the chart renders: settings that exist, nothing secret in the open, and pods that may run and can be rolled."""

from typing import Any

import pytest

from chassis.settings import describe
from notifier.settings import Settings as NotifierSettings
from orders.settings import Settings as OrdersSettings
from status_page.inbound.settings import InboundSettings
from status_page.settings import PageSettings, ProjectorSettings
from tests.deploy.chart import OPERATORS, VALUES, objects, of_kind, pod_of

PRODUCTION = VALUES["production"]
SETTINGS: dict[str, type] = {
    "orders": OrdersSettings,
    "relay": OrdersSettings,
    "notifier": NotifierSettings,
    "watchdog": NotifierSettings,
    "page": PageSettings,
    "projector": ProjectorSettings,
    "inbound": InboundSettings,
}
LEFT_TO_THEIR_DEFAULTS = {
    # What a deployment seldom changes: `<part>.settings` does. Each must exist in the settings, and be in no template.
    "orders": {"WISMO_ORDERS_DATABASE", "WISMO_TLS_CLIENT_CA_FILE"},
    "relay": {
        *("WISMO_ORDERS_DATABASE", "WISMO_ORDERS_LISTEN", "WISMO_RELAY", "WISMO_MAX_CONNECTION_AGE"),
        *("WISMO_ADMIN_KEY_HASH", "WISMO_SERVICE_KEY_HASH"),
        *("WISMO_TLS_CERT_FILE", "WISMO_TLS_KEY_FILE", "WISMO_TLS_CLIENT_CA_FILE"),
    },
    "notifier": {
        *("WISMO_NOTIFIER_DATABASE", "WISMO_NOTIFIER_GROUP", "WISMO_MAIL_DOMAIN", "WISMO_SENDERS"),
        *("WISMO_SENDER_LEASE", "WISMO_REPLY_ADDRESS", "WISMO_WEBHOOK_NETWORKS"),
    },
    "watchdog": {
        *("WISMO_NOTIFIER_DATABASE", "WISMO_NOTIFIER_GROUP", "WISMO_MAIL_DOMAIN", "WISMO_SENDERS"),
        *("WISMO_SENDER_LEASE", "WISMO_REPLY_ADDRESS", "WISMO_WEBHOOK_NETWORKS", "WISMO_WATCHDOG"),
        *("WISMO_CARE_LISTEN", "WISMO_SERVICE_KEY_HASH", "WISMO_TLS_CERT_FILE", "WISMO_TLS_KEY_FILE"),
    },
    "page": {
        *("WISMO_PAGE_DATABASE", "WISMO_PAGE_HOSTS", "WISMO_PAGE_THREADS", "WISMO_REPLY_ADDRESS"),
        *("WISMO_DESK_OIDC_ISSUER", "WISMO_DESK_OIDC_CLIENT_ID"),
        *("WISMO_DESK_OIDC_ROLE_CLAIM", "WISMO_DESK_OIDC_MERCHANT_CLAIM"),
    },
    "projector": {"WISMO_PAGE_DATABASE"},
    "inbound": {"WISMO_PAGE_DATABASE", "WISMO_INBOUND_POLL", "WISMO_REPLY_ADDRESS"},
}
EVERYTHING = {
    **OPERATORS,
    "page.downloads.existingClaim": "downloads",
    "connections.mongo.certSecret": "mongo-cert",
    "connections.kafka.certSecret": "kafka-cert",
    "connections.smtp.caSecret": "smtp-ca",
}


def names_of(settings: type) -> set[str]:
    return {row.variable for row in describe(settings)}


@pytest.mark.parametrize("part", SETTINGS)
def test_every_variable_is_a_setting_and_every_setting_is_given_or_left_on_purpose(part: str) -> None:
    deployments = of_kind(objects(PRODUCTION, EVERYTHING), "Deployment")
    (deployment,) = [one for one in deployments if one["metadata"]["name"] == f"wismo-{part}"]
    (container,) = pod_of(deployment)["containers"]
    given = {one["name"] for one in container["env"]}
    assert len(given) == len(container["env"]), "none twice"
    known = names_of(SETTINGS[part])
    assert given <= known
    assert known - given == LEFT_TO_THEIR_DEFAULTS[part]


@pytest.mark.parametrize("values", VALUES)
def test_no_secret_is_written_into_a_manifest(values: str) -> None:
    for workload in of_kind(objects(VALUES[values]), "Deployment", "Job"):
        for container in pod_of(workload)["containers"]:
            for one in container["env"]:
                secret = any(word in one["name"] for word in ("KEY", "SECRET", "PASSWORD", "URL", "HASH", "USER"))
                is_open = one["name"] == "WISMO_PAGE_URL" or one["name"].endswith("_FILE")
                assert ("valueFrom" in one) == (secret and not is_open), one["name"]


@pytest.mark.parametrize("values", VALUES)
def test_a_pod_that_is_rolled_has_the_time_to_end_what_it_does(values: str) -> None:
    for deployment in of_kind(objects(VALUES[values]), "Deployment"):
        pod = pod_of(deployment)
        (container,) = pod["containers"]
        serves = any(port["name"] in {"grpc", "http"} for port in container["ports"])
        pause = 5 if serves else 0
        assert ("lifecycle" in container) == serves
        # The longest of all: a call of 10 s, 12 s of grace, the last lap of 5 s.
        assert pod["terminationGracePeriodSeconds"] >= 25 + pause
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
        assert "database" not in str(container["livenessProbe"]), "a pod is not killed because the database is away"


def test_orders_is_found_replica_by_replica_and_lets_go_of_its_callers() -> None:
    found = objects(PRODUCTION)
    services = {one["metadata"]["name"]: one["spec"] for one in of_kind(found, "Service")}
    assert services["wismo-orders"]["clusterIP"] == services["wismo-notifier"]["clusterIP"] == "None"
    (orders,) = [one for one in of_kind(found, "Deployment") if one["metadata"]["name"] == "wismo-orders"]
    environment = {one["name"]: one.get("value") for one in pod_of(orders)["containers"][0]["env"]}
    assert environment["WISMO_MAX_CONNECTION_AGE"] == "300"


def test_each_selector_finds_its_own_pods_only() -> None:
    found = objects(PRODUCTION)
    labels = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in of_kind(found, "Deployment", "Job")
    } | {one["metadata"]["name"]: one["metadata"]["labels"] for one in of_kind(found, "Pod")}
    for one in of_kind(found, "Service", "PodDisruptionBudget"):
        selector = one["spec"]["selector"]
        selector = selector.get("matchLabels", selector)
        assert [name for name, its in labels.items() if selector.items() <= its.items()] == [one["metadata"]["name"]]


@pytest.mark.parametrize("maker", ["externalSecrets", "strimzi", "mongodb"])
def test_no_job_before_the_first_install_waits_for_what_that_install_makes(maker: str) -> None:
    def moments(found: list[dict[str, Any]]) -> set[str]:
        return {one["metadata"]["annotations"]["helm.sh/hook"] for one in of_kind(found, "Job")}

    given = {"externalSecrets.store.name": "vault"}
    assert moments(objects(VALUES["dev"], given)) == {"pre-install,pre-upgrade"}
    assert moments(objects(VALUES["dev"], given | {f"{maker}.enabled": "true"})) == {"pre-upgrade"}


def test_a_collector_of_traces_is_named_to_every_process_and_may_be_called() -> None:
    collector = {
        "settings.OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
        "networkPolicy.egressPorts.otlp": "4318",
    }
    for found, wanted in ((objects(PRODUCTION, collector), True), (objects(PRODUCTION), False)):
        for one in of_kind(found, "Deployment"):
            names = {each["name"] for each in pod_of(one)["containers"][0]["env"]}
            assert ("OTEL_EXPORTER_OTLP_ENDPOINT" in names) == wanted
        (everybody,) = [one for one in of_kind(found, "NetworkPolicy") if one["metadata"]["name"] == "wismo-everybody"]
        assert ({"protocol": "TCP", "port": 4318} in everybody["spec"]["egress"][-1]["ports"]) == wanted


def test_what_is_missing_is_named() -> None:
    with pytest.raises(AssertionError, match=r"kafka\.bootstrap"):
        objects(())
    with pytest.raises(AssertionError, match=r"page\.url"):
        objects((), {"kafka.bootstrap": "kafka:9092"})
    with pytest.raises(AssertionError, match=r"replicas"):
        objects(("dev",), {"orders.replicas": "two"})


def test_scaling_by_what_waits_replaces_scaling_by_cpu() -> None:
    found = objects(PRODUCTION, OPERATORS)
    scaled = {one["metadata"]["name"] for one in of_kind(found, "ScaledObject")}
    assert scaled == {"wismo-notifier", "wismo-projector"}
    by_cpu = {one["metadata"]["name"] for one in of_kind(found, "HorizontalPodAutoscaler")}
    assert by_cpu == {"wismo-orders", "wismo-page"}
    for one in of_kind(found, "Deployment"):
        assert ("replicas" in one["spec"]) == (one["metadata"]["name"] not in scaled | by_cpu)
