"""What the buyer asks. Several askings of one wait are one question with several posts, and the earliest promise
stands.
"""

from dataclasses import replace

from orders.domain.care import Question, QuestionPost
from orders.domain.changes.care import QuestionAcknowledged, QuestionAnswered, QuestionAsked, QuestionDelayed
from orders.domain.errors import BadField, UnknownQuestion
from orders.domain.folding.work import Work
from orders.domain.vocabulary import ChangeKind, Effect, QuestionState


def question_asked(work: Work, change: QuestionAsked) -> None:
    """Opens a question, adds to an open one, or opens an answered one again with a new wait."""
    work.subject_id = change.question_id
    post = QuestionPost(work.occurred_at, change.text, True, change.channel, change.evidence_id)
    for index, known in enumerate(work.questions):
        if known.question_id != change.question_id:
            continue
        if post in known.posts:
            work.repeats = _said(work)
            return
        new = replace(known, posts=_with(known.posts, post), asked_at=min(known.asked_at, work.occurred_at))
        if known.answered_at is None or work.occurred_at > known.answered_at:
            if known.state is QuestionState.ANSWERED:
                new = replace(new, state=QuestionState.OPEN, reply_by=None, acknowledged_at=None, answered_at=None)
        else:
            work.effect = Effect.NOTED
        _put(work, index, new)
        return
    work.questions = (*work.questions, Question(change.question_id, work.occurred_at, QuestionState.OPEN, (post,)))


def question_acknowledged(work: Work, change: QuestionAcknowledged) -> None:
    """The buyer was told that it arrived and by when the answer comes; a later time never replaces an earlier one.

    Each asking is acknowledged, all with the time that stands; more acknowledgements than askings say nothing new.
    """
    index = _question_at(work, change.question_id)
    known = work.questions[index]
    work.subject_id = change.question_id
    reply_by = min(known.reply_by or change.reply_by, change.reply_by)
    if known.reply_by is not None and change.reply_by in known.missed_reply_by:
        reply_by = known.reply_by
    asked, told = (_newest_of(work, kind) for kind in (ChangeKind.QUESTION_ASKED, work.kind))
    if known.acknowledged_at and told > asked and reply_by == known.reply_by:
        work.repeats = work.first_said(lambda entry: entry.subject_id == change.question_id)
        return
    work.change = replace(change, reply_by=reply_by)
    _put(work, index, replace(known, reply_by=reply_by, acknowledged_at=known.acknowledged_at or work.occurred_at))


def question_answered(work: Work, change: QuestionAnswered) -> None:
    """Answers a question; more than one answer is welcome."""
    index = _question_at(work, change.question_id)
    known = work.questions[index]
    work.subject_id = change.question_id
    post = QuestionPost(work.occurred_at, change.text)
    if post in known.posts:
        work.repeats = _said(work)
        return
    asked_again = any(item.from_buyer and item.occurred_at > work.occurred_at for item in known.posts)
    new = replace(known, posts=_with(known.posts, post))
    if asked_again:
        work.effect = Effect.NOTED
    else:
        new = replace(new, state=QuestionState.ANSWERED, answered_at=work.occurred_at)
    _put(work, index, new)


def question_delayed(work: Work, change: QuestionDelayed) -> None:
    """The promise that was missed moves to a later time, once: when another one stands, or the answer has come, it is
    noted only.
    """
    index = _question_at(work, change.question_id)
    known = work.questions[index]
    work.subject_id = change.question_id
    if change.reply_by <= change.missed_at:
        raise BadField(
            work.path("reply_by"),
            "it is not later than the time that was missed",
            "send the time by which the answer comes now",
            change.question_id,
        )
    said = [e for e in work.timeline if e.kind is work.kind and e.subject_id == change.question_id]
    if any(entry.occurred_at == work.occurred_at for entry in said):
        work.repeats = _said(work)
        return
    if known.state is not QuestionState.OPEN or known.reply_by != change.missed_at:
        work.effect = Effect.NOTED
        return
    missed = (*known.missed_reply_by, change.missed_at)
    _put(work, index, replace(known, reply_by=change.reply_by, missed_reply_by=missed))


def _newest_of(work: Work, kind: ChangeKind) -> int:
    """The sequence of the newest event of this kind about the question; 0 for none."""
    about = (e.sequence for e in work.timeline if e.kind is kind and e.subject_id == work.subject_id)
    return max(about, default=0)


def _with(posts: tuple[QuestionPost, ...], post: QuestionPost) -> tuple[QuestionPost, ...]:
    return tuple(sorted((*posts, post), key=lambda item: item.occurred_at))


def _said(work: Work) -> int:
    return work.first_said(lambda entry: entry.subject_id == work.subject_id and entry.occurred_at == work.occurred_at)


def _put(work: Work, index: int, question: Question) -> None:
    work.questions = (*work.questions[:index], question, *work.questions[index + 1 :])


def _question_at(work: Work, question_id: str) -> int:
    for index, question in enumerate(work.questions):
        if question.question_id == question_id:
            return index
    raise UnknownQuestion(
        work.path("question_id"),
        f"no question {question_id!r} was asked",
        "send it for a question of GetOrder's answer",
        question_id,
    )
