"""The one typed wrapper over kafka-python: publish and know, consume and never skip.

``Producer`` and ``BatchConsumer`` connect at their first use, so that a process starts while the broker is down; until
it is there they raise (or report) ``BrokerUnavailable``. ``run_consumer`` is the loop that every consuming process
runs.
"""

from chassis.kafka.consumer import BatchConsumer
from chassis.kafka.dead_letters import (
    DeadLetterLimit,
    DeadLetters,
    KafkaDeadLetters,
    TooManyDeadLetters,
    dead_letter_headers,
)
from chassis.kafka.loop import Consumes, LoopStats, run_consumer
from chassis.kafka.producer import Outcome, Producer
from chassis.kafka.records import BrokerUnavailable, Header, Partition, Record, Rejected
from chassis.kafka.topics import TopicSpec, broker_answers, ensure_topics

__all__ = [
    "BatchConsumer",
    "BrokerUnavailable",
    "Consumes",
    "DeadLetterLimit",
    "DeadLetters",
    "Header",
    "KafkaDeadLetters",
    "LoopStats",
    "Outcome",
    "Partition",
    "Producer",
    "Record",
    "Rejected",
    "TooManyDeadLetters",
    "TopicSpec",
    "broker_answers",
    "dead_letter_headers",
    "ensure_topics",
    "run_consumer",
]
