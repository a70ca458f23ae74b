"""Rows of the outbox as CloudEvents on Kafka."""

from collections.abc import Sequence

from chassis import tracing
from chassis.cloudevents import CloudEvent, to_headers
from chassis.kafka import Producer, Record
from orders.use_cases.outbox import SOURCE
from orders.use_cases.stored import OutboxRow


class KafkaPublisher:
    """The Publisher. Its order per key is the producer's."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    def publish(self, rows: Sequence[OutboxRow]) -> list[Exception | None]:
        marks = [_mark(row) for row in rows]
        records = [_record(row, mark.traceparent) for row, mark in zip(rows, marks, strict=True)]
        errors = [outcome.error for outcome in self._producer.publish_many(records)]
        for mark, error in zip(marks, errors, strict=True):
            if error is not None:
                mark.failed(type(error).__name__)
            mark.end()
        return errors


def _mark(row: OutboxRow) -> tracing.Mark:
    return tracing.begin(
        "relay publish",
        parent=row.traceparent,
        kind=tracing.Kind.PRODUCER,
        messaging__system="kafka",
        messaging__destination__name=row.topic,
        wismo__event_id=row.event_id,
        wismo__event_type=row.event_type,
    )


def _record(row: OutboxRow, traceparent: str) -> Record:
    event = CloudEvent(id=row.event_id, source=SOURCE, type=row.event_type, time=row.time, subject=row.key)
    # Also while this process does not trace: the one that took the call may, and so may those that read the topic.
    its = traceparent or row.traceparent
    headers = (*to_headers(event), (tracing.TRACEPARENT, its.encode())) if its else to_headers(event)
    return Record(row.topic, row.key.encode(), row.value, headers)
