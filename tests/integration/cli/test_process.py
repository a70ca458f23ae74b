"""The command as a process: live output, outages, interruption, terminals."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.fakes.in_memory_orders import InMemoryOrders
from tests.integration.cli.conftest import Run, Start

NAME = "merchants/acme/orders/R-1"


@pytest.fixture(autouse=True)
def order(wismo: Run) -> None:
    assert wismo("order", "create", "order.yaml").exit_code == 0


def test_a_watch_tells_changes_line_by_line_as_they_come(wismo: Run, wismo_process: Start) -> None:
    watch = wismo_process("order", "watch", "R-1", "--count", "2")
    assert watch.stdout is not None
    assert "R-1 #1 is: confirmed" in watch.stdout.readline()
    wismo("event", "emit", "R-1", "parcel_shipped", "parcel_id=P-1")
    assert "R-1 #2 parcel_shipped P-1: confirmed" in watch.stdout.readline()
    assert watch.wait(10) == 0


def test_a_watch_in_json_is_one_document_a_line_and_goes_on_over_an_outage(
    wismo: Run, wismo_process: Start, server: InMemoryOrders
) -> None:
    watch = wismo_process("order", "watch", "R-1", "--json", "--count", "2")
    assert watch.stdout is not None
    assert json.loads(watch.stdout.readline())["order"]["reference"] == "R-1"
    server.stop()
    server.start()
    wismo("event", "emit", "R-1", "note_to_buyer", "text=back again")
    assert json.loads(watch.stdout.readline())["order"]["sequence"] == "2"
    assert watch.wait(15) == 0


def test_ctrl_c_ends_a_watch_without_a_traceback(wismo_process: Start) -> None:
    watch = wismo_process("order", "watch", "R-1")
    assert watch.stdout is not None
    watch.stdout.readline()
    watch.send_signal(signal.SIGINT)
    _, errors = watch.communicate(timeout=10)
    assert watch.returncode == 130
    assert "Traceback" not in errors


def test_on_a_terminal_a_watch_draws_the_order_live(folder: Path, wismo: Run) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "wismo.cli", "order", "watch", "R-1", "--count", "2"],
        cwd=folder,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
    ) as watch:
        os.close(theirs)
        drawn = _read_until(ours, b"A book")
        wismo("event", "emit", "R-1", "note_to_buyer", "text=hello")
        drawn += _read_until(ours, b"event 2")
        assert watch.wait(10) == 0
    os.close(ours)
    assert b"\x1b[" in drawn
    assert b"Ctrl-C ends" in drawn


def test_a_simulation_lives_through_crashes_of_the_server(
    folder: Path, wismo_process: Start, server: InMemoryOrders
) -> None:
    def crash_again_and_again() -> None:
        for _ in range(3):
            time.sleep(1)
            server.lose_next_answer(2)
            server.stop()
            time.sleep(0.5)
            server.start()

    crashing = threading.Thread(target=crash_again_and_again)
    simulation = wismo_process("simulate", "--orders", "30", "--rate", "60", "--report", "r.json")
    crashing.start()
    try:
        _, errors = simulation.communicate(timeout=90)
    finally:
        crashing.join()
    assert simulation.returncode == 0, errors
    report = json.loads((folder / "r.json").read_text())
    assert report["never_acknowledged"] == report["refused"] == []
    for order in report["orders"]:
        sent = {event["request_id"] for event in order["events"] if event["kind"] != "order_created"}
        kept = [request.request_id for request in server.recorded[order["order"]]]
        assert sorted(sent) == sorted(kept)


def test_an_interrupted_simulation_still_reports_what_was_acknowledged(
    folder: Path, wismo_process: Start, server: InMemoryOrders
) -> None:
    simulation = wismo_process("simulate", "--orders", "50", "--rate", "20", "--report", "r.json")
    give_up = time.monotonic() + 60
    while len(server.calls) < 20:
        assert time.monotonic() < give_up, "it does not begin"
        time.sleep(0.05)
    simulation.send_signal(signal.SIGINT)
    _, errors = simulation.communicate(timeout=20)
    assert simulation.returncode == 130
    assert "Traceback" not in errors
    report = json.loads((folder / "r.json").read_text())
    assert report["run"]["interrupted"]
    assert sum(len(order["events"]) for order in report["orders"]) > 10


def test_a_simulation_that_cannot_go_on_says_so(wismo_process: Start, server: InMemoryOrders) -> None:
    server.stop()
    simulation = wismo_process("simulate", "--orders", "2", "--patience", "0.3")
    _, errors = simulation.communicate(timeout=30)
    assert simulation.returncode == 3
    assert "order_created" in errors


def _read_until(terminal: int, wanted: bytes) -> bytes:
    read = b""
    while wanted not in read:
        read += os.read(terminal, 4096)
    return read
