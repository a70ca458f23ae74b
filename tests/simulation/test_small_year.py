"""A small year: every disaster strikes somebody, and nobody is left in the dark."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier.care import PlannedNotice
from tests.simulation.oracle import Judgement
from tests.simulation.oracle_alerts import Alerts
from tests.simulation.report import results, write
from tests.simulation.year import Year, lived, run


@pytest.fixture(scope="module")
def year() -> Year:
    return run(seed=7, orders=300)


def test_no_buyer_is_in_the_dark_and_no_alert_is_missed_or_early(year: Year) -> None:
    assert (year.dark, year.missed, year.early) == ([], [], [])


def test_without_the_watchdog_buyers_are_in_the_dark(year: Year) -> None:
    """The outsider's judgement has teeth: the same lives, nobody looking after them."""
    assert year.without.dark_orders > 100
    assert year.without.hours_dark > 50 * max(1.0, year.with_watchdog.hours_dark)


def test_the_outsider_sees_what_was_not_said_and_what_was_said_too_early() -> None:
    missed, early = 0, 0
    for number in range(60):
        one, _, _ = lived(7, number, 300, watchdog=True)
        mute, hasty = replace(one.story, notices=[]), replace(one.story, notices=_an_hour_early(one.story.notices))
        for story, judged in ((mute, Judgement()), (hasty, Judgement())):
            Alerts(story, one.now, judged).judge()
            missed += len(judged.missed) * (story is mute)
            early += len(judged.early) * (story is hasty)
    assert missed >= 3
    assert early >= 3


def _an_hour_early(notices: list[tuple[datetime, PlannedNotice]]) -> list[tuple[datetime, PlannedNotice]]:
    return [(at - timedelta(hours=1), notice) for at, notice in notices]


def test_nobody_is_flooded(year: Year) -> None:
    assert max(year.with_watchdog.messages) <= 60
    assert sum(year.with_watchdog.messages) < 2 * sum(year.without.messages)


def test_the_same_seed_gives_the_same_life() -> None:
    first, second = (lived(7, 42, 300, watchdog=True)[0].story for _ in range(2))
    assert [one.message_id for one in first.told] == [one.message_id for one in second.told]


def test_the_report_is_written(year: Year, tmp_path: Path) -> None:
    write(year, results(year, 7, 1.0), tmp_path)
    figures = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert figures["orders"] == 300
    assert figures["dark_past_policy"] == 0
    assert "| buyers in the dark past the policy | 0 |" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert (tmp_path / "dark-hours.svg").stat().st_size > 1000
