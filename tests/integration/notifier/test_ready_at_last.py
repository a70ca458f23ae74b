"""A process that is just starting is never called ready: from its first answer on it says what it waits for."""

import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from embedded_stack.servers import free_port
from tests.integration.notifier.running import NotifierProcess


def asked(url: str, seconds: float) -> list[int]:
    """Every answer to one question after the other, from the first one on."""
    answers: list[int] = []
    give_up = time.monotonic() + 20
    until = give_up
    while time.monotonic() < until:
        try:
            with urlopen(url, timeout=5) as answer:
                answers.append(answer.status)
        except HTTPError as refused:
            answers.append(refused.code)
            refused.close()
        except (URLError, OSError):
            time.sleep(0.001)
        if len(answers) == 1 and until == give_up:
            until = time.monotonic() + seconds
    return answers


@pytest.mark.parametrize("command", ["run", "watchdog"])
def test_without_its_database_it_is_never_ready(tmp_path: Path, unique: str, command: str) -> None:
    ops = f"127.0.0.1:{free_port()}"
    notifier = NotifierProcess(
        tmp_path,
        mongo_url=f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=300",
        bootstrap=f"127.0.0.1:{free_port()}",
        smtp_url="smtp://127.0.0.1:1",
        name=unique,
        WISMO_OPS_LISTEN=ops,
    )
    with notifier.start(command=command):
        answers = asked(f"http://{ops}/readyz", 1.5)
    assert set(answers) == {503}
