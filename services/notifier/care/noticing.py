"""From steps whose time has come to what is to be said: `due_notices`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from notifier.care.attention import attention_of
from notifier.care.facts import Facts, facts_of
from notifier.care.moments import cut
from notifier.care.notices import BUYER, CARE, PlannedNotice
from notifier.care.obligations import Kind, Obligation, Step, StepAt
from notifier.care.owed import RULES
from notifier.care.owed.failure import is_failure
from notifier.care.results import Due
from notifier.care.watch import AttentionKind, Watch
from notifier.care.words import Word, to_team
from wismo.orders.v1 import merchant_pb2, order_pb2

FOLDED = timedelta(hours=2)
"""A word that only breaks the silence is done with any other that goes within this time before it."""
_LAST_MOMENT = timedelta(minutes=15)
# The most specific first.
_RANK = (
    Kind.ACKNOWLEDGEMENT,
    Kind.CHARGE_NOTICE,
    Kind.ANSWER,
    Kind.DATE,
    Kind.NEXT_WORD,
    Kind.SCAN,
    Kind.REMINDER,
    Kind.SILENCE,
    Kind.FOLLOW_UP,
)
_Item = tuple[Obligation, StepAt]


def due_notices(watch: Watch, order: order_pb2.Order, merchant: merchant_pb2.Merchant, now: datetime) -> Due:
    """The steps that are due are done, and what is to be said of them. Call it with a watch just reconciled.

    At most one message to the buyer: the most specific one; what it says for other steps is done with it. A word of
    another content waits for the next call, which is then due at once.
    """
    facts = facts_of(watch, order, merchant, cut(now))
    turn = _Turn(facts)
    for obligation, step in _due(watch.obligations, facts.now):
        turn.take(obligation, step)
    obligations = tuple(turn.applied(one) for one in watch.obligations)
    after = replace(watch, obligations=obligations)
    after = replace(after, attention=attention_of(facts_of(after, order, merchant, facts.now), obligations))
    return Due(after, tuple(turn.notices))


class _Turn:
    """One call: what is said, and which steps are done by what."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._done: dict[tuple[Kind, str, Step], str] = {}
        self._moved: dict[tuple[Kind, str, Step], datetime] = {}
        self.notices: list[PlannedNotice] = []
        self._buyer_is_told = False

    def take(self, obligation: Obligation, step: StepAt) -> None:
        """Do one due step, unless a word that goes already covers it, or it has to wait for its turn."""
        key = (obligation.kind, obligation.cause, step.step)
        if key in self._done:
            return
        words = list(RULES[obligation.kind].words(obligation, step.step, self._facts))
        buyer = next((word for word in words if word.recipient == BUYER), None)
        if buyer is not None and not self._facts.is_reachable:
            words = [word for word in words if word is not buyer]
            if not any(word.recipient == CARE for word in words):
                words.append(to_team(obligation, step.step, self._facts, AttentionKind.MESSAGE_FAILED))
            buyer = None
        if buyer is not None:
            if self._buyer_is_told:
                return
            later = self._soon(obligation, step)
            if later is not None:
                self._moved[key] = later
                return
        self._say(obligation, step, words, buyer)

    def applied(self, obligation: Obligation) -> Obligation:
        """The obligation with its steps as they are after this turn."""
        steps = tuple(self._step(obligation, step) for step in obligation.steps)
        return obligation if steps == obligation.steps else replace(obligation, steps=steps)

    def _step(self, obligation: Obligation, step: StepAt) -> StepAt:
        key = (obligation.kind, obligation.cause, step.step)
        if key in self._done and step.done_at is None:
            return replace(step, done_at=self._facts.now, message_id=self._done[key])
        return replace(step, at=self._moved[key]) if key in self._moved else step

    def _say(self, obligation: Obligation, step: StepAt, words: Iterable[Word], buyer: Word | None) -> None:
        key = (obligation.kind, obligation.cause, step.step)
        said = [self._notice(obligation, step, word) for word in words]
        covers = [key]
        if buyer is not None:
            self._buyer_is_told = True
            covers += [other for other in self._covered(obligation) if other != key]
        for notice in said:
            to_buyer = notice.recipient == BUYER
            self.notices.append(replace(notice, covers=tuple(covers) if to_buyer else (key,)))
        told = next((one for one in said if one.recipient == BUYER), said[0] if said else None)
        for one in covers:
            self._done[one] = told.id if told is not None else ""

    def _notice(self, obligation: Obligation, step: StepAt, word: Word) -> PlannedNotice:
        opens = self._facts.policies.calendar.next_open(self._facts.now)
        return PlannedNotice(
            order=self._facts.order.name,
            recipient=word.recipient,
            kind=word.kind,
            obligation=obligation.kind,
            cause=obligation.cause,
            step=step.step,
            notice=word.notice,
            mail_not_before=None if word.recipient == BUYER else opens,
        )

    def _covered(self, speaker: Obligation) -> Iterable[tuple[Kind, str, Step]]:
        """The words that would only break the silence, soon, and that no scan came, where more is said than that."""
        says_more = speaker.kind in {Kind.DATE, Kind.NEXT_WORD}
        for one in self._facts.watch.obligations:
            if is_failure(one):
                continue
            for step in one.steps:
                if step.step != Step.DUE or step.done_at is not None:
                    continue
                if one.kind in {Kind.SILENCE, Kind.NEXT_WORD}:
                    covered = step.at <= self._facts.now + FOLDED
                else:
                    covered = one.kind == Kind.SCAN and says_more and step.at <= self._facts.now
                if covered:
                    yield (one.kind, one.cause, step.step)

    def _soon(self, obligation: Obligation, step: StepAt) -> datetime | None:
        """When another word will be said that breaks this silence in time, if one will."""
        if obligation.kind != Kind.SILENCE or step.step != Step.DUE:
            return None
        others = (
            other.at
            for one in self._facts.watch.obligations
            if one.key != obligation.key and one.kind not in {Kind.REMINDER, Kind.FOLLOW_UP}
            for other in one.steps
            if other.step == Step.DUE and other.done_at is None and not is_failure(one)
        )
        latest = obligation.due_at - _LAST_MOMENT
        return min((at for at in others if self._facts.now < at <= latest), default=None)


def _due(obligations: Sequence[Obligation], now: datetime) -> list[_Item]:
    """The steps whose time has come, the most specific obligation first."""
    steps = list(Step)
    found = [(one, step) for one in obligations for step in one.steps if step.done_at is None and step.at <= now]
    return sorted(found, key=lambda item: (_RANK.index(item[0].kind), item[0].due_at, steps.index(item[1].step)))
