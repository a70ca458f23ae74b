"""No silence is longer than the merchant's limit. One obligation follows the other: each from the last word heard.

Unlike the others it is led through what happened in order of time, because the limit may change with the order's lines:
what was told before the newest event counts by the limit that stood before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from notifier.care.facts import Facts, kept, owe
from notifier.care.moments import before_night, instant, named, shortly_before
from notifier.care.notices import BUYER, ESCALATION
from notifier.care.obligations import Kind, Obligation, State, Step
from notifier.care.watch import AttentionKind, Told
from notifier.care.words import Word, a_human_must_write, to_buyer, to_team
from notifier.planning.kinds import MessageKind
from wismo.orders.v1 import fulfilment_event_pb2 as events

AHEAD = timedelta(minutes=45)
"""How long before the limit the watchdog speaks: a mail needs its time."""


@dataclass(slots=True)
class Chain:
    """The silence while it is led through what happened. ``ended`` are the links that are done with."""

    facts: Facts
    open: Obligation | None
    limit: timedelta
    ended: list[Obligation] = field(default_factory=list)

    def hear(self, told: Told) -> None:
        """A word was accepted."""
        if self.open is None or told.accepted_at < self.open.made_at:
            return
        verdict = kept(self.open, told.accepted_at, told.message_id)
        self._end(verdict.state, told.accepted_at, told.message_id)
        if self.limit:
            self._begin(told.accepted_at, told.accepted_at + self.limit)

    def take_back(self, told: Told, heard: list[Told]) -> None:
        """A word came back. If it was the newest, the silence goes on from the one before it (rule 5)."""
        assert told.bounced_at is not None
        if self.open is None or self.open.made_at != told.accepted_at or not self.limit:
            return
        before = max((one.accepted_at for one in heard), default=instant(self.facts.order.create_time))
        # What was dark before the word that came back has been counted with it.
        due = max(before + self.limit, told.accepted_at)
        cause = f"heard@{named(before)}/back-{named(told.bounced_at)}"
        self._end(State.SUPERSEDED, told.bounced_at, cause)
        self._begin(told.bounced_at, due, cause)

    def change(self, limit: timedelta, at: datetime) -> None:
        """The order's newest event, or the merchant's policy, said how long a silence may be from now on."""
        before, self.limit = self.limit, limit
        if self.open is None:
            if limit:
                # Nothing was owed until now, however long ago the last word was.
                self._begin(at, at + limit)
        elif not limit:
            self._end(State.BROKEN if at > self.open.due_at else State.VOID, at, "nothing is owed any more")
        elif limit != before and at <= self.open.due_at:
            # A longer limit counts from the last word; a shorter one leaves time to speak.
            due = self.open.made_at + limit if limit > before else min(self.open.due_at, at + limit)
            self.reschedule(due)

    def renew(self, sequence: int, at: datetime) -> None:
        """The buyer can be reached again: what could not be said is said now. How long it was dark goes on."""
        unsaid = self.open is not None and any(
            step.step == Step.DUE and step.done_at is not None and not step.message_id.endswith(f"/{BUYER}")
            for step in self.open.steps
        )
        if self.open is not None and unsaid:
            due, cause = self.open.due_at, f"{self.open.cause.partition('/')[0]}/contact-{sequence}"
            self._end(State.SUPERSEDED, at, cause)
            self._begin(at, due, cause)

    def reschedule(self, due: datetime) -> None:
        """Move what is open; steps that were done stay done."""
        assert self.open is not None
        made = _link(self.open.cause, self.open.made_at, due, self.facts)
        done = {step.step: step for step in self.open.steps if step.done_at is not None}
        self.open = replace(made, steps=tuple(done.get(step.step, step) for step in made.steps))

    def _begin(self, made_at: datetime, due: datetime, cause: str = "") -> None:
        self.open = _link(cause or f"heard@{named(made_at)}", made_at, due, self.facts)

    def _end(self, state: State, at: datetime, by: str) -> None:
        assert self.open is not None
        self.ended.append(replace(self.open, state=state, settled_at=at, settled_by=by))
        self.open = None


def lead(facts: Facts, known: Obligation | None, turn_at: datetime | None) -> Chain:
    """The chain after everything that was heard up to ``facts.now`` and that the measures have not counted yet.

    ``turn_at``: when the order's newest event, or the merchant's policy, made it necessary to look at the limit again.
    """
    chain = Chain(facts, known, timedelta(seconds=facts.watch.silence_seconds))
    limit = facts.silence_limit if facts.has_address else timedelta()
    for at, told, back in _pending(facts):
        if turn_at is not None and at > turn_at:
            chain.change(limit, turn_at)
            turn_at = None
        if told.worth_hearing and back:
            chain.take_back(told, _standing(facts, told, at))
        elif told.worth_hearing:
            chain.hear(told)
    if turn_at is not None:
        chain.change(limit, turn_at)
    changed = facts.entries(events.CHANGE_KIND_CONTACT_UPDATED)
    if changed and changed[-1].sequence > facts.watch.sequence:
        chain.renew(changed[-1].sequence, facts.at)
    return chain


def words(obligation: Obligation, step: Step, facts: Facts) -> Iterator[Word]:
    """The honest "still with you" before the limit; the team hears of a second one, and of a buyer in the dark."""
    if step == Step.DUE:
        yield to_buyer(obligation, step, facts, MessageKind.STILL_WITH_YOU, cause=events.WATCH_CAUSE_SILENCE)
        yield from a_human_must_write(obligation, step, facts)
    elif step == Step.REMIND:
        yield to_team(obligation, step, facts, AttentionKind.DARK)
    elif step == Step.ESCALATE:
        yield to_team(obligation, step, facts, AttentionKind.DARK, recipient=ESCALATION)


def _link(cause: str, made_at: datetime, due: datetime, facts: Facts) -> Obligation:
    speak_at = max(made_at, before_night(shortly_before(due, AHEAD, made_at), facts.zone, facts.order.name, made_at))
    steps = [(Step.DUE, speak_at), (Step.REMIND, max(due, made_at))]
    escalate_at = _fact_before(made_at, facts) + facts.policies.escalate_after
    if escalate_at > made_at:
        steps.append((Step.ESCALATE, escalate_at))
    return owe(Kind.SILENCE, cause, made_at, due, *steps)


def _fact_before(at: datetime, facts: Facts) -> datetime:
    """When the buyer last heard something new, up to then."""
    heard = (
        one.accepted_at for one in facts.watch.told if one.new_fact and one.worth_hearing and one.accepted_at <= at
    )
    return max(heard, default=instant(facts.order.create_time))


def _pending(facts: Facts) -> list[tuple[datetime, Told, bool]]:
    """What was accepted and what came back since the last look, in order of time."""
    found: list[tuple[datetime, Told, bool]] = []
    for one in facts.watch.told:
        if one.counted < 1 and one.accepted_at <= facts.now:
            found.append((one.accepted_at, one, False))
        if one.counted < 2 and one.bounced_at is not None and one.bounced_at <= facts.now:
            found.append((one.bounced_at, one, True))
    return sorted(found, key=lambda item: (item[0], item[2], item[1].message_id))


def _standing(facts: Facts, but: Told, at: datetime) -> list[Told]:
    """What was heard, and had not come back, at a moment."""
    return [
        one
        for one in facts.watch.told
        if one is not but
        and one.worth_hearing
        and one.accepted_at <= at
        and not (one.bounced_at is not None and one.bounced_at <= at)
    ]
