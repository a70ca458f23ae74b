"""What the measures count of one look at a watch: each thing once, by marks that the watch keeps."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from notifier.care.facts import Facts
from notifier.care.moments import instant, maybe, named, read
from notifier.care.obligations import Kind, Obligation, State
from notifier.care.observations import Observation, Seen
from notifier.care.owed.answer import first_promise, waits
from notifier.care.owed.failure import is_failure
from notifier.care.watch import Told
from wismo.orders.v1 import fulfilment_event_pb2 as events

PROMISES = frozenset({Kind.ANSWER, Kind.NEXT_WORD, Kind.DATE})
"""Kinds that are times which we named to a buyer."""
_ASK = "ask:"


class Counted:
    """The marks of what was counted, read and written while observing."""

    def __init__(self, marks: Iterable[str]) -> None:
        self._known = frozenset(marks)
        self.kept: set[str] = set()

    def first(self, mark: str) -> bool:
        """Whether it is seen for the first time. Either way it is remembered."""
        new = mark not in self._known and mark not in self.kept
        self.kept.add(mark)
        return new


def observe(
    facts: Facts, open_ones: Iterable[Obligation], ended: Iterable[Obligation], *, predates: bool
) -> tuple[list[Observation], set[str]]:
    """What is to be counted now, and the marks to keep. ``predates``: the order is older than its watch."""
    counted = Counted(facts.watch.marks)
    found: list[Observation] = []
    if counted.first("order") and not predates:
        found.append(Observation(Seen.ORDER, instant(facts.order.create_time)))
    found += _messages(facts)
    for obligation in ended:
        found += _of_ended(obligation, f"due:{int(obligation.kind)}:{obligation.cause}" in facts.watch.marks)
    for obligation in open_ones:
        past = obligation.kind in PROMISES and obligation.due_at <= facts.now
        if past and counted.first(f"due:{int(obligation.kind)}:{obligation.cause}"):
            found.append(Observation(Seen.PROMISE_DUE, obligation.due_at))
    found += _troubles(facts, counted)
    found += _questions(facts, counted)
    found += _ask_dark(facts, counted)
    found += _charges(facts, counted)
    return found, counted.kept


def _messages(facts: Facts) -> Iterator[Observation]:
    for told in facts.watch.told:
        if told.counted < 1 and told.accepted_at <= facts.now:
            yield Observation(Seen.MESSAGE, told.accepted_at)
            if told.worth_hearing and not told.new_fact:
                yield Observation(Seen.MESSAGE_EMPTY, told.accepted_at)
        if told.counted < 2 and told.bounced_at is not None and told.bounced_at <= facts.now:
            yield Observation(Seen.BOUNCE, told.bounced_at)


def _of_ended(one: Obligation, due_counted: bool) -> Iterator[Observation]:
    assert one.settled_at is not None
    happened = one.state in {State.KEPT, State.KEPT_LATE, State.BROKEN}
    if one.kind in PROMISES and happened:
        if not due_counted:
            yield Observation(Seen.PROMISE_DUE, one.due_at)
        if one.state == State.KEPT:
            yield Observation(Seen.PROMISE_KEPT, one.due_at)
    if one.kind in PROMISES and one.kind != Kind.NEXT_WORD and _was_moved(one):
        yield Observation(Seen.PROMISE_MOVED, one.settled_at)
    if one.kind == Kind.SILENCE and not is_failure(one) and happened and one.settled_at > one.due_at:
        yield Observation(Seen.DARK, one.due_at, until=one.settled_at)
    if one.kind == Kind.REMINDER and one.cause.startswith("download/") and one.settled_by == "never used":
        yield Observation(Seen.DOWNLOAD_NEVER, one.settled_at)


def _was_moved(one: Obligation) -> bool:
    """Whether a promise was replaced by one for another time."""
    moved_date = one.kind == Kind.DATE and one.settled_by.rpartition("@")[2] != one.cause.rpartition("@")[2]
    return ("@" in one.settled_by and moved_date) or "/late-" in one.settled_by


def _troubles(facts: Facts, counted: Counted) -> Iterator[Observation]:
    kinds = (events.CHANGE_KIND_DELAY_ANNOUNCED, events.CHANGE_KIND_PROBLEM_REPORTED)
    said = {entry.subject_id: entry.sequence for entry in reversed(facts.entries(*kinds))}
    asked = [wait for question in facts.order.questions for wait in waits(question)]
    for problem in facts.order.problems:
        reported_at = instant(problem.reported_at)
        if counted.first(f"trouble:{problem.problem_id}"):
            yield Observation(Seen.TROUBLE, reported_at)
        told = _telling(facts.accepted, said.get(problem.problem_id, 0))
        if told is not None and counted.first(f"told:{problem.problem_id}"):
            waited = (
                wait.since < told.accepted_at and (wait.answered_at is None or wait.answered_at > reported_at)
                for wait in asked
            )
            if not any(waited):
                yield Observation(Seen.TROUBLE_TOLD_FIRST, reported_at)
        elif f"told:{problem.problem_id}" in facts.watch.marks:
            counted.first(f"told:{problem.problem_id}")


def _telling(told: Iterable[Told], sequence: int) -> Told | None:
    return next((one for one in told if sequence and sequence in one.sequences), None)


def _questions(facts: Facts, counted: Counted) -> Iterator[Observation]:
    for question in facts.order.questions:
        found = waits(question)
        for wait in found:
            if counted.first(f"asked:{wait.cause}"):
                yield Observation(Seen.QUESTION, wait.since)
            if wait.answered_at is not None and counted.first(f"answered:{wait.cause}"):
                took = (wait.answered_at - wait.since).total_seconds()
                yield Observation(Seen.ANSWERED, wait.answered_at, took)
                if wait.answered_at <= first_promise(question, wait, facts):
                    yield Observation(Seen.ANSWERED_IN_TIME, wait.answered_at)
        acknowledged = maybe(question, "acknowledged_at")
        if acknowledged is not None and found and counted.first(f"heard:{found[-1].cause}"):
            took = max(0.0, (acknowledged - found[-1].since).total_seconds())
            yield Observation(Seen.ACKNOWLEDGED, acknowledged, took)


def _ask_dark(facts: Facts, counted: Counted) -> Iterator[Observation]:
    """The hours in which any question was overdue, up to the newest answer that came late; none is counted twice."""
    spans = [
        (first_promise(question, wait, facts), wait.answered_at)
        for question in facts.order.questions
        for wait in waits(question)
    ]
    mark = next((one for one in facts.watch.marks if one.startswith(_ASK)), "")
    reached = read(mark.removeprefix(_ASK)) if mark else datetime.min.replace(tzinfo=facts.at.tzinfo)
    until = max((end for start, end in spans if end is not None and end > start), default=reached)
    if until > reached:
        for start, end in sorted((start, min(end or until, until)) for start, end in spans if start < until):
            begins = max(start, reached)
            if end > begins:
                yield Observation(Seen.ASK_DARK, begins, until=end)
                reached = end
        mark = f"{_ASK}{named(until)}"
    if mark:
        counted.first(mark)


def _charges(facts: Facts, counted: Counted) -> Iterator[Observation]:
    for trial in facts.order.trials:
        charged = maybe(trial, "charged_at")
        if charged is None or not counted.first(f"charge:{trial.line_id}@{named(charged)}"):
            continue
        yield Observation(Seen.CHARGE, charged)
        noticed = [instant(one.accepted_at) for one in trial.notices if instant(one.accepted_at) <= charged]
        if noticed:
            yield Observation(Seen.NOTICE_LEAD, charged, (charged - max(noticed)).total_seconds())
