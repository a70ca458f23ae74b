"""What holds for every tracked file, whoever wrote it."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Files that nobody here writes by hand.
GENERATED = re.compile(r"_pb2(_grpc)?\.pyi?$|\.binpb$|^LICENSE$|^requirements.*\.lock$|\.(png|svg|woff2|ico|mo|jpg)$")
LONGEST_MODULE = 300
# Assembled here so that this file does not hold what it looks for.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
REGISTRIES = re.compile(
    "|".join([r"py" + r"pi\.org", r"python" + r"hosted\.org", r"repo1?\.maven", r"npm" + r"js\.(org|com)"])
)
MACHINE_PATHS = re.compile("|".join(["/" + "work/", "/" + "home/[a-z]", "/" + r"root/", "/" + r"Users/[A-Za-z]"]))


@cache
def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


@cache
def written() -> dict[str, str]:
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in tracked() if not GENERATED.search(name)}


def offending_lines(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in written().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_nothing_is_marked_as_unfinished() -> None:
    assert offending_lines(UNFINISHED) == []


def test_no_package_registry_is_named() -> None:
    """Where packages come from is for each installation to say; a host in a lock file would bind all of them to one."""
    locks = [
        name
        for name in tracked()
        if name.endswith(".lock") and REGISTRIES.search((ROOT / name).read_text(encoding="utf-8"))
    ]
    assert offending_lines(REGISTRIES) + locks == []


def test_no_path_of_one_machine_is_named() -> None:
    assert offending_lines(MACHINE_PATHS) == []


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {
        name: text.count("\n")
        for name, text in written().items()
        if name.endswith(".py") and text.count("\n") > LONGEST_MODULE
    }
    assert long == {}


def test_an_exception_from_a_rule_stands_beside_its_reason() -> None:
    """On the same line, or in a comment just above: one comment may give the reason for the few lines below it."""
    ignored = re.compile(r"#\s*(type:\s*ignore(\[[^\]]*\])?|noqa(:\s*[A-Z0-9, ]+)?)(?P<rest>.*)$")
    bare = []
    for name, text in written().items():
        if not name.endswith(".py"):
            continue
        lines = text.splitlines()
        for number, line in enumerate(lines):
            found = ignored.search(line)
            above = any(re.search(r"#.*[a-z]{3}", near) for near in lines[max(0, number - 3) : number])
            if found and not above and not re.search(r"[A-Za-z]{3}", found["rest"]):
                bare.append(f"{name}:{number + 1}")
    assert bare == []


def test_no_test_is_skipped_without_a_reason() -> None:
    bare = re.compile(r"@pytest\.mark\.(skip|xfail)\b(?!\()|@pytest\.mark\.(skip|skipif|xfail)\((?!.*reason=).*\)\s*$")
    assert offending_lines(bare) == []


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager", "base"])
def test_no_module_is_named_for_nothing(word: str) -> None:
    assert [name for name in tracked() if name.endswith(f"/{word}.py") or f"/{word}/" in name] == []
