"""Building with buildah, on Debian's own Python: no registry is asked for a base."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.deploy.tools import run

ROOT = Path(__file__).resolve().parents[3]
BASE = "localhost/wismo-test-base:trixie"
SERVICES = {"orders": "orders", "notifier": "notifier", "status-page": "status_page"}
"""The targets of the Dockerfile, and the module that each one's image runs."""
CAN_BUILD = bool(shutil.which("buildah") and shutil.which("debootstrap") and os.geteuid() == 0)
VERSION = "0.1.0"
PATCHED = "PATCHED_BY_DISTRIBUTION=yes"
"""Debian has put the fix into its Python 3.13.5; the build tries whether it has."""


def base_is_there() -> bool:
    """Whether an earlier run has made it."""
    asked = subprocess.run(["buildah", "inspect", "--type", "image", BASE], capture_output=True, check=False)
    return asked.returncode == 0


def make_base(folder: Path) -> None:
    """Debian with Python, from Debian's packages, as an image."""
    include = "--include=python3,python3-venv,ca-certificates"
    run("debootstrap", "--variant=minbase", include, "trixie", str(folder), seconds=600)
    container = run("buildah", "from", "scratch").strip()
    run("buildah", "copy", "-q", container, str(folder), "/", seconds=300)
    run("buildah", "commit", "-q", container, BASE, seconds=300)
    run("buildah", "rm", container)


def copy_sources(folder: Path) -> Path:
    """The sources as they are now, so that all images are built from the same ones; more than an image may see."""
    for name in (
        ".dockerignore",
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "requirements.lock",
        "requirements-uv.lock",
    ):
        shutil.copy2(ROOT / name, folder / name)
    for name in ("deploy", "protos", "services"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def build(sources: Path, target: str, name: str, *, cached: bool = True, allow: str = PATCHED) -> str:
    """Build one target; its image's name. Raises AssertionError with what the build said."""
    # The machine's own authorities and wheels, where it has some, are there while it builds.
    shared = [
        part
        for one in ("/etc/ssl/certs", os.environ.get("PIP_FIND_LINKS", ""))
        if one and Path(one).is_dir()
        for part in ("--volume", f"{one}:{one}:ro")
    ]
    before = containers()
    try:
        run(
            *("buildah", "bud", "-q", "--layers" if cached else "--no-cache"),
            *("--isolation", "chroot", "--network", "host"),
            # The same version in each: the cache of buildah 1.28 does not see that a label's argument has changed.
            *(*shared, "--build-arg", f"BASE={BASE}", "--build-arg", allow, "--build-arg", f"VERSION={VERSION}"),
            *("--target", target, "-t", name, "-f", str(sources / "deploy/images/Dockerfile"), str(sources)),
            seconds=1200,
        )
    except AssertionError:
        # A build that fails leaves the containers of its stages behind, whatever it is asked.
        for left in containers() - before:
            run("buildah", "rm", left)
        raise
    return name


def containers() -> set[str]:
    """Those that are there, by their ids."""
    return set(run("buildah", "containers", "-q").split())
