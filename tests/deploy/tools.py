"""The programs that the tests of the chart need, found or made once in the user's cache folder."""

import os
import shutil
import subprocess
from pathlib import Path

from embedded_stack.servers.kafka_jars import cache_folder

HERE = Path(__file__).parent
BIN = cache_folder() / "deploy-tools"
FROM_GO = {
    "helm": "helm.sh/helm/v3/cmd/helm@v3.17.3",
    "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform@v0.6.7",
    "kube-score": "github.com/zegl/kube-score/cmd/kube-score@v1.20.0",
}
FROM_DEBIAN = {"etcd": "etcd-server", "prometheus": "prometheus", "promtool": "prometheus"}
CONTROL_PLANE = HERE / "control-plane"


class ToolMissingError(RuntimeError):
    """A program is not there and cannot be made here; the message says how to get it."""


def tool(name: str) -> Path:
    """Where a program is. Builds it with Go where it is not on the machine, for a minute or two the first time."""
    if found := shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}"):
        return Path(found)
    if name in FROM_GO and shutil.which("go"):
        run("go", "install", FROM_GO[name], env={"GOBIN": str(BIN), "GOFLAGS": "-mod=mod"}, seconds=900)
        return BIN / name
    if name in FROM_DEBIAN and shutil.which("apt-get") and os.geteuid() == 0:
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", FROM_DEBIAN[name], seconds=300)
        return Path(shutil.which(name) or name)
    hint = f"go install {FROM_GO[name]}" if name in FROM_GO else f"apt-get install {FROM_DEBIAN.get(name, name)}"
    raise ToolMissingError(f"{name} is needed: {hint}")


def run(*command: str, env: dict[str, str] | None = None, seconds: float = 180.0, given: str = "") -> str:
    """Run it; what it printed. Raises AssertionError with all its words when it fails."""
    done = subprocess.run(
        command,
        env={**os.environ, **(env or {})},
        input=given,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout
