"""What needs a human, derived from what is open: so that it goes away by itself when it is settled."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from notifier.care.facts import Facts
from notifier.care.obligations import Kind, Obligation, Step
from notifier.care.owed.answer import wait_of
from notifier.care.owed.failure import PREFIX, is_failure
from notifier.care.watch import Attention, AttentionKind


def attention_of(facts: Facts, obligations: tuple[Obligation, ...]) -> tuple[Attention, ...]:
    """The matters, the earliest due first; of two about the same subject the earlier."""
    found: dict[tuple[AttentionKind, str], Attention] = {}
    for obligation in sorted(obligations, key=lambda one: one.due_at):
        for one in _of(obligation, facts):
            known = found.get((one.kind, one.subject_id))
            if known is None:
                found[one.kind, one.subject_id] = one
    return tuple(sorted(found.values(), key=lambda one: (one.due_at, -one.rank)))


def _of(obligation: Obligation, facts: Facts) -> Iterator[Attention]:
    past = facts.now >= obligation.due_at
    escalated = _done(obligation, Step.ESCALATE)
    read = _READERS[obligation.kind]
    found = read(obligation, facts, past) if read is not None else None
    if found is not None:
        kind, subject_id, since, rank = found
        yield Attention(kind, subject_id, since, obligation.due_at, rank + escalated, escalated)


_Found = tuple[AttentionKind, str, datetime, int] | None


def _answer(obligation: Obligation, facts: Facts, past: bool) -> _Found:  # One of a table of readers.
    wait = wait_of(obligation, facts)
    if wait is None:
        return None
    late = int(obligation.cause.partition("/late-")[2] or 0)
    # Every repeat of the same wait makes it more pressing (rule 3).
    return AttentionKind.QUESTION, wait.question_id, wait.since, wait.asked - 1 + late + past


def _next_word(obligation: Obligation, _facts: Facts, past: bool) -> _Found:  # Likewise.
    if obligation.cause.startswith("watch@"):
        return (AttentionKind.DARK, "", obligation.made_at, 1) if past else None
    if past or _done(obligation, Step.REMIND):
        return AttentionKind.PROBLEM, _subject(obligation), obligation.made_at, int(past)
    return None


def _silence(obligation: Obligation, facts: Facts, past: bool) -> _Found:  # Likewise.
    if is_failure(obligation):
        message = facts.order.name + obligation.cause.removeprefix(PREFIX)
        return AttentionKind.MESSAGE_FAILED, message, obligation.made_at, 0
    if past or facts.empty_words > 1:
        return AttentionKind.DARK, "", facts.fact_at, max(0, facts.empty_words - 1) + past
    return None


def _acknowledgement(obligation: Obligation, _facts: Facts, past: bool) -> _Found:  # Likewise.
    return (AttentionKind.MESSAGE_FAILED, "", obligation.made_at, 1) if past else None


def _scan(obligation: Obligation, _facts: Facts, past: bool) -> _Found:  # Likewise.
    return (AttentionKind.PARCEL, obligation.cause.split("/")[1], obligation.made_at, 0) if past else None


def _charge(obligation: Obligation, _facts: Facts, past: bool) -> _Found:  # Likewise.
    return (AttentionKind.CHARGE, _subject(obligation), obligation.made_at, 1) if past else None


def _date(obligation: Obligation, _facts: Facts, past: bool) -> _Found:  # Likewise.
    at_risk = any(one.step == Step.REMIND and one.message_id for one in obligation.steps)
    return (AttentionKind.DATE, _subject(obligation), obligation.made_at, int(past)) if past or at_risk else None


_READERS: Mapping[Kind, Callable[[Obligation, Facts, bool], _Found] | None] = {
    Kind.ACKNOWLEDGEMENT: _acknowledgement,
    Kind.ANSWER: _answer,
    Kind.NEXT_WORD: _next_word,
    Kind.CHARGE_NOTICE: _charge,
    Kind.DATE: _date,
    Kind.SILENCE: _silence,
    Kind.SCAN: _scan,
    # The buyer is reminded; there is nothing for a human to do.
    Kind.REMINDER: None,
    Kind.FOLLOW_UP: None,
}


def _subject(obligation: Obligation) -> str:
    return obligation.cause.partition("@")[0].partition("/")[2]


def _done(obligation: Obligation, step: Step) -> bool:
    return any(one.step == step and one.done_at is not None for one in obligation.steps)
