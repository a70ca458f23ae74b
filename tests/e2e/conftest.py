"""The whole product and a real browser, once a file of tests: a browser's loop must not outlive the file."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import find_browser
from tests.e2e.shard_keys import not_accounted_for
from tests.faults.running_stack import RunningStack

LISTENING = Path(__file__).parent / "listening"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The stack as `make run` starts it, with its demo orders. Whatever its processes ask of the database is noted, and
    held to the shard keys of docs/mongodb.md at the end.
    """
    noted = tmp_path_factory.mktemp("commands") / "commands.jsonl"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("WISMO_TEST_COMMANDS", str(noted))
        environment.setenv("PYTHONPATH", str(LISTENING), prepend=os.pathsep)
        with RunningStack(tmp_path_factory.mktemp("stack")) as running:
            yield running
    lines = noted.read_text(encoding="utf-8").splitlines()
    assert any("wismo_notifier.messages" in line for line in lines), "nothing was noted"
    assert not_accounted_for(lines) == set()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium without a window."""
    found = find_browser()
    assert found is not None, "no Chromium; `make test` installs one or says how"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=str(found), args=arguments)
        yield chromium
        chromium.close()
