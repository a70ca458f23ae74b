"""What a buyer's asking becomes: part of the wait that is open, the same wait again, or a question of its own.

Waits fold: three mails and a voice message about one order are one question with four posts, and each of them is
acknowledged with the same reply-by time.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from orders.domain.changes.care import QuestionAcknowledged, QuestionAsked
from orders.domain.events import Event
from orders.domain.order import Order, Question
from orders.domain.vocabulary import EventSource, QuestionChannel, QuestionState

# Who asks again within this time of an answer means the same matter; later it is another one.
SAME_MATTER = timedelta(days=14)


def asking(order: Order, asked: Event, now: datetime, promised: Callable[[datetime], datetime]) -> tuple[Event, Event]:
    """The asking and its acknowledgement. ``asked`` holds a QuestionAsked whose question is not known yet; ``promised``
    says by when an answer is promised to who asks at a time.

    What was noted from a telephone is the care team's word, everything else the buyer's.
    """
    change = asked.change
    assert isinstance(change, QuestionAsked)
    at = asked.occurred_at or now
    question = question_for(order, at)
    source = EventSource.CARE if change.channel is QuestionChannel.PHONE else EventSource.BUYER
    return (
        Event(replace(change, question_id=question), at, source),
        Event(QuestionAcknowledged(question, promised(at)), now, EventSource.SYSTEM),
    )


def question_for(order: Order, asked_at: datetime) -> str:
    """The question that an asking of this time belongs to: the open one, else the one that was answered last, if that
    was in the 14 days before, else a new one.

    What was asked before the last answer and is heard of after it was not answered by it: it is a question of its own.
    """
    waiting = [question for question in order.questions if question.state is QuestionState.OPEN]
    if waiting:
        return max(waiting, key=lambda question: question.asked_at).question_id
    answered = max((item for item in order.questions if item.answered_at), key=_answered_at, default=None)
    if answered is not None and _answered_at(answered) < asked_at <= _answered_at(answered) + SAME_MATTER:
        return answered.question_id
    taken = {question.question_id for question in order.questions}
    number = len(taken) + 1
    while f"q-{number}" in taken:
        number += 1
    return f"q-{number}"


def _answered_at(question: Question) -> datetime:
    assert question.answered_at is not None
    return question.answered_at
