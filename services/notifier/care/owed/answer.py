"""A question is answered by the time that was promised. Repeats of one wait are one obligation (rule 3: waits fold)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.care.facts import Facts, Verdict, earliest, kept, owe, void
from notifier.care.moments import before_night, instant
from notifier.care.notices import ESCALATION
from notifier.care.obligations import Kind, Obligation, State, Step
from notifier.care.watch import AttentionKind
from notifier.care.words import About, Word, to_buyer, to_team
from notifier.planning.kinds import MessageKind
from wismo.orders.v1 import question_pb2

_ABOUT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait for an answer: from the first asking to the first answer after it."""

    question_id: str
    number: int
    since: datetime
    asked: int
    answered_at: datetime | None

    @property
    def cause(self) -> str:
        """What the obligation is called after."""
        return f"question/{self.question_id}/{self.number}"


def waits(question: question_pb2.Question) -> list[Wait]:
    """The waits of a question, oldest first."""
    found: list[Wait] = []
    for post in sorted(question.posts, key=lambda one: instant(one.occurred_at)):
        at, last = instant(post.occurred_at), found[-1] if found else None
        waiting = last is not None and last.answered_at is None
        if last is not None and waiting:
            asked, answered = (last.asked + 1, None) if post.from_buyer else (last.asked, at)
            found[-1] = Wait(last.question_id, last.number, last.since, asked, answered)
        elif post.from_buyer:
            found.append(Wait(question.question_id, len(found) + 1, at, 1, None))
    return found


def first_promise(question: question_pb2.Question, wait: Wait, facts: Facts) -> datetime:
    """By when the answer to this wait was promised at first."""
    missed = [instant(one) for one in question.missed_reply_by if instant(one) > wait.since]
    if missed:
        return min(missed)
    if question.HasField("reply_by"):
        return instant(question.reply_by)
    return facts.policies.calendar.after(wait.since, facts.policies.answer_within)


def owed(facts: Facts) -> Iterator[Obligation]:
    """For each question that waits: the newest promise, and the ones before it."""
    for question in facts.order.questions:
        found = waits(question)
        if not found or not (found[-1].answered_at is None or _is_watched(found[-1], facts)):
            continue
        wait = found[-1]
        due = first_promise(question, wait, facts)
        escalate_at = max(due, wait.since + facts.policies.escalate_after)
        remind_at = wait.since + (due - wait.since) * 3 / 4
        steps = ((Step.REMIND, remind_at), (Step.DUE, due), (Step.ESCALATE, escalate_at))
        yield owe(Kind.ANSWER, wait.cause, wait.since, due, *steps)
        cause, late = wait.cause, 0
        for told in facts.accepted:
            if told.kind != MessageKind.ANSWER_LATE or told.about != cause or told.promised_at is None:
                continue
            if wait.answered_at is not None and told.accepted_at >= wait.answered_at:
                break  # It crossed with the answer, and promises nothing any more.
            late += 1
            cause = f"{wait.cause}/late-{late}"
            made, due = told.accepted_at, told.promised_at
            remind_at = made + (due - made) * 3 / 4
            # The escalation of the wait as a whole is done by whichever promise is open when its time comes.
            last = [(Step.ESCALATE, escalate_at)] if escalate_at > made else []
            yield owe(Kind.ANSWER, cause, made, due, (Step.REMIND, remind_at), (Step.DUE, due), *last)


def _is_watched(wait: Wait, facts: Facts) -> bool:
    """Whether its answer came since the last look: what was told until then still counts."""
    ours = (one.cause.partition("/late-")[0] for one in facts.watch.obligations if one.kind == Kind.ANSWER)
    return wait.cause in ours


def verdict(obligation: Obligation, facts: Facts, _wanted: Obligation | None) -> Verdict | None:
    """Kept by the answer; broken once the buyer was told of the miss and a new time was named."""
    wait = wait_of(obligation, facts)
    if wait is None:
        return void(facts.at, "the question is gone")
    answered = kept(obligation, wait.answered_at, "answered") if wait.answered_at else None
    told = next(
        (one for one in facts.accepted if one.kind == MessageKind.ANSWER_LATE and one.about == obligation.cause), None
    )
    missed = Verdict(State.BROKEN, told.accepted_at, _next_cause(obligation.cause)) if told else None
    return earliest(answered, missed)


def words(obligation: Obligation, step: Step, facts: Facts) -> Iterator[Word]:
    """The team is reminded before; the buyer is told what was missed and by when the answer comes now."""
    wait = wait_of(obligation, facts)
    if wait is None or (step == Step.REMIND and facts.now >= obligation.due_at):
        return
    about = About(question_id=wait.question_id, missed_at=obligation.due_at if step != Step.REMIND else None)
    if step == Step.DUE:
        if facts.has_address:
            word = to_buyer(obligation, step, facts, MessageKind.ANSWER_LATE, about)
            word.notice.next_update_at.FromDatetime(_next_promise(facts))
            yield word
        else:
            yield to_team(obligation, step, facts, AttentionKind.QUESTION, wait.question_id, about)
    elif step == Step.REMIND:
        yield to_team(obligation, step, facts, AttentionKind.QUESTION, wait.question_id, about)
    else:
        yield to_team(obligation, step, facts, AttentionKind.QUESTION, wait.question_id, about, ESCALATION)


def wait_of(obligation: Obligation, facts: Facts) -> Wait | None:
    """The wait that an obligation is about."""
    _, question_id, number, *_ = obligation.cause.split("/")
    for question in facts.order.questions:
        if question.question_id == question_id:
            return next((one for one in waits(question) if one.number == int(number)), None)
    return None


def _next_promise(facts: Facts) -> datetime:
    """As long again in working time, named by day; where that is about when the silence would be broken, just before,
    so that the buyer gets one message and not two.
    """
    at = facts.policies.calendar.after(facts.now, facts.policies.answer_within)
    limit = facts.now + facts.silence_limit
    if abs(at - limit) <= _ABOUT:
        at = limit - _ABOUT
    return before_night(at, facts.zone, facts.order.name, facts.now)


def _next_cause(cause: str) -> str:
    base, _, late = cause.partition("/late-")
    return f"{base}/late-{int(late or 0) + 1}"
