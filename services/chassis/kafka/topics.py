"""Topics made before they are used, with the partitions that the order of events per key relies on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from chassis.connections import Brokers
from chassis.kafka.connecting import admin_client
from chassis.kafka.records import BrokerUnavailable
from chassis.kafka.trouble import trouble


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it should be when it is made. ``config`` holds the broker's topic settings, as text."""

    name: str
    partitions: int
    replication: int = 1
    config: Mapping[str, str] = field(default_factory=dict)


def ensure_topics(brokers: Brokers | str, topics: Iterable[TopicSpec], *, timeout: float = 30.0) -> tuple[str, ...]:
    """Make the topics that are missing and wait until each has its leaders; returns the names of those made.

    Idempotent and safe to run from several processes at once. A topic that exists is left as it is: its partitions are
    never changed, because that would move keys and break the order per key. Blocks for at most about ``timeout``
    seconds; raises BrokerUnavailable, or RuntimeError with the broker's word when it refuses a topic.
    """
    wanted = {topic.name: topic for topic in topics}
    try:
        admin = admin_client(brokers, timeout)
    except (KafkaError, OSError) as error:
        raise BrokerUnavailable(trouble(error, brokers)) from error
    try:
        missing = {name: _options(topic) for name, topic in wanted.items() if name not in set(admin.list_topics())}
        if not missing:
            return ()
        answer = admin.create_topics(missing, timeout_ms=int(timeout * 1000), raise_errors=False)
        made = [topic["name"] for topic in answer["topics"] if _was_made(topic)]
        admin.wait_for_topics(list(missing), timeout_ms=int(timeout * 1000))
        return tuple(made)
    except KafkaError as error:
        raise BrokerUnavailable(trouble(error, brokers)) from error
    finally:
        admin.close()


def broker_answers(brokers: Brokers | str, *, timeout: float = 3.0) -> str | None:
    """None when a broker answers within ``timeout`` seconds, else a word on what is wrong.

    Serves as a readiness check.
    """
    try:
        admin = admin_client(brokers, timeout)
        admin.close()
    except (KafkaError, OSError, ValueError) as error:
        return trouble(error, brokers)
    return None


def _options(topic: TopicSpec) -> dict[str, object]:
    return {"num_partitions": topic.partitions, "replication_factor": topic.replication, "configs": dict(topic.config)}


def _was_made(topic: Mapping[str, object]) -> bool:
    error = for_code(topic["error_code"])
    if error is TopicAlreadyExistsError:  # Another process was faster, which is as good.
        return False
    if topic["error_code"]:
        raise RuntimeError(
            f"the broker refused topic {topic['name']}: {error.__name__} {topic.get('error_message') or ''}".strip()
        )
    return True
