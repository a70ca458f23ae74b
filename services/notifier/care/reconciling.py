"""From an order, what was told of it and the merchant's policies to what is owed: `reconcile`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from notifier.care.attention import attention_of
from notifier.care.facts import Facts, facts_of
from notifier.care.moments import cut, instant, maybe
from notifier.care.obligations import Kind, Obligation, State
from notifier.care.observations import Observation
from notifier.care.observing import observe
from notifier.care.owed import RULES
from notifier.care.owed.failure import cause_of, is_failure
from notifier.care.owed.silence import lead
from notifier.care.results import Reconciled
from notifier.care.watch import Failed, Told, Watch
from wismo.orders.v1 import merchant_pb2, order_pb2

_JUST_BEFORE = timedelta(milliseconds=1)
KEPT_TOLD = 16
KEPT_FAILED = 8
_WATCHED_FROM_THEN_ON = frozenset({Kind.DATE, Kind.SCAN, Kind.REMINDER, Kind.FOLLOW_UP})
"""Kinds that mean nothing where they fell due before the order was recorded: nobody was here to see what became of it.
An order may come with its history, event after event. A charge or a question that is open still needs its word."""
# These are owed once in an order's life, whatever becomes of it in between.
_ONCE = (f"{int(Kind.ACKNOWLEDGEMENT)}:", f"{int(Kind.FOLLOW_UP)}:")


def reconcile(watch: Watch, order: order_pb2.Order, merchant: merchant_pb2.Merchant, now: datetime) -> Reconciled:
    """What is owed after this version of the order, as far as it is known at ``now``. Idempotent.

    Verdicts follow from the times of events and of acceptance, not from ``now``: whoever looks late decides the same.
    An order older than the watch has seen changes nothing.
    """
    if order.sequence < watch.sequence:
        return Reconciled(watch)
    facts = facts_of(watch, order, merchant, cut(now))
    if order.HasField("erase_time"):
        return _erased(facts, merchant)
    predates = watch.sequence == 0 and order.sequence > 1
    changed = watch.revision not in {0, merchant.revision}
    wanted = _wanted(facts)
    moved_ones, moved = _known(facts, wanted, changed=changed)
    silence = next((one for one in moved_ones if one.kind == Kind.SILENCE and not is_failure(one)), None)
    chain = lead(facts, silence, _turn_at(facts, merchant, changed=changed))
    others = [one for one in moved_ones if one is not silence]
    still_open, ended = _settle(facts, wanted, others, predates=predates)
    ended = [*chain.ended, *ended]
    if chain.open is not None:
        still_open.append(chain.open)
    if changed and silence is not None and chain.open is not None and chain.open.cause == silence.cause:
        moved += chain.open.due_at != silence.due_at
    still_open.sort(key=lambda one: (one.due_at, one.kind, one.cause))
    observed, marks = observe(facts, still_open, ended, predates=predates)
    # What was told once only matters while it is new: what is owed by the rest is what could be made again.
    trimmed = replace(watch, told=_trimmed(facts), failed=_failed(facts, still_open))
    if any(one.kind == Kind.ANSWER for one in ended):
        # A wait is owed an answer to for as long as its obligation is open.
        trimmed = replace(trimmed, obligations=tuple(still_open))
    again = wanted if trimmed == watch else _wanted(facts_of(trimmed, order, merchant, facts.now))
    after = Watch(
        told=trimmed.told,
        failed=trimmed.failed,
        obligations=tuple(still_open),
        sequence=order.sequence,
        revision=max(watch.revision, merchant.revision),
        marks=tuple(sorted(marks | _ended_marks(facts, ended, again.values(), predates=predates))),
        silence_seconds=chain.limit.total_seconds(),
    )
    facts = facts_of(after, order, merchant, facts.now)
    after = replace(after, attention=attention_of(facts, after.obligations))
    return Reconciled(after, tuple(ended), tuple(observed), moved)


def catch_up(
    watch: Watch, versions: Iterable[order_pb2.Order], merchant: merchant_pb2.Merchant, now: datetime
) -> Reconciled:
    """`reconcile` with each version of an order in turn, so that no promise is missed that stood in between only.

    Each is looked at as if just before the next one was recorded; the last one at ``now``.
    """
    every = sorted(versions, key=lambda one: one.sequence)
    ended: list[Obligation] = []
    observed: list[Observation] = []
    moved = 0
    for number, order in enumerate(every, 1):
        horizon = instant(every[number].update_time) - _JUST_BEFORE if number < len(every) else now
        done = reconcile(watch, order, merchant, min(horizon, now))
        watch, moved = done.watch, moved + done.moved
        ended += done.ended
        observed += done.observed
    return Reconciled(watch, tuple(ended), tuple(observed), moved)


def _turn_at(facts: Facts, merchant: merchant_pb2.Merchant, *, changed: bool) -> datetime | None:
    """When the limit of silence must be looked at again: with the order's newest event, or with the new policy."""
    if facts.order.sequence > facts.watch.sequence:
        return facts.at
    if changed:
        return max(facts.at, maybe(merchant, "update_time") or facts.now)
    return None


