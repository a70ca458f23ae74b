"""Sample questions: asked on the page, once more by mail and by phone, answered, late, and forwarded."""

from notifier.preview.stage import Stage, at
from wismo.care.v1 import notice_pb2
from wismo.care.v1 import obligation_pb2 as obligations
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import question_pb2 as questions


def received(stage: Stage) -> events.FulfilmentEvent:
    _ask(stage, repeats=0)
    return events.FulfilmentEvent(question_acknowledged=events.QuestionAcknowledged(question_id="q1", reply_by=at(19)))


def answered(stage: Stage) -> events.FulfilmentEvent:
    question = _ask(stage)
    question.posts.add(occurred_at=at(0), text=stage.words.answer)
    return events.FulfilmentEvent(question_answered=events.QuestionAnswered(question_id="q1", text=stage.words.answer))


def late(stage: Stage) -> notice_pb2.Notice:
    _ask(stage)
    return notice_pb2.Notice(
        obligation=obligations.OBLIGATION_KIND_ANSWER,
        cause="question/q1/1",
        step=obligations.OBLIGATION_STEP_DUE,
        question_id="q1",
        missed_at=at(-0.2),
        next_update_at=at(8),
    )


def forwarded(stage: Stage) -> notice_pb2.Notice:
    _ask(stage)
    return notice_pb2.Notice(
        obligation=obligations.OBLIGATION_KIND_ANSWER,
        cause="question/q1/1",
        step=obligations.OBLIGATION_STEP_DUE,
        question_id="q1",
    )


def _ask(stage: Stage, *, repeats: int = 2) -> questions.Question:
    words = stage.words
    stage.order.questions.add(question_id="q1", state=questions.QUESTION_STATE_OPEN, reply_by=at(19), asked_at=at(-5))
    asked = (
        (-5, questions.QUESTION_CHANNEL_PAGE, words.question),
        (-3, questions.QUESTION_CHANNEL_EMAIL, words.question_again),
        (-1, questions.QUESTION_CHANNEL_PHONE, words.called),
    )
    for hours, channel, text in asked[: repeats + 1]:
        stage.order.questions[0].posts.add(occurred_at=at(hours), from_buyer=True, channel=channel, text=text)
    return stage.order.questions[0]
