"""A control plane of its own: real admission, scheduling and roll-outs; pods turn Ready and run nothing."""

import json
from typing import Any, Self

from embedded_stack.servers.kafka_jars import cache_folder
from embedded_stack.servers.ports import free_port
from tests.deploy.tools import CONTROL_PLANE, run, tool


class Cluster:
    """Entering starts it; leaving stops it. The first time it is built, for about five minutes."""

    def __init__(self) -> None:
        self._home = cache_folder() / "control-plane"
        self._environment = {
            "KUBE_HOME": str(self._home),
            "KUBE_API_PORT": str(free_port()),
            "KUBE_ETCD_PORT": str(free_port()),
            "KUBECONFIG": str(self._home / "kubeconfig"),
        }

    def __enter__(self) -> Self:
        tool("etcd")
        run("bash", str(CONTROL_PLANE), "build", env=self._environment, seconds=1800)
        run("bash", str(CONTROL_PLANE), "up", "3", env=self._environment, seconds=180)
        return self

    def __exit__(self, *_: object) -> None:
        run("bash", str(CONTROL_PLANE), "down", env=self._environment)

    def kubectl(self, *arguments: str, given: str = "", seconds: float = 180.0) -> str:
        """What kubectl prints. Raises AssertionError with its words."""
        return run("kubectl", *arguments, env=self._environment, given=given, seconds=seconds)

    def get(self, *arguments: str) -> Any:
        """What `kubectl get -o json` finds."""
        return json.loads(self.kubectl("get", "-o", "json", *arguments))

    def helm(self, *arguments: str, seconds: float = 240.0) -> str:
        """What helm prints. Raises AssertionError with its words."""
        return run(str(tool("helm")), *arguments, env=self._environment, seconds=seconds)

    def raw(self, path: str) -> Any:
        """An answer of the API server."""
        return json.loads(self.kubectl("get", "--raw", path))

    def answer_to(self, *arguments: str, given: str = "") -> str:
        """What kubectl says, whether the server takes it or refuses it."""
        try:
            return self.kubectl(*arguments, given=given)
        except AssertionError as refused:
            return str(refused)


def namespace(cluster: Cluster, name: str) -> str:
    """A namespace in which Pod Security "restricted" is enforced, with the Secret that the chart needs."""
    cluster.kubectl("create", "namespace", name)
    cluster.kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    cluster.kubectl("-n", name, "create", "secret", "generic", "wismo", "--from-literal=WISMO_MONGO_URL=mongodb://db")
    return name