def _known(
    facts: Facts, wanted: Mapping[tuple[Kind, str], Obligation], *, changed: bool
) -> tuple[list[Obligation], int]:
    """What is open: by the present policy (rule 7), and a question by the time that was named for it meanwhile.

    What is past due stays as it was promised.
    """
    known, moved = [], 0
    for one in facts.watch.obligations:
        new = wanted.get(one.key)
        ours = changed or one.kind == Kind.ANSWER
        if (
            new is not None
            and ours
            and one.due_at > facts.at
            and (new.due_at, _times(new)) != (one.due_at, _times(one))
        ):
            done = {step.step: step for step in one.steps if step.done_at is not None}
            one = replace(new, made_at=one.made_at, steps=tuple(done.get(step.step, step) for step in new.steps))  # noqa: PLW2901  # It becomes this.
            moved += changed
        known.append(one)
    return known, moved


def _settle(
    facts: Facts, wanted: Mapping[tuple[Kind, str], Obligation], known: Sequence[Obligation], *, predates: bool
) -> tuple[list[Obligation], list[Obligation]]:
    """What stays open, and what has ended. What is made may end in the same moment, when somebody looks late."""
    made = set(facts.watch.marks) | {_mark(one) for one in known}
    new = [one for one in wanted.values() if _mark(one) not in made and not (predates and _is_past(one, facts))]
    still_open, ended = [], []
    for one in (*known, *new):
        verdict = RULES[one.kind].verdict(one, facts, wanted.get(one.key))
        if verdict is None:
            still_open.append(one)
        else:
            ended.append(replace(one, state=verdict.state, settled_at=verdict.at, settled_by=verdict.by))
    return still_open, ended


def _wanted(facts: Facts) -> dict[tuple[Kind, str], Obligation]:
    recorded = instant(facts.order.create_time)
    every = (one for kind in Kind for one in RULES[kind].owed(facts))
    return {one.key: one for one in every if one.due_at >= recorded or one.kind not in _WATCHED_FROM_THEN_ON}


def _is_past(one: Obligation, facts: Facts) -> bool:
    """Whether it was due before there was a watch: nobody knows any more whether it was kept."""
    return one.due_at <= facts.at


def _ended_marks(facts: Facts, ended: Iterable[Obligation], again: Iterable[Obligation], *, predates: bool) -> set[str]:
    """What ended and would be owed again by the facts alone."""
    over = {_mark(one) for one in ended} | set(facts.watch.marks)
    if predates:
        over |= {_mark(one) for one in again if _is_past(one, facts)}
    wanted = {_mark(one) for one in again}
    return {mark for mark in over if mark in wanted or mark.startswith(_ONCE)}


def _mark(one: Obligation) -> str:
    return f"{int(one.kind)}:{one.cause}"


def _times(one: Obligation) -> list[tuple[int, datetime]]:
    return [(int(step.step), step.at) for step in one.steps if step.done_at is None]


def _trimmed(facts: Facts) -> tuple[Told, ...]:
    """What was told, as counted; the newest, and what is not counted yet."""
    told = []
    for one in facts.watch.told:
        counted = one.counted
        if one.accepted_at <= facts.now:
            counted = max(counted, 1)
        if one.bounced_at is not None and one.bounced_at <= facts.now:
            counted = 2
        told.append(one if counted == one.counted else replace(one, counted=counted))
    kept_from = max(0, len(told) - KEPT_TOLD)
    return tuple(one for number, one in enumerate(told) if number >= kept_from or not one.counted)


def _failed(facts: Facts, still_open: Iterable[Obligation]) -> tuple[Failed, ...]:
    """The newest of what failed, what is still owed for, and what has not been looked at yet."""
    owed = {one.cause for one in still_open if is_failure(one)}
    seen = [one for one in facts.watch.failed if one.at <= facts.now]
    over = {one.message_id for one in seen[:-KEPT_FAILED] if cause_of(one, facts.order.name) not in owed}
    return tuple(one for one in facts.watch.failed if one.message_id not in over)


def _erased(facts: Facts, merchant: merchant_pb2.Merchant) -> Reconciled:
    """Nothing runs for a buyer whose data is gone."""
    at = instant(facts.order.erase_time)
    ended = tuple(replace(one, state=State.VOID, settled_at=at, settled_by="erased") for one in facts.watch.obligations)
    observed, marks = observe(facts, (), ended, predates=facts.watch.sequence == 0)
    after = Watch(
        sequence=facts.order.sequence,
        revision=max(facts.watch.revision, merchant.revision),
        marks=tuple(sorted(marks)),
    )
    return Reconciled(after, ended, tuple(observed))
