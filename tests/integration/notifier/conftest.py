"""Each test's notifiers begin where its topics end when the test begins: what others told before is not theirs."""

from collections.abc import Iterator

import pytest

from tests.integration.notifier.running import begin_here


@pytest.fixture(autouse=True)
def only_what_this_test_tells(request: pytest.FixtureRequest) -> Iterator[None]:
    if "kafka_bootstrap" not in request.fixturenames:
        yield
        return
    with begin_here(request.getfixturevalue("kafka_bootstrap")):
        yield
