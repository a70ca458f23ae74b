"""Orders, log and outbox as documents, and back."""

from bson import Binary

from chassis.mongo import Document
from orders.adapters.proto_mapping import decode_order
from orders.use_cases.requests import RequestLog
from orders.use_cases.stored import LogRow, OutboxRow, QuestionRow, StoredOrder, TransitRow


def order_document(stored: StoredOrder) -> Document:
    """`body` is the truth; the other fields are there to be found by."""
    order = stored.order
    return {
        "_id": stored.key,
        "name": order.name,
        "version": stored.version,
        "merchant": stored.merchant,
        "updated": order.update_time,
        "state": int(order.state),
        "open_problem": any(problem.resolved_at is None for problem in order.problems),
        "requests": Binary(stored.requests.data),
        "body": Binary(stored.body),
    }


def stored_order(document: Document) -> StoredOrder:
    """The order of a document."""
    body = bytes(document["body"])
    return StoredOrder(
        document["_id"], document["merchant"], decode_order(body), body, RequestLog(bytes(document["requests"]))
    )


def log_document(row: LogRow) -> Document:
    """One event of the log. Its key sorts by order and sequence."""
    return {
        "_id": log_id(row.key, row.sequence),
        "order": row.order,
        "merchant": row.merchant,
        "recorded": row.recorded_at,
        "effect": row.effect,
        "request": row.request_id,
        "change": Binary(row.change),
    }


def log_id(key: str, sequence: int) -> str:
    """Primary key in the log."""
    return f"{key}#{sequence:08d}"


def question_document(row: QuestionRow) -> Document:
    """Where a question stands in the merchant's list; what it says is in the order."""
    return {
        "_id": row.key,
        "order": row.order_key,
        "question": row.question_id,
        "merchant": row.merchant,
        "state": int(row.state),
        "due": row.due,
    }


def transit_document(row: TransitRow) -> Document:
    """A parcel that arrived, until it is counted."""
    return {
        "_id": row.key,
        "merchant": row.road.merchant,
        "carrier": row.road.carrier,
        "country": row.road.country,
        "quarter_days": row.quarter_days,
    }


def outbox_document(row: OutboxRow) -> Document:
    """One row of the outbox."""
    document: Document = {
        "_id": row.id,
        "topic": row.topic,
        "key": row.key,
        "event": row.event_id,
        "type": row.event_type,
        "time": row.time,
        "value": Binary(row.value),
    }
    return document | {"traceparent": row.traceparent} if row.traceparent else document


def outbox_row(document: Document) -> OutboxRow:
    """The row of a document."""
    return OutboxRow(
        id=document["_id"],
        topic=document["topic"],
        key=document["key"],
        event_id=document["event"],
        event_type=document["type"],
        time=document["time"],
        value=bytes(document["value"]),
        traceparent=document.get("traceparent", ""),
    )
