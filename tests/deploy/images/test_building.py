"""A build takes nothing that is not locked with its hash, refuses a Python that is too old, and can be repeated."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from images.check_python import is_fixed, refusal
from tests.deploy.images.building import CAN_BUILD, ROOT, build
from tests.deploy.images.containers import Container
from tests.deploy.told import Told, counted

builds = [
    pytest.mark.skipif(not CAN_BUILD, reason="as root, with: apt-get install buildah debootstrap"),
    pytest.mark.timeout(1800),
]
LOCKS = ("requirements.lock", "deploy/images/build-tools.lock")


def pinned(lock: str) -> dict[str, str]:
    """Each package of a lock file with its version and hashes."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))
    return {entry.partition("==")[0]: entry.partition("==")[2] for entry in entries}


def test_what_builds_is_locked_with_hashes_and_at_the_versions_of_the_other_lock() -> None:
    ours, tools = (pinned(lock) for lock in LOCKS)
    assert {"cyclonedx-bom", "hatchling"} <= tools.keys()
    assert [name for name, rest in tools.items() if "--hash=sha256:" not in rest] == []
    versions = {name: (ours[name].split()[0], tools[name].split()[0]) for name in ours.keys() & tools.keys()}
    assert [name for name, (one, other) in versions.items() if one != other] == []


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        *(((3, 11, 14), False), ((3, 11, 15), True), ((3, 12, 12), False), ((3, 12, 13), True)),
        *(((3, 13, 11), False), ((3, 13, 12), True), ((3, 10, 99), False), ((3, 15, 0), True)),
    ],
)
def test_a_release_is_known_by_its_number(version: tuple[int, int, int], fixed: bool) -> None:
    assert is_fixed(version) == fixed
    assert (refusal(version, "no", injects=False) is None) == fixed


def test_no_word_of_a_distribution_helps_a_python_that_was_seen_to_inject() -> None:
    assert refusal((3, 13, 5), "yes", injects=False) is None
    assert "tried just now" in str(refusal((3, 13, 5), "yes", injects=True))
    assert "tried just now" in str(refusal((3, 14, 0), "no", injects=True))


class TestBuilt:
    pytestmark = builds

    def test_a_base_that_is_too_old_is_refused(self, base: str, sources: Path, told: Told) -> None:
        with (
            told.step("refused", "a base with Python 3.13.5, without its distribution's word"),
            pytest.raises(AssertionError, match=r"Python 3\.13\.5 is older than the fix of CVE-2026-1299"),
        ):
            build(sources, "orders", "localhost/wismo-test/refused:test", allow="PATCHED_BY_DISTRIBUTION=no")

    @pytest.mark.parametrize(
        ("lock", "package", "words"),
        [
            (LOCKS[0], "babel", "Hash mismatch"),
            (LOCKS[1], "hatchling", "Hash mismatch"),
            (LOCKS[0], "", "no trusted hash"),
        ],
        ids=["another package", "another build tool", "a package that is not locked"],
    )
    def test_what_is_not_what_was_locked_is_refused(
        self, base: str, sources: Path, tmp_path: Path, told: Told, lock: str, package: str, words: str
    ) -> None:
        changed = tmp_path / "sources"
        shutil.copytree(sources, changed)
        text = (changed / lock).read_text(encoding="utf-8")
        entry = next(
            each for each in re.findall(r"(?m)^\S+==.*\n(?:    .*\n)+", text) if each.startswith(package or "babel")
        )
        other = re.sub(r"sha256:\w{8}", "sha256:00000000", entry) if package else ""
        (changed / lock).write_text(text.replace(entry, other), encoding="utf-8")
        with told.step("refused", f"{package or 'babel'}, {words.lower()}"), pytest.raises(AssertionError, match=words):
            build(changed, "orders", "localhost/wismo-test/refused:test")

    def test_two_builds_of_the_same_sources_have_the_same_content(self, base: str, sources: Path, told: Told) -> None:
        found = []
        with told.step("built twice", "the image of orders, without a cache") as said:
            for time in ("first", "second"):
                name = build(sources, "orders", f"localhost/wismo-test/repeated:{time}", cached=False)
                with Container(name) as made:
                    found.append(content(made.root / "opt/wismo"))
            said.append(f"{counted(len(found[0]), 'file')} and links the same")
        assert len(found[0]) > 1000
        assert found[0] == found[1]


def content(folder: Path) -> dict[str, tuple[int, str]]:
    """Of each file its rights and its hash, of each link where it leads."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = (0, str(path.readlink()))
        elif path.is_file():
            hashed = hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(folder))] = (path.stat().st_mode, hashed)
    return found
