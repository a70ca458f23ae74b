"""Clock, backoff, crash points, stop signal, CloudEvents headers."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.backoff import Backoff
from chassis.clock import SystemClock
from chassis.cloudevents import CloudEvent, NotACloudEvent, from_headers, to_headers
from chassis.crash_points import CrashPlan, crash_point, crash_points_in
from chassis.shutdown import StopSignal


def test_the_clock_tells_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_waits_double_up_to_the_maximum_and_are_drawn_below_it() -> None:
    always = Backoff(initial=1, maximum=10, draw=lambda: 1.0)
    assert [always.delay(n) for n in range(1, 7)] == [1, 2, 4, 8, 10, 10]
    assert Backoff(initial=1, draw=lambda: 0.0, floor=0.2).delay(3) == 0.2
    assert Backoff(maximum=5).bound(10_000) == 5
    waits = Backoff(initial=1, draw=lambda: 0.5).delays()
    assert [next(waits), next(waits)] == [0.5, 1.0]


def test_attempts_are_counted_from_one() -> None:
    with pytest.raises(ValueError):
        Backoff().delay(0)


def test_a_crash_comes_at_its_place_on_its_visit_and_only_there() -> None:
    died = []
    plan = CrashPlan({"WISMO_CRASH_AT": "a.b.c:2"}, lambda: died.append(1))
    plan.visit("a.b.other")
    plan.visit("a.b.c")
    assert not died
    plan.visit("a.b.c")
    plan.visit("a.b.c")
    assert died == [1]


def test_without_a_plan_a_crash_point_does_nothing() -> None:
    crash_point("chassis.test.nowhere")
    with pytest.raises(ValueError):
        CrashPlan({"WISMO_CRASH_AT": "a:0"}, lambda: None)


def test_a_planned_crash_kills_the_process_without_goodbye() -> None:
    program = "from chassis.crash_points import crash_point; crash_point('a.b.c'); print('alive', flush=True)"
    environ = {**os.environ, "WISMO_CRASH_AT": "a.b.c"}
    ended = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout == b""


def test_all_crash_points_can_be_listed_from_the_source(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("crash_point('s.b')\ndef f():\n    crash_points.crash_point('s.a')\n")
    assert [(point.name, point.line) for point in crash_points_in(tmp_path)] == [("s.a", 3), ("s.b", 1)]
    (tmp_path / "b.py").write_text("crash_point('s.a')\n")
    with pytest.raises(ValueError, match=r"s\.a"):
        crash_points_in(tmp_path)
    (tmp_path / "b.py").write_text("crash_point(name)\n")
    with pytest.raises(ValueError, match="literal"):
        crash_points_in(tmp_path)


def test_a_stop_is_seen_by_threads_that_wait() -> None:
    stop = StopSignal()
    threading.Timer(0.02, stop.set, ["enough"]).start()
    assert stop.wait(5)
    stop.set("again")
    assert stop.is_set()
    assert stop.reason == "enough"


async def test_a_stop_is_seen_by_tasks_that_wait_and_by_those_that_come_later() -> None:
    stop = StopSignal()
    tasks = [asyncio.create_task(stop.wait_async()) for _ in range(2)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    threading.Thread(target=stop.set).start()
    await asyncio.wait_for(tasks[0], 5)
    await asyncio.wait_for(stop.wait_async(), 5)


CHILD = """
import sys, time
from chassis.shutdown import StopSignal
stop = StopSignal().install()
print("ready", flush=True)
stop.wait()
print(stop.reason, flush=True)
time.sleep(30)
"""


def test_the_first_signal_asks_and_the_second_one_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGTERM)
        assert child.stdout.readline() == "received SIGTERM\n"
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.wait(10) == 128 + signal.SIGINT
        assert time.monotonic() - began < 5


EVENT = CloudEvent(
    id="merchants/demo/orders/R-1#3",
    source="//wismo/orders",
    type="wismo.order.parcel_shipped.v1",
    time=datetime(2026, 11, 23, 22, 21, 5, 120000, UTC),
    subject="merchants/demo/orders/R-1",
)


def test_a_cloud_event_goes_into_headers_and_comes_back() -> None:
    headers = dict(to_headers(EVENT))
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_time"] == b"2026-11-23T22:21:05.120000Z"
    assert headers["content-type"] == b"application/protobuf"
    assert from_headers([*to_headers(EVENT), ("traceparent", b"00-1")]) == EVENT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_id", b""),
        ("ce_specversion", b"0.3"),
        ("ce_time", b"soon"),
        ("ce_time", b"2026-11-23T10:00:00"),
        ("ce_type", b"\xff"),
    ],
)
def test_headers_that_are_no_cloud_event_are_refused_by_the_attribute_s_name(name: str, value: bytes) -> None:
    with pytest.raises(NotACloudEvent, match=name):
        from_headers((dict(to_headers(EVENT)) | {name: value}).items())
