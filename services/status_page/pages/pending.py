"""The order as it will be once `orders` has what the buyer did a moment ago.

The page shows what it has kept as done: from its own row at first, from the order as soon as the event has come round.
"""

from datetime import UTC, datetime, timedelta

from status_page.outbox.facts import stamp
from status_page.projection.rows import Pending
from wismo.orders.v1 import entitlement_pb2, line_pb2, order_pb2, question_pb2

REOPENS_WITHIN = timedelta(days=14)
"""For so long after its answer a question is opened again by asking; later, asking begins a new one, as in `orders`."""

_NEW = "new"
"""What a question is called here until `orders` has named it."""


def evidence_of(fact_id: str) -> str:
    """How a question that was asked on the page is recognised in the order."""
    return f"page/{fact_id}"


def with_pending(order: order_pb2.Order, pending: tuple[Pending, ...]) -> order_pb2.Order:
    """The order with everything done that it lacks; the very same order when it lacks nothing."""
    missing = [one for one in pending if not is_in(order, one)]
    if not missing:
        return order
    ahead = order_pb2.Order()
    ahead.CopyFrom(order)
    for one in missing:
        if one.kind == "question":
            _ask(ahead, one)
        elif one.kind == "trial_cancelled":
            _cancel(ahead, one)
        else:
            ahead.no_optional_messages = True
    return ahead


def is_in(order: order_pb2.Order, pending: Pending) -> bool:
    """Whether the order itself shows it."""
    match pending.kind:
        case "question":
            evidence = evidence_of(pending.id)
            return any(post.evidence_id == evidence for question in order.questions for post in question.posts)
        case "trial_cancelled":
            trial = trial_of(order, pending.line_id)
            return trial is None or trial.HasField("cancelled_at") or trial.HasField("charged_at")
        case _:
            return order.no_optional_messages


def trial_of(order: order_pb2.Order, line_id: str) -> entitlement_pb2.Trial | None:
    """The trial of a line."""
    return next((one for one in order.trials if one.line_id == line_id), None)


def waits(question: question_pb2.Question) -> bool:
    """Whether it waits for an answer."""
    return question.state == question_pb2.QUESTION_STATE_OPEN


def open_question(order: order_pb2.Order) -> question_pb2.Question | None:
    """The question that waits for its answer: of several the one that was promised first."""
    waiting = [one for one in order.questions if waits(one)]
    return min(waiting, key=_promised, default=None)


def folds_into(order: order_pb2.Order, now: datetime) -> question_pb2.Question | None:
    """The question that what is asked now becomes part of: the open one, else one that was answered not long ago."""
    waiting = open_question(order)
    if waiting is not None:
        return waiting
    answered = [one for one in order.questions if one.HasField("answered_at")]
    newest = max(answered, key=lambda one: one.answered_at.ToDatetime(UTC), default=None)
    return newest if newest is not None and now - newest.answered_at.ToDatetime(UTC) <= REOPENS_WITHIN else None


def _ask(order: order_pb2.Order, asked: Pending) -> None:
    at = stamp(asked.at)
    question = folds_into(order, asked.at)
    if question is None:
        question = order.questions.add(question_id=_NEW, asked_at=at)
    if not waits(question):
        question.state = question_pb2.QUESTION_STATE_OPEN
        for field in ("answered_at", "reply_by", "acknowledged_at"):
            question.ClearField(field)
    if asked.reply_by is not None and not question.HasField("reply_by"):
        question.reply_by.CopyFrom(stamp(asked.reply_by))
    question.posts.add(
        occurred_at=at,
        from_buyer=True,
        channel=question_pb2.QUESTION_CHANNEL_PAGE,
        text=asked.text,
        evidence_id=evidence_of(asked.id),
    )


def _cancel(order: order_pb2.Order, cancelled: Pending) -> None:
    trial = trial_of(order, cancelled.line_id)
    if trial is None:
        return
    trial.cancelled_at.CopyFrom(stamp(cancelled.at))
    trial.ClearField("charge_at")
    trial.ClearField("charge_amount")
    for line in order.lines:
        if line.line_id == cancelled.line_id and line.state == line_pb2.LINE_STATE_TRIAL_RUNNING:
            line.state = line_pb2.LINE_STATE_TRIAL_ENDED


def _promised(question: question_pb2.Question) -> tuple[bool, datetime]:
    given = question.reply_by if question.HasField("reply_by") else question.asked_at
    return not question.HasField("reply_by"), given.ToDatetime(UTC)
