"""The loops of the watch: what a tick does and shows, what the sweep says, what an outsider sees of both."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from notifier.care.measures import Tally
from notifier.measures import Measures
from notifier.rpc.book import Now
from notifier.watching.fleet import Fleet
from notifier.watching.store import Claimed, Recomputed, Spoken, Swept
from notifier.watching.sweep import Sweep, SweepPace
from notifier.watching.watchdog import Watchdog, WatchdogPace


@dataclass
class ScriptedStore:
    """Gives what the test says, once each, then nothing."""

    claims: list[Claimed] = field(default_factory=list)
    recomputes: list[Recomputed] = field(default_factory=list)
    sweeps: list[Swept] = field(default_factory=list)
    beats: list[str] = field(default_factory=list)
    spoken: list[Claimed] = field(default_factory=list)
    away: bool = False

    def claim(self, limit: int, lease: timedelta) -> Claimed:
        if self.away:
            raise ConnectionError
        return self.claims.pop(0) if self.claims else Claimed()

    def speak(self, claimed: Claimed) -> Spoken:
        self.spoken.append(claimed)
        return Spoken(len(claimed.orders), tuple(f"{order}!notice" for order in claimed.orders))

    def recompute(self, limit: int) -> Recomputed | None:
        return self.recomputes.pop(0) if self.recomputes else None

    def sweep(self, after: str, limit: int) -> Swept:
        return self.sweeps.pop(0)

    def beat(self, owner: str) -> None:
        self.beats.append(owner)

    def silent_for(self) -> timedelta | None:
        return None


class Shown:
    """Measures, and what they show."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.measures = Measures(self.registry)

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


def test_a_tick_says_what_is_due_wakes_the_senders_and_beats() -> None:
    shown, woken = Shown(), []
    store = ScriptedStore([Claimed(("a", "b"), "token", timedelta(seconds=7), more=True)])
    watchdog = Watchdog(store, shown.measures, "me", wake=lambda: woken.append(1))
    assert watchdog.tick() is True
    assert ([one.token for one in store.spoken], store.beats, woken) == (["token"], ["me"], [1])
    assert shown("wismo_watchdog_scan_lag_seconds") == 7
    assert shown("wismo_watchdog_notices_total") == 2


def test_a_tick_without_anything_due_beats_all_the_same_and_wakes_nobody() -> None:
    shown, woken, store = Shown(), [], ScriptedStore()
    assert Watchdog(store, shown.measures, "me", wake=lambda: woken.append(1)).tick() is False
    assert (store.beats, woken, store.spoken) == (["me"], [], [])
    assert shown("wismo_watchdog_scan_lag_seconds") == 0


def test_policies_are_applied_chunk_by_chunk_between_what_is_due() -> None:
    store = ScriptedStore(recomputes=[Recomputed("m", 200, 3, finished=False), Recomputed("m", 250, 4, finished=True)])
    watchdog = Watchdog(store, Shown().measures, "me")
    assert [watchdog.tick() for _ in range(3)] == [True, True, False]


def test_a_tick_that_fails_does_not_beat() -> None:
    store = ScriptedStore(away=True)
    with pytest.raises(ConnectionError):
        Watchdog(store, Shown().measures, "me").tick()
    assert store.beats == []


def test_the_thread_outlives_a_database_that_is_away() -> None:
    store = ScriptedStore(away=True)
    watchdog = Watchdog(store, Shown().measures, "me", pace=WatchdogPace(pause=0.01))
    watchdog.start()
    store.away = False
    for _ in range(300):
        if store.beats:
            break
        watchdog._stop.wait(0.02)
    watchdog.stop()
    assert store.beats


def test_a_sweep_counts_orphans_and_what_could_not_be_mended() -> None:
    shown = Shown()
    store = ScriptedStore(sweeps=[Swept(200, ("a", "b"), 1, "m"), Swept(10)])
    assert Sweep(store, shown.measures, pace=SweepPace(pause=0)).once() == 2
    assert shown("wismo_watchdog_orphans") == 2
    assert shown("wismo_watchdog_orphans_left") == 1
    assert shown("wismo_watchdog_swept_orders") == 210


def test_the_fleet_is_added_up() -> None:
    class Book:
        def now(self) -> datetime:
            return datetime(2026, 11, 20, tzinfo=UTC)

        def merchants(self) -> list[str]:
            return ["a", "b"]

        def standing(self, merchant: str) -> Now:
            return Now(open_orders=5, dark_orders=1)

        def of_all(self, day: date) -> list[Tally]:
            return [Tally({"orders": 2}), Tally({"orders": 3, "promises_due": 1})]

    shown = Shown()
    Fleet(Book(), shown.measures).publish()
    assert shown("wismo_care_now", what="open_orders") == 10
    assert shown("wismo_care_now", what="dark_orders") == 2
    assert shown("wismo_care_today", what="orders") == 5
