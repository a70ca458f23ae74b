"""After everything has reached the buyer: is everything all right? Once, and only where it is welcome (row M11)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from notifier.care.facts import Facts, Verdict, earliest, owe, void
from notifier.care.moments import before_night, instant
from notifier.care.obligations import Kind, Obligation, State, Step
from notifier.care.words import Word, to_buyer
from notifier.planning.kinds import MessageKind
from wismo.orders.v1 import order_pb2

LATEST = timedelta(hours=24)
"""One that could not be sent within this time is not sent any more."""
_CAUSE = "complete"


def owed(facts: Facts) -> Iterator[Obligation]:
    """Once, when the order is complete and nothing is open."""
    unwelcome = facts.order.no_optional_messages or not facts.policies.follow_up or not facts.has_address
    if facts.order.state != order_pb2.ORDER_STATE_COMPLETE or unwelcome or facts.is_open:
        return
    made = completed_at(facts)
    due = made + facts.policies.follow_up_after
    speak_at = before_night(due, facts.zone, facts.order.name, made)
    yield owe(Kind.FOLLOW_UP, _CAUSE, made, due, (Step.DUE, speak_at), (Step.ESCALATE, due + LATEST))


def completed_at(facts: Facts) -> datetime:
    """When the last of it reached the buyer."""
    parcels = [instant(one.delivered_at) for one in facts.order.parcels if one.HasField("delivered_at")]
    rights = [instant(one.ready_at) for one in facts.order.downloads]
    rights += [instant(one.granted_at) for one in facts.order.accesses]
    rights += [instant(one.started_at) for one in facts.order.trials]
    collected = [instant(one.collected_at) for one in facts.order.collections if one.HasField("collected_at")]
    return max((*parcels, *rights, *collected), default=facts.at)


def verdict(obligation: Obligation, facts: Facts, wanted: Obligation | None) -> Verdict | None:
    """Kept by the message; void when it is not welcome, or there is something to care for instead."""
    told = next((one for one in facts.accepted if one.kind == MessageKind.FOLLOW_UP), None)
    sent = Verdict(State.KEPT, told.accepted_at, told.message_id) if told is not None else None
    unwanted = void(facts.at, "not welcome, or something is open") if wanted is None else None
    late = obligation.due_at + LATEST
    over = Verdict(State.BROKEN, late, "not told in time") if facts.now >= late else None
    return earliest(sent, unwanted, over)


def words(obligation: Obligation, step: Step, facts: Facts) -> Iterator[Word]:
    """The follow-up. Its last step only looks how it went."""
    if step == Step.DUE:
        yield to_buyer(obligation, step, facts, MessageKind.FOLLOW_UP)
