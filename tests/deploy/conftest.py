"""What every test of deployment shares: an account of what was done."""

import pytest

from tests.deploy.told import Told

_TOLD = pytest.StashKey[Told]()


@pytest.fixture(scope="session")
def told(pytestconfig: pytest.Config) -> Told:
    """Takes the steps that are shown at the end."""
    return pytestconfig.stash.setdefault(_TOLD, Told())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was done, even where a test failed."""
    if (told := config.stash.get(_TOLD, None)) and told.steps:
        terminalreporter.section("what was done")
        for line in told.lines():
            terminalreporter.write_line(line)
