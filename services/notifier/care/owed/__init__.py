"""One module for each kind of obligation: what is owed, how it ends, and what is said on its way."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from notifier.care.facts import Facts, Verdict
from notifier.care.obligations import Kind, Obligation, Step
from notifier.care.owed import (
    acknowledgement,
    answer,
    charge_notice,
    date,
    failure,
    follow_up,
    next_word,
    reminder,
    scan,
)
from notifier.care.words import Word


@dataclass(frozen=True, slots=True)
class Rules:
    """What is owed of a kind, derived from the facts alone; how one ends; and what its steps say."""

    owed: Callable[[Facts], Iterator[Obligation]]
    verdict: Callable[[Obligation, Facts, Obligation | None], Verdict | None]
    words: Callable[[Obligation, Step, Facts], Iterator[Word]]


RULES: Mapping[Kind, Rules] = {
    Kind.ACKNOWLEDGEMENT: Rules(acknowledgement.owed, acknowledgement.verdict, acknowledgement.words),
    Kind.ANSWER: Rules(answer.owed, answer.verdict, answer.words),
    Kind.NEXT_WORD: Rules(next_word.owed, next_word.verdict, next_word.words),
    Kind.CHARGE_NOTICE: Rules(charge_notice.owed, charge_notice.verdict, charge_notice.words),
    Kind.DATE: Rules(date.owed, date.verdict, date.words),
    # The silence itself is led through what happened by `silence.lead`; messages that failed are beside it.
    Kind.SILENCE: Rules(failure.owed, failure.verdict, failure.words),
    Kind.SCAN: Rules(scan.owed, scan.verdict, scan.words),
    Kind.REMINDER: Rules(reminder.owed, reminder.verdict, reminder.words),
    Kind.FOLLOW_UP: Rules(follow_up.owed, follow_up.verdict, follow_up.words),
}
