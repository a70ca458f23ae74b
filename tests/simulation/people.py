"""What people do: buyers who ask, and a shop's team that answers, explains and mends, in business hours, when told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from notifier.care import AttentionKind, PlannedNotice
from notifier.care.policies import policies_of
from orders.domain.changes.care import (
    ExpectationRevised,
    LinesCancelled,
    NoteToBuyer,
    ProblemReported,
    ProblemResolved,
    QuestionAcknowledged,
    QuestionAnswered,
    QuestionAsked,
)
from orders.domain.changes.contact import ContactUpdated
from orders.domain.changes.entitlement import ChargeComing, ChargeMade, TrialCancelled
from orders.domain.order import Expectation, QuestionChannel, QuestionState
from tests.simulation.disasters import SimulatedPost
from tests.simulation.lives import PRICE, Life
from tests.simulation.one_order import OneOrder
from wismo.orders.v1 import line_pb2, merchant_pb2, order_pb2

HOUR = timedelta(hours=1)
CLEARED_AFTER = timedelta(days=32)
"""By then the shop gives back the money for what has not arrived."""
_OVER = frozenset({order_pb2.ORDER_STATE_COMPLETE, order_pb2.ORDER_STATE_CANCELLED, order_pb2.ORDER_STATE_RETURNED})


def the_shop() -> merchant_pb2.Merchant:
    """A shop in Berlin that works from Monday to Friday, rests at noon, and keeps the holidays."""
    shop = merchant_pb2.Merchant(name="merchants/shop", time_zone="Europe/Berlin", revision=1)
    for weekday in range(1, 6):
        shop.policies.business_hours.add(iso_weekday=weekday, opens_minute=9 * 60, closes_minute=12 * 60 + 30)
        shop.policies.business_hours.add(iso_weekday=weekday, opens_minute=13 * 60, closes_minute=18 * 60)
    shop.policies.holidays = "DE-BE"
    # Once a parcel is on its way, a word in two days is enough.
    shop.policies.silence_rules.add(line_state=line_pb2.LINE_STATE_SHIPPED).limit.FromTimedelta(timedelta(hours=48))
    # A day's work: asked at eleven on Monday, answered by eleven on Tuesday.
    shop.policies.answer_within.FromTimedelta(timedelta(hours=8.5))
    return shop


class People:
    """The buyer and the team of one order."""

    def __init__(self, life: Life, shop: merchant_pb2.Merchant, post: SimulatedPost) -> None:
        self._life = life
        self._calendar = policies_of(shop).calendar
        self._within = policies_of(shop).answer_within
        self._post = post
        # Their own dice: the life stays the same whether they are told something or not.
        self._random = Random(f"people/{life.number}")
        self._handled: set[tuple[str, str]] = set()

    def begin(self, one: OneOrder) -> None:
        """Everything that happens without anybody being told."""
        one.place(self._life.draft, self._life.placed_at)
        for at, change in self._life.events:
            one.happens(at, change)
        for number, at in enumerate(self._life.asks):
            one.later(at, self._ask(one, number))
        if self._life.charge_at is not None:
            one.later(self._life.charge_at, lambda: self._charge(one))
        one.later(self._life.placed_at + CLEARED_AFTER, lambda: self._clear(one))

    def hear(self, one: OneOrder, notice: PlannedNotice) -> None:
        """The team is told that a human is needed."""
        if notice.recipient == "buyer":
            return
        kind = AttentionKind(notice.notice.attention.kind)
        act = {
            AttentionKind.QUESTION: self._answer,
            AttentionKind.PARCEL: self._ask_the_carrier,
            AttentionKind.MESSAGE_FAILED: self._mend_the_address,
            AttentionKind.DARK: self._write,
            AttentionKind.DATE: self._name_a_date,
            AttentionKind.CHARGE: self._put_off_the_charge,
        }.get(kind)
        # Some alerts are overlooked, and nobody acts on the same twice; on an escalation everybody does.
        key = (kind.name, notice.recipient)
        if act is None or key in self._handled or (notice.recipient == "care" and self._random.random() < 0.1):
            return
        self._handled.add(key)
        one.later(self._at_work(one.now, self._random.uniform(0.2, 3)), lambda: act(one))

    def _at_work(self, at: datetime, hours: float) -> datetime:
        return self._calendar.after(self._calendar.next_open(at), hours * HOUR)

    # -------------------------------------------------------------------------------------------------- the buyer

    def _ask(self, one: OneOrder, number: int) -> Callable[[], None]:
        def ask() -> None:
            if one.proto.state in _OVER and number == 0 and self._random.random() < 0.7:
                return
            channel = self._random.choice((QuestionChannel.PAGE, QuestionChannel.EMAIL, QuestionChannel.PHONE))
            asked = one.record(QuestionAsked("q-1", f"Where is it? ({number})", channel))
            question = next((item for item in one.order.questions), None) if one.order else None
            if not asked or question is None:
                return
            stands = question.reply_by or self._calendar.after(one.now, self._within)
            one.record(QuestionAcknowledged("q-1", stands.replace(microsecond=0)))
            # Eleven of twelve questions are answered without anybody having to remind the team.
            if number == 0 and self._random.random() < 0.92:
                one.later(self._at_work(one.now, self._random.expovariate(1 / 3)), lambda: self._answer(one))

        return ask

    # --------------------------------------------------------------------------------------------------- the team

    def _answer(self, one: OneOrder) -> None:
        waiting = [item for item in one.order.questions if item.state is QuestionState.OPEN] if one.order else []
        for question in waiting:
            one.record(QuestionAnswered(question.question_id, f"We looked into it. ({one.now:%d %H:%M})"))
        if waiting and self._life.lost:
            self._ask_the_carrier(one)

    def _ask_the_carrier(self, one: OneOrder) -> None:
        if one.proto.state in _OVER or any(item.problem_id == "lost" for item in one.proto.problems):
            return
        due = self._at_work(one.now, 8).replace(microsecond=0)
        said = "The carrier cannot find your parcel." if self._life.lost else "The carrier is slow."
        one.record(ProblemReported("lost", said, "We asked the carrier.", due, ("book",), "p1"))
        one.later(due - self._random.uniform(0.2, 1) * HOUR, lambda: self._give_back(one))

    def _give_back(self, one: OneOrder) -> None:
        if self._life.lost:
            one.record(LinesCancelled(reason="The parcel is lost; your money is on its way."))
        one.record(ProblemResolved("lost", "We sent your money back." if self._life.lost else "It moves again."))

    def _mend_the_address(self, one: OneOrder) -> None:
        self._post.wrong = False
        if one.order is not None:
            one.record(ContactUpdated(replace(one.order.buyer, email=f"right-{self._life.number}@buyers.test")))

    def _write(self, one: OneOrder) -> None:
        if one.proto.state not in _OVER:
            one.record(NoteToBuyer(f"We are looking after it. ({one.now:%d %H:%M})", None))

    def _name_a_date(self, one: OneOrder) -> None:
        if one.proto.state not in _OVER and any(item.line_id == "book" for item in one.proto.lines):
            later = (one.now + timedelta(days=3)).replace(microsecond=0)
            parcel = next((item.parcel_id for item in one.proto.parcels if item.HasField("expected")), "")
            one.record(ExpectationRevised(Expectation(later), () if parcel else ("book",), parcel))

    def _put_off_the_charge(self, one: OneOrder) -> None:
        trial = next(iter(one.proto.trials), None)
        if trial is None or trial.HasField("cancelled_at") or trial.HasField("charged_at"):
            return
        if trial.allowance_used < trial.allowance_total:
            # The buyer has not had what the trial promised: it ends without a charge.
            one.record(TrialCancelled("course", False))

    def _charge(self, one: OneOrder) -> None:
        """The shop asks whether it may; without a notice in time it announces the charge anew."""
        trial = next(iter(one.proto.trials), None)
        if trial is None or trial.HasField("cancelled_at"):
            return
        if trial.notices:
            one.record(ChargeMade("course", PRICE))
        else:
            at = one.now + timedelta(days=8)
            one.record(ChargeComing("course", at, PRICE))
            one.later(at, lambda: self._charge(one))

    def _clear(self, one: OneOrder) -> None:
        self._answer(one)
        for problem in one.proto.problems:
            one.record(ProblemResolved(problem.problem_id, "Mended"))
        if one.proto.state not in _OVER:
            one.record(LinesCancelled(reason="It took too long; your money is on its way."))
