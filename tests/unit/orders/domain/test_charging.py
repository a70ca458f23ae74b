"""May a trial be charged? One table of cases, and the numbers of the contract."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from orders.domain.changes.care import LinesCancelled
from orders.domain.changes.contact import MessageBounced
from orders.domain.changes.entitlement import (
    AllowanceUsed,
    ChargeMade,
    ChargeNoticeAccepted,
    TrialCancelled,
    TrialStarted,
)
from orders.domain.charging import Asked, Obstacle, may_charge
from orders.domain.errors import UnknownLine
from orders.domain.events import Change
from orders.domain.order import LineQuantity, Money, Order
from tests.unit.orders.order_lives import DAY, HOUR, START, new_order, tell
from wismo.orders.v1 import questions_service_pb2

NINE, TWELVE = Money("EUR", 9), Money("EUR", 12)
ENDS = START + 14 * DAY
TRIAL = TrialStarted("course", ENDS, NINE, allowance_unit="lessons", allowance_total=10)
USED_UP = AllowanceUsed("course", 10)


def notice(accepted: float, charge: float = 14, amount: Money = NINE) -> tuple[float, Change]:
    """Accepted on this day, of a charge on that one."""
    change = ChargeNoticeAccepted("course", START + charge * DAY, amount, f"m-{accepted}-{charge}")
    return accepted, change


@dataclass(frozen=True)
class Case:
    """What happened, day by day; what is asked and when; what is said."""

    told: tuple[tuple[float, Change], ...]
    at: float
    obstacle: Obstacle
    says: str = ""
    from_day: float | None = None
    amount: Money = NINE
    notice: timedelta = 7 * DAY


CASES = {
    "all is well": Case(((0, TRIAL), notice(6.9), (9, USED_UP)), 14, Obstacle.UNSPECIFIED, "Nothing speaks against it"),
    "no trial was started": Case((), 14, Obstacle.NO_TRIAL, "no trial that was started"),
    "cancelled before it began": Case(((0, LinesCancelled((LineQuantity("course"),))),), 14, Obstacle.NO_TRIAL),
    "cancelled": Case(
        ((0, TRIAL), notice(6.9), (9, USED_UP), (13, TrialCancelled("course"))),
        14,
        Obstacle.CANCELLED,
        "cancelled on 2026-03-15 09:00 UTC",
    ),
    "the line was cancelled": Case(
        ((0, TRIAL), (3, LinesCancelled((LineQuantity("course"),)))), 14, Obstacle.CANCELLED
    ),
    "still running": Case(
        ((0, TRIAL), notice(6.9), (9, USED_UP)), 13.9, Obstacle.TRIAL_RUNNING, "runs until 2026-03-16 09:00 UTC", 14
    ),
    "running, and told too late for its end": Case(((0, TRIAL), notice(10)), 12, Obstacle.TRIAL_RUNNING, "", 17),
    "never told": Case(((0, TRIAL), (9, USED_UP)), 14, Obstacle.NO_NOTICE, "has accepted no notice"),
    "told too late": Case(
        ((0, TRIAL), notice(7.5), (9, USED_UP)),
        14,
        Obstacle.NO_NOTICE,
        "may be made from 2026-03-16 21:00 UTC on",
        14.5,
    ),
    "told in time by a shorter policy": Case(
        ((0, TRIAL), notice(7.5), (9, USED_UP)), 14, Obstacle.UNSPECIFIED, notice=3 * DAY
    ),
    "told of a later day": Case(((0, TRIAL), notice(5, 16), (9, USED_UP)), 14, Obstacle.NO_NOTICE, "", 16),
    "the notice came back": Case(
        ((0, TRIAL), notice(6.9), (7, MessageBounced("m-6.9-14")), (9, USED_UP)), 14, Obstacle.NO_NOTICE
    ),
    "allowance left": Case(
        ((0, TRIAL), notice(6.9), (9, AllowanceUsed("course", 7))),
        14,
        Obstacle.ALLOWANCE_LEFT,
        "3 of 10 lessons are left",
    ),
    "another amount": Case(
        ((0, TRIAL), notice(6.9), (9, USED_UP)),
        14,
        Obstacle.AMOUNT_DIFFERS,
        "told of EUR 9.00, not of EUR 12.00",
        amount=TWELVE,
    ),
    "another amount that was told lately": Case(
        ((0, TRIAL), notice(6.9), notice(10, 14, TWELVE), (11, USED_UP)),
        14,
        Obstacle.AMOUNT_DIFFERS,
        "",
        17,
        TWELVE,
    ),
    "a second charge by the first notice": Case(
        ((0, TRIAL), notice(6.9), (9, USED_UP), (14, ChargeMade("course", NINE))), 15, Obstacle.NO_NOTICE
    ),
    "a second charge by the first notice, after one that came early": Case(
        ((0, TRIAL), notice(6.9), (9, USED_UP), (13, ChargeMade("course", NINE))), 15, Obstacle.NO_NOTICE
    ),
    "a second charge with a notice of its own": Case(
        ((0, TRIAL), notice(6.9), (14, ChargeMade("course", NINE)), notice(30, 44)), 44, Obstacle.UNSPECIFIED
    ),
    "a weekly charge, told when the one before was made": Case(
        ((0, TRIAL), notice(6.9), notice(13.9, 21), (14, ChargeMade("course", NINE))), 21, Obstacle.UNSPECIFIED
    ),
}


def _order(case: Case) -> Order:
    order = new_order()
    for day, change in case.told:
        order = tell(order, change, START + day * DAY, START + day * DAY).order
    return order


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_charge_may_be_made_exactly_when_nothing_speaks_against_it(case: Case) -> None:
    verdict = may_charge(_order(case), "course", Asked(case.amount, START + case.at * DAY, case.notice))
    assert verdict.obstacle is case.obstacle, verdict.explanation
    assert verdict.may_charge is (case.obstacle is Obstacle.UNSPECIFIED)
    assert case.says in verdict.explanation
    assert verdict.may_charge_at == (None if case.from_day is None else START + case.from_day * DAY)


@pytest.mark.parametrize(
    ("span", "words"), [(DAY, "1 day"), (7 * DAY, "7 days"), (HOUR, "1 hour"), (36 * HOUR, "36 hours")]
)
def test_the_time_of_notice_is_said_in_words(span: timedelta, words: str) -> None:
    order = _order(CASES["never told"])
    assert f"{words} after the notice" in may_charge(order, "course", Asked(NINE, ENDS, span)).explanation


def test_a_line_without_a_trial_is_nothing_to_charge_for_and_one_that_is_not_there_is_an_error() -> None:
    asked = Asked(NINE, ENDS)
    assert may_charge(new_order(), "book", asked).obstacle is Obstacle.NO_TRIAL
    with pytest.raises(UnknownLine, match="name one of its lines"):
        may_charge(new_order(), "film", asked)


def test_obstacles_have_the_contracts_names_and_numbers() -> None:
    theirs = questions_service_pb2.ChargeObstacle.items()
    assert {f"CHARGE_OBSTACLE_{item.name}": int(item) for item in Obstacle} == dict(theirs)


def test_what_may_be_charged_from_a_time_on_may_be_charged_then() -> None:
    for case in CASES.values():
        order = _order(case)
        verdict = may_charge(order, "course", Asked(case.amount, START + case.at * DAY, case.notice))
        if verdict.may_charge_at is not None:
            later: datetime = verdict.may_charge_at
            then = may_charge(order, "course", Asked(case.amount, later, case.notice))
            assert then.obstacle in {Obstacle.UNSPECIFIED, Obstacle.ALLOWANCE_LEFT}
