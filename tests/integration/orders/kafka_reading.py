"""What is on Kafka, as a consumer with a group of its own sees it."""

import time
from collections.abc import Callable
from functools import partial

from kafka import KafkaConsumer

from chassis.kafka.connecting import connected
from wismo.events.v1.order_event_pb2 import OrderEvent


def read_events(
    bootstrap: str, enough: Callable[[list[OrderEvent]], bool], *, prefix: str, seconds: float = 30.0
) -> list[OrderEvent]:
    """Order events of orders whose name begins with `prefix`, from the topic's beginning, until `enough` says so."""
    config: dict[str, object] = {
        "bootstrap_servers": bootstrap,
        "auto_offset_reset": "earliest",
        "enable_auto_commit": False,
        "consumer_timeout_ms": 300,
    }
    consumer = connected(partial(KafkaConsumer, "wismo.order-events.v1"), config)
    found: list[OrderEvent] = []
    give_up = time.monotonic() + seconds
    try:
        while not enough(found):
            if time.monotonic() > give_up:
                raise AssertionError(f"{len(found)} events of {prefix} after {seconds:.0f} s")
            ours = (record for record in consumer if record.key.decode().startswith(prefix))
            found.extend(OrderEvent.FromString(record.value) for record in ours)
    finally:
        consumer.close()
    return found


def without_duplicates(events: list[OrderEvent]) -> dict[str, list[OrderEvent]]:
    """Per order, what a consumer keeps that drops what is not newer than what it has."""
    kept: dict[str, list[OrderEvent]] = {}
    for event in events:
        of_order = kept.setdefault(event.subject, [])
        if not of_order or event.sequence > of_order[-1].sequence:
            of_order.append(event)
    return kept
