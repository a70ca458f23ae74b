"""What every process of the notifier does before and beside its work: servers that are not there yet, topics, lag."""

from collections.abc import Callable, Mapping

from chassis.backoff import Backoff
from chassis.crash_points import crash_point
from chassis.kafka import BatchConsumer, BrokerUnavailable, LoopStats, Partition, Record, TopicSpec, ensure_topics
from chassis.logs import get_logger
from chassis.mongo import is_unavailable, trouble
from chassis.shutdown import StopSignal
from notifier.measures import Measures
from notifier.planning.planner import Topics
from notifier.settings import Settings

_log = get_logger(__name__)


class CommitWithCrashPoints:
    """The consumer, with a crash point on either side of its commit."""

    def __init__(self, consumer: BatchConsumer) -> None:
        self._consumer = consumer

    def poll(self, max_records: int, timeout: float) -> list[Record]:
        """As the consumer."""
        return self._consumer.poll(max_records, timeout)

    def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """As the consumer."""
        crash_point("notifier.plan.before_commit")
        done = self._consumer.commit(offsets)
        crash_point("notifier.plan.after_commit")
        return done

    def seek_back(self, offsets: Mapping[Partition, int]) -> None:
        """As the consumer."""
        self._consumer.seek_back(offsets)


def topic_specs(settings: Settings, topics: Topics) -> tuple[TopicSpec, ...]:
    """What must be there. Whoever comes first makes it; orders makes the first two as well, in the same shape."""
    spread = (settings.topic_partitions, settings.topic_replication)
    return (
        TopicSpec(topics.orders, *spread),
        TopicSpec(topics.merchants, 1, settings.topic_replication, {"cleanup.policy": "compact"}),
        TopicSpec(topics.dead_letters, *spread),
    )


def make_topics(settings: Settings, topics: Topics) -> None:
    """Make the topics that are missing. Idempotent."""
    ensure_topics(settings.brokers, topic_specs(settings, topics))


def until_it_works(action: Callable[[], object], complaint: str, stop: StopSignal) -> None:
    """Do it again until database or broker are there, or until asked to stop. Raises what is wrong otherwise."""
    for wait in Backoff(initial=0.5, maximum=5.0, floor=0.1).delays():
        if stop.is_set():
            return
        try:
            action()
        except Exception as error:
            if not (is_unavailable(error) or isinstance(error, BrokerUnavailable)):
                raise
            _log.warning(complaint, reason=str(error) if isinstance(error, BrokerUnavailable) else trouble(error))
            stop.wait(wait)
        else:
            return


def publish_lag(consumer: BatchConsumer, measures: Measures, stats: LoopStats) -> None:
    """Show how many records wait, by topic, and how many were handled or set aside."""
    measures.records.labels("handled").set(stats.handled)
    measures.records.labels("dead").set(stats.dead)
    lag: dict[str, int] = {}
    for partition, records in consumer.lag().items():
        lag[partition.topic] = lag.get(partition.topic, 0) + records
    for topic, records in lag.items():
        measures.lag.labels(topic).set(records)
