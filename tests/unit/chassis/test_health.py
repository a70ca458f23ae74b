"""Health: heartbeats for liveness, checks with a time limit for readiness."""

import threading

from chassis.health import Health


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_process_without_parts_is_alive_and_ready() -> None:
    assert Health().liveness().ok
    assert Health().readiness().ok


def test_a_silent_loop_fails_liveness_until_it_beats_again() -> None:
    time = Time()
    health = Health(time)
    beat = health.heartbeat("poll loop", max_age=10)
    time.now = 11
    assert health.liveness().failing == {"poll loop": "silent for 11 s"}
    assert not health.readiness().ok
    beat()
    assert health.liveness().ok


def test_checks_are_named_with_what_is_wrong() -> None:
    def broken() -> str | None:
        raise ConnectionError("user:password@host")

    health = Health()
    health.add_check("database", lambda: None)
    health.add_check("broker", lambda: "no leader")
    health.add_check("mail", broken)
    assert health.readiness().failing == {"broker": "no leader", "mail": "ConnectionError"}


def test_a_check_that_hangs_fails_in_time_and_is_started_only_once() -> None:
    release, started = threading.Event(), []

    def hangs() -> str | None:
        started.append(1)
        release.wait(10)
        return None

    health = Health()
    health.add_check("slow", hangs, timeout=0.05)
    assert health.readiness().failing == {"slow": "no answer in time"}
    assert not health.readiness().ok
    assert len(started) == 1
    release.set()


def test_a_draining_process_is_alive_but_not_ready() -> None:
    health = Health()
    health.drain()
    assert health.liveness().ok
    assert "draining" in health.readiness().failing
