"""Everything that is known of one order at one moment, ready to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from notifier.care.hearing import BOUNCED
from notifier.care.moments import instant
from notifier.care.obligations import Kind, Obligation, State, Step, StepAt
from notifier.care.policies import CarePolicies, policies_of, zone_of
from notifier.care.watch import Failed, Told, Watch
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2, merchant_pb2, order_pb2, question_pb2

# What the buyer has, could have at any moment, or has given back. At a pick-up point it waits for the buyer, who knows.
REACHED = frozenset(
    {
        line_pb2.LINE_STATE_AVAILABLE_FOR_PICKUP,
        line_pb2.LINE_STATE_DELIVERED,
        line_pb2.LINE_STATE_RETURNING,
        line_pb2.LINE_STATE_RETURNED,
        line_pb2.LINE_STATE_READY,
        line_pb2.LINE_STATE_GRANTED,
        line_pb2.LINE_STATE_TRIAL_RUNNING,
        line_pb2.LINE_STATE_TRIAL_ENDED,
        line_pb2.LINE_STATE_SUBSCRIBED,
        line_pb2.LINE_STATE_REVOKED,
        line_pb2.LINE_STATE_CANCELLED,
    }
)


@dataclass(frozen=True, slots=True)
class Facts:
    """``now`` is how far what is told is known; ``at`` is when the newest event of the order was recorded."""

    order: order_pb2.Order
    policies: CarePolicies
    watch: Watch
    now: datetime
    at: datetime
    zone: ZoneInfo
    accepted: tuple[Told, ...]
    """What the buyer's side has accepted, oldest first, even if it came back later: we had spoken in time."""
    told: tuple[Told, ...]
    """Of these, what has not come back."""
    applied: tuple[order_pb2.TimelineEntry, ...]
    """What happened and changed something, by sequence."""

    @property
    def spoken(self) -> tuple[Told, ...]:
        """What was accepted and worth hearing, even if it came back later."""
        return tuple(one for one in self.accepted if one.worth_hearing)

    @property
    def words(self) -> tuple[Told, ...]:
        """What was worth hearing and has not come back."""
        return tuple(one for one in self.told if one.worth_hearing)

    @property
    def has_address(self) -> bool:
        """Whether there is any way to tell the buyer something."""
        return bool(self.order.buyer.email)

    @property
    def is_reachable(self) -> bool:
        """Whether a message may still arrive: none was refused for good since the contact was last changed or a
        message last arrived.
        """
        if not self.has_address:
            return False
        refused = max((one.at for one in self.watch.failed if self._is_for_good(one)), default=None)
        if refused is None:
            return True
        changed = [instant(one.recorded_at) for one in self.entries(events.CHANGE_KIND_CONTACT_UPDATED)]
        return any(at > refused for at in (*changed, *(one.accepted_at for one in self.told)))

    @property
    def is_open(self) -> bool:
        """Whether a word is owed: a line has not reached its buyer, or a problem or a question is open."""
        return (
            any(line.state not in REACHED for line in self.order.lines)
            or any(not problem.HasField("resolved_at") for problem in self.order.problems)
            or any(question.state == question_pb2.QUESTION_STATE_OPEN for question in self.order.questions)
        )

    @property
    def silence_limit(self) -> timedelta:
        """The shortest limit that fits a line which has not reached its buyer; nothing when no word is owed."""
        if not self.is_open:
            return timedelta()
        waiting = [line for line in self.order.lines if line.state not in REACHED]
        if not waiting:
            return self.policies.silence_limit
        return min(self._limit_of(line) for line in waiting)

    @property
    def empty_words(self) -> int:
        """How many words in a row, up to the newest, told nothing new."""
        count = 0
        for one in reversed(self.words):
            if one.new_fact:
                break
            count += 1
        return count

    @property
    def fact_at(self) -> datetime:
        """When the buyer last heard something new; when the order was created, if never."""
        return max((one.accepted_at for one in self.words if one.new_fact), default=instant(self.order.create_time))

    @property
    def known_at(self) -> datetime:
        """When the newest known fact happened."""
        return max((instant(one.occurred_at) for one in self.order.timeline), default=self.at)

    def entries(self, *kinds: events.ChangeKind.ValueType) -> Sequence[order_pb2.TimelineEntry]:
        """What happened of these kinds and changed something, by sequence."""
        return [one for one in self.applied if one.kind in kinds]

    def _is_for_good(self, failure: Failed) -> bool:
        if failure.reason != BOUNCED:
            return failure.reason.startswith("refused")
        back = (one for one in self.order.timeline if one.kind == events.CHANGE_KIND_MESSAGE_BOUNCED)
        return any(one.subject_id == failure.message_id and not one.note.startswith("4") for one in back)

    def _limit_of(self, line: line_pb2.OrderLine) -> timedelta:
        fitting = (rule.limit for rule in self.policies.silence_rules if rule.fits(line))
        return min(fitting, default=self.policies.silence_limit)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an obligation ends."""

    state: State
    at: datetime
    by: str


def facts_of(watch: Watch, order: order_pb2.Order, merchant: merchant_pb2.Merchant, now: datetime) -> Facts:
    """What is known at ``now``: no message that was accepted, or came back, later than that."""
    accepted = tuple(one for one in watch.told if one.accepted_at <= now)
    return Facts(
        order=order,
        policies=policies_of(merchant),
        watch=watch,
        now=now,
        at=instant(order.update_time),
        zone=zone_of(order.buyer.time_zone, merchant.time_zone),
        accepted=accepted,
        told=tuple(one for one in accepted if one.bounced_at is None or one.bounced_at > now),
        applied=tuple(
            sorted((one for one in order.timeline if one.effect == events.EFFECT_APPLIED), key=lambda one: one.sequence)
        ),
    )


def owe(kind: Kind, cause: str, made_at: datetime, due_at: datetime, *steps: tuple[Step, datetime]) -> Obligation:
    """A new obligation, its steps in the order in which they are done."""
    rank = list(Step)
    ordered = sorted(steps, key=lambda step: (step[1], rank.index(step[0])))
    return Obligation(kind, cause, made_at, due_at, tuple(StepAt(step, at) for step, at in ordered))


def kept(obligation: Obligation, at: datetime, by: str) -> Verdict:
    """In time or late, by the time at which it was done."""
    return Verdict(State.KEPT if at <= obligation.due_at else State.KEPT_LATE, at, by)


def void(at: datetime, why: str) -> Verdict:
    """Nothing is owed any more."""
    return Verdict(State.VOID, at, why)


def earliest(*verdicts: Verdict | None) -> Verdict | None:
    """The one that came first; of two at the same moment, the first named."""
    return min((one for one in verdicts if one is not None), key=lambda one: one.at, default=None)
