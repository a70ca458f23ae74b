"""What documents promise a reader at a terminal is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, re.MULTILINE))
EXPLAINED = set(re.findall(r"^([a-z][a-z-]*):.*## \S", MAKEFILE, re.MULTILINE))
DOCUMENTS = [
    path for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")) if path.exists()
]


def test_every_target_of_make_is_explained() -> None:
    assert TARGETS == EXPLAINED
    assert {"run", "reset", "setup", "test", "check", "fmt", "protos", "bench", "licences", "lock", "help"} <= TARGETS


def test_no_target_of_make_stands_twice() -> None:
    names = re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, re.MULTILINE)
    assert len(names) == len(set(names))


def test_every_target_of_make_is_phony() -> None:
    phony = {name for line in re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE) for name in line.split()}
    assert phony == TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_command_in_a_document_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    code = "\n".join(
        [*re.findall(r"```(?:console|sh|bash|text)?\n(.*?)```", text, re.DOTALL), *re.findall(r"`([^`\n]+)`", text)]
    )
    named = set(re.findall(r"(?:^|[\s;&])make ([a-z][a-z-]*)", code))
    assert named <= TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_links_to_exists(document: Path) -> None:
    linked = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
    assert [link for link in linked if not (document.parent / link).exists()] == []


def test_ci_calls_what_people_call() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make check" in script
    assert "make test" in script
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)


def test_the_table_of_licences_names_every_locked_package() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)(.*)$", lock, re.MULTILINE)
    # Packages for another operating system are not installed where the table is made.
    wanted = {f"| {name} | {version} |" for name, version, rest in locked if "sys_platform == 'win32'" not in rest}
    table = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assert [row for row in sorted(wanted) if row not in table] == []


def test_every_locked_package_has_its_hash() -> None:
    for name in ("requirements.lock", "requirements-uv.lock"):
        entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text(encoding="utf-8"))
        assert [entry.partition(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []
