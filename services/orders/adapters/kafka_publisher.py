"""Rows of the outbox as CloudEvents on Kafka."""

from collections.abc import Sequence

from chassis.cloudevents import CloudEvent, to_headers
from chassis.kafka import Producer, Record
from orders.use_cases.outbox import SOURCE
from orders.use_cases.stored import OutboxRow


class KafkaPublisher:
    """The Publisher. Its order per key is the producer's."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    def publish(self, rows: Sequence[OutboxRow]) -> list[Exception | None]:
        return [outcome.error for outcome in self._producer.publish_many([_record(row) for row in rows])]


def _record(row: OutboxRow) -> Record:
    event = CloudEvent(id=row.event_id, source=SOURCE, type=row.event_type, time=row.time, subject=row.key)
    return Record(row.topic, row.key.encode(), row.value, to_headers(event))
