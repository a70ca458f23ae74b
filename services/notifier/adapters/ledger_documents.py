"""Rows of the ledger as documents of MongoDB, both ways."""

from datetime import UTC, datetime
from typing import Any

from chassis.mongo import Document
from notifier.planning.kinds import MessageKind
from notifier.planning.plan import Resend
from notifier.sending.ledger import NewMessage
from notifier.sending.rows import Part, Row, State


def new_row(new: NewMessage, now: datetime) -> Row:
    """The row of a message that was just planned."""
    message = new.message
    due = max(now + message.window, new.not_before or now)
    return Row(
        id=message.id,
        thread=message.thread,
        order=message.order,
        sequence=message.sequence,
        kind=message.kind,
        recipient=message.recipient,
        channel=message.channel,
        change=new.change,
        event_at=new.event_at,
        planned_at=now,
        not_before=due,
        due_at=due,
        windowed=bool(message.window),
        traceparent=new.traceparent,
    )


def again_row(row: Row, again: Resend, now: datetime) -> Row:
    """The row of a message that leaves once more because event ``again.sequence`` asked for it."""
    return Row(
        id=again.id,
        thread=row.thread,
        order=row.order,
        sequence=again.sequence,
        kind=row.kind,
        recipient=row.recipient,
        channel=row.channel,
        change=row.change,
        event_at=row.event_at,
        planned_at=now,
        not_before=now,
        due_at=now,
        parts=row.parts,
    )


def row_to(row: Row) -> Document:
    """The document of a row. Fields at their defaults are left out; an open row has ``due_at`` and ``queue``."""
    document: Document = {
        "_id": row.id,
        "thread": row.thread,
        "order": row.order,
        "sequence": row.sequence,
        "kind": row.kind.value,
        "recipient": row.recipient,
        "channel": row.channel,
        "change": row.change,
        "event_at": row.event_at,
        "planned_at": row.planned_at,
        "not_before": row.not_before,
        "state": row.state.value,
        "attempts": row.attempts,
        "claim": row.claim,
        "doubt": row.doubt,
        "intent": row.intent,
        "windowed": row.windowed,
        "reason": row.reason,
        "parts": [
            {"id": part.id, "sequence": part.sequence, "kind": part.kind.value, "change": part.change}
            for part in row.parts
        ],
    }
    if row.state.is_open:
        document |= {"due_at": row.due_at, "queue": row.thread}
    if row.state.is_alarm:
        document["alarm"] = row.state.value
    if row.traceparent:
        document["traceparent"] = row.traceparent
    if row.settled_at is not None:
        document["settled_at"] = row.settled_at
    return document


def row_from(document: Document) -> Row:
    """The row of a document."""
    return Row(
        id=document["_id"],
        thread=document["thread"],
        order=document["order"],
        sequence=document["sequence"],
        kind=MessageKind(document["kind"]),
        recipient=document["recipient"],
        channel=document["channel"],
        change=document["change"],
        event_at=_utc(document["event_at"]),
        planned_at=_utc(document["planned_at"]),
        not_before=_utc(document["not_before"]),
        due_at=_utc(document["due_at"] if "due_at" in document else document["not_before"]),
        windowed=document["windowed"],
        parts=tuple(_part(one) for one in document["parts"]),
        state=State(document["state"]),
        attempts=document["attempts"],
        claim=document["claim"],
        doubt=document["doubt"],
        intent=document["intent"],
        reason=document["reason"],
        settled_at=_utc(document["settled_at"]) if document.get("settled_at") else None,
        traceparent=document.get("traceparent", ""),
    )


def _part(document: dict[str, Any]) -> Part:
    return Part(document["id"], document["sequence"], MessageKind(document["kind"]), document["change"])


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
