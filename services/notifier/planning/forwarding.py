"""What a buyer asks goes to the merchant's care team at once, each asking as it comes: a reply to it is the answer."""

from datetime import UTC

from notifier.care.notices import CARE, PlannedNotice
from notifier.care.obligations import Kind, Step
from notifier.planning.kinds import MessageKind
from notifier.sending.ledger import NewMessage
from notifier.watching.entering import new_messages
from wismo.care.v1 import notice_pb2, obligation_pb2
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events


def forwarded(event: OrderEvent) -> tuple[NewMessage, ...]:
    """The messages to the team of an asking that was acknowledged: by then the order says by when it is answered.

    The same event always plans the same ids. What was answered before it leaves is not sent.
    """
    change = event.change
    if not change.HasField("question_acknowledged") or event.effect == events.EFFECT_REPEATED:
        return ()
    question_id = change.question_acknowledged.question_id
    cause = f"question/{question_id}/asked-{event.sequence:08d}"
    notice = PlannedNotice(
        order=event.subject,
        recipient=CARE,
        kind=MessageKind.QUESTION_FORWARDED,
        obligation=Kind.ANSWER,
        cause=cause,
        step=Step.DUE,
        notice=notice_pb2.Notice(
            obligation=obligation_pb2.OBLIGATION_KIND_ANSWER,
            step=obligation_pb2.OBLIGATION_STEP_DUE,
            cause=cause,
            question_id=question_id,
        ),
    )
    return new_messages([notice], event.order, event.merchant, event.time.ToDatetime(tzinfo=UTC))
