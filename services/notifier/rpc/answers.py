"""The notifier's own values as messages of the contract. Enumerations are numbered alike: they map by number."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from notifier.care import Attention, Obligation
from notifier.planning.kinds import WITHOUT_NEW_FACT
from notifier.rpc.book import MessageRow, Now
from notifier.sending.rows import State
from wismo.care.v1 import care_service_pb2, measures_pb2, message_pb2, obligation_pb2

_STATES = {
    State.PLANNED: message_pb2.DELIVERY_STATE_WAITING,
    State.CLAIMED: message_pb2.DELIVERY_STATE_WAITING,
    State.SENT: message_pb2.DELIVERY_STATE_ACCEPTED,
    State.SKIPPED: message_pb2.DELIVERY_STATE_SKIPPED,
    State.DEAD: message_pb2.DELIVERY_STATE_FAILED,
    State.UNKNOWN: message_pb2.DELIVERY_STATE_UNKNOWN,
}


def attention_answer(order: str, one: Attention) -> care_service_pb2.Attention:
    """What needs a human."""
    return care_service_pb2.Attention(
        order=order,
        kind=care_service_pb2.AttentionKind.ValueType(int(one.kind)),
        subject_id=one.subject_id,
        since=stamp(one.since),
        due_at=stamp(one.due_at),
        rank=one.rank,
        escalated=one.escalated,
    )


def obligation_answer(one: Obligation) -> obligation_pb2.Obligation:
    """What is or was owed."""
    return obligation_pb2.Obligation(
        kind=obligation_pb2.ObligationKind.ValueType(int(one.kind)),
        cause=one.cause,
        made_at=stamp(one.made_at),
        due_at=stamp(one.due_at),
        state=obligation_pb2.ObligationState.ValueType(int(one.state)),
        settled_at=stamp(one.settled_at) if one.settled_at is not None else None,
        settled_by=one.settled_by,
        steps=[
            obligation_pb2.ObligationStepDone(
                step=obligation_pb2.ObligationStep.ValueType(int(step.step)),
                done_at=stamp(step.done_at),
                message_id=step.message_id,
            )
            for step in one.steps
            if step.done_at is not None
        ],
    )


def message_answer(one: MessageRow) -> message_pb2.Message:
    """A message without its content."""
    row = one.row
    came_back = one.bounced_at is not None
    return message_pb2.Message(
        message_id=row.id,
        kind=row.kind.value,
        recipient=row.recipient,
        channel=row.channel,
        state=message_pb2.DELIVERY_STATE_BOUNCED if came_back else _STATES[row.state],
        reason=row.reason,
        planned_at=stamp(row.planned_at),
        settled_at=stamp(row.settled_at) if row.settled_at is not None else None,
        bounced_at=stamp(one.bounced_at) if one.bounced_at is not None else None,
        attempts=row.attempts,
        new_fact=not {row.kind, *(part.kind for part in row.parts)} <= WITHOUT_NEW_FACT,
    )


def now_answer(now: Now) -> measures_pb2.CareNow:
    """How it is at this moment."""
    return measures_pb2.CareNow(
        open_orders=now.open_orders,
        dark_orders=now.dark_orders,
        open_questions=now.open_questions,
        overdue_questions=now.overdue_questions,
        failed_messages=now.failed_messages,
    )


def stamp(moment: datetime) -> Timestamp:
    """An instant as the contract has it."""
    made = Timestamp()
    made.FromDatetime(moment)
    return made
