"""The order's arrival is acknowledged: the first thing a buyer must hear (row M1)."""

from collections.abc import Iterator
from datetime import timedelta

from notifier.care.facts import Facts, Verdict, kept, owe
from notifier.care.moments import instant
from notifier.care.obligations import Kind, Obligation, Step
from notifier.care.watch import AttentionKind
from notifier.care.words import Word, to_team

WITHIN = timedelta(minutes=15)


def owed(facts: Facts) -> Iterator[Obligation]:
    """Once, for the order's creation; not where nothing can be sent."""
    if facts.has_address:
        made = instant(facts.order.create_time)
        yield owe(Kind.ACKNOWLEDGEMENT, "event/1", made, made + WITHIN, (Step.ESCALATE, made + WITHIN))


def verdict(obligation: Obligation, facts: Facts, _wanted: Obligation | None) -> Verdict | None:
    """Kept by the first message that was worth hearing."""
    first = next((one for one in facts.spoken if one.accepted_at >= obligation.made_at), None)
    return kept(obligation, first.accepted_at, first.message_id) if first else None


def words(obligation: Obligation, step: Step, facts: Facts) -> Iterator[Word]:
    """The team is told that the buyer has heard nothing at all."""
    yield to_team(obligation, step, facts, AttentionKind.MESSAGE_FAILED)
