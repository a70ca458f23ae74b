"""The images, built once for all tests that look at them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.images.building import BASE, SERVICES, base_is_there, build, copy_sources, make_base
from tests.deploy.images.containers import Container
from tests.deploy.told import Told
from tests.deploy.tools import run


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, told: Told) -> str:
    """The name of the image that others are built on."""
    if not base_is_there():
        with told.step("built", "the base from Debian's packages, once"):
            make_base(tmp_path_factory.mktemp("base") / "root")
    return BASE


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources that every image of this session is built from."""
    return copy_sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def images(base: str, sources: Path, told: Told) -> dict[str, str]:
    """The name of each service's image."""
    found = {}
    for service in SERVICES:
        with told.step("built", f"the image of {service}") as said:
            found[service] = build(sources, service, f"localhost/wismo-test/{service}:test")
            with Container(found[service]) as made:
                megabytes = int(run("du", "-sm", str(made.root / "opt/wismo")).split()[0])
                packages = len(list(made.root.glob("opt/wismo/lib/python3*/site-packages/*.dist-info")))
            said += [f"{packages} packages", f"{megabytes} MB over the base"]
    return found


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def container(images: dict[str, str], service: str) -> Iterator[Container]:
    with Container(images[service]) as made:
        yield made
