"""What the orders service must know of a message that was accepted, so that all see one truth. Pure."""

import hashlib
from collections.abc import Iterable

from google.protobuf.message import DecodeError

from chassis.outbox import Letter
from notifier.planning.kinds import MessageKind
from notifier.planning.plan import BUYER
from notifier.sending.rows import Row, State
from wismo.care.v1.notice_pb2 import Notice
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1.orders_service_pb2 import RecordEventRequest

_CHARGES = frozenset({MessageKind.CHARGE_COMING, MessageKind.TRIAL_ENDING})


def letters_of(ended: Iterable[Row]) -> list[Letter]:
    """One letter for each fact: a broken silence, a delayed answer, an accepted notice of a charge."""
    return [
        Letter(request.request_id, str(request.event.WhichOneof("change")), row.order, row.settled_at, _body(request))
        for row in ended
        if row.state == State.SENT and row.recipient == BUYER and row.settled_at is not None
        for request in _requests(row)
    ]


def _requests(row: Row) -> list[RecordEventRequest]:
    told = [(row.id, row.kind, row.change), *((part.id, part.kind, part.change) for part in row.parts)]
    found = []
    for row_id, kind, body in told:
        event = _notice_fact(row, kind, body) if row.is_notice else _event_fact(row, kind, body)
        if event is None or row.settled_at is None:
            continue
        event.source = events.EVENT_SOURCE_SYSTEM
        event.occurred_at.FromDatetime(row.settled_at)
        request_id = hashlib.sha256(row_id.encode()).hexdigest()[:40]
        found.append(RecordEventRequest(order=row.order, event=event, request_id=request_id))
    return found


def _notice_fact(row: Row, kind: MessageKind, body: bytes) -> events.FulfilmentEvent | None:
    try:
        notice = Notice.FromString(body)
    except DecodeError:
        return None
    event = events.FulfilmentEvent()
    if kind in _CHARGES and notice.HasField("charge_at") and notice.line_ids:
        accepted = event.charge_notice_accepted
        accepted.line_id, accepted.message_id = notice.line_ids[0], row.id
        accepted.charge_at.CopyFrom(notice.charge_at)
        accepted.amount.CopyFrom(notice.amount)
    elif kind == MessageKind.ANSWER_LATE and notice.question_id:
        delayed = event.question_delayed
        delayed.question_id, delayed.message_id = notice.question_id, row.id
        delayed.missed_at.CopyFrom(notice.missed_at)
        delayed.reply_by.CopyFrom(notice.next_update_at)
    elif notice.watch_cause and notice.HasField("next_update_at"):
        said = event.still_with_you
        said.cause, said.parcel_id, said.message_id = notice.watch_cause, notice.parcel_id, row.id
        said.line_ids.extend(notice.line_ids)
        said.next_update_at.CopyFrom(notice.next_update_at)
        if notice.HasField("missed_at"):
            said.missed_at.CopyFrom(notice.missed_at)
    else:
        return None
    return event


def _event_fact(row: Row, kind: MessageKind, body: bytes) -> events.FulfilmentEvent | None:
    if kind != MessageKind.CHARGE_COMING:
        return None
    try:
        coming = events.FulfilmentEvent.FromString(body).charge_coming
    except DecodeError:
        return None
    event = events.FulfilmentEvent()
    accepted = event.charge_notice_accepted
    accepted.line_id, accepted.message_id = coming.line_id, row.id
    accepted.charge_at.CopyFrom(coming.charge_at)
    accepted.amount.CopyFrom(coming.amount)
    return event


def _body(request: RecordEventRequest) -> bytes:
    return request.SerializeToString()
