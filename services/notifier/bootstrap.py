"""The parts list of the notifier."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chassis.backoff import Backoff
from chassis.clock import SystemClock
from chassis.crash_points import crash_point
from chassis.health import Health
from chassis.kafka import (
    BatchConsumer,
    BrokerUnavailable,
    KafkaDeadLetters,
    Partition,
    Producer,
    Record,
    TopicSpec,
    broker_answers,
    ensure_topics,
    run_consumer,
)
from chassis.logs import get_logger
from chassis.mongo import connect, database_answers, is_unavailable
from chassis.ops import OpsServer
from chassis.sealing import Sealer
from chassis.shutdown import StopSignal
from chassis.signed_links import LinkSigner
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.channels.smtp import SmtpChannel, SmtpServer
from notifier.measures import Measures
from notifier.planning.planner import Planner, Topics
from notifier.rendering.letters import Renderer
from notifier.rendering.pieces import catalog, pieces
from notifier.sending.deliver import Deliverer
from notifier.sending.dispatcher import Dispatcher, Pace
from notifier.settings import Settings

_log = get_logger(__name__)


def run(settings: Settings, stop: StopSignal, *, topics: Topics | None = None) -> None:
    """Plan and send until asked to stop; then let what is under way end. Blocks. Raises what makes going on
    pointless.
    """
    topics = topics or Topics()
    # Senders compute while planner and dispatcher wait for answers: hand the interpreter over sooner than every 5 ms.
    sys.setswitchinterval(0.001)
    measures, health = Measures(), Health()
    ops = OpsServer(settings.ops_listen, health).start() if settings.ops_listen else None
    client = connect(settings.mongo_url, "notifier")
    ledger = MongoLedger(client, settings.database)
    health.add_check("database", database_answers(client))
    health.add_check("broker", lambda: broker_answers(settings.kafka_bootstrap), timeout=5.0)
    # Templates are compiled before the first message, not by it; a broken one ends the start, where it is seen.
    for tag in catalog().locales:
        pieces(tag).compile_all()
    _until_it_works(ledger.prepare, "database not ready", stop)
    _until_it_works(lambda: _make_topics(settings, topics), "broker not ready", stop)
    dispatcher = Dispatcher(
        ledger,
        deliverers(settings, ledger),
        measures,
        pace=Pace(senders=settings.senders, lease=settings.lease_seconds),
        heartbeat=health.heartbeat("dispatcher", max_age=120.0),
    )
    planner = Planner(ledger, measures, topics=topics, senders=dispatcher)
    producer = Producer(settings.kafka_bootstrap, "notifier-dead-letters")
    # The records of a process that was killed wait for its session to end, and what is behind them with them (I6).
    consumer = BatchConsumer(
        settings.kafka_bootstrap, settings.group, (topics.orders, topics.merchants), session_timeout=10.0
    )
    dispatcher.start()
    try:
        if not stop.is_set():
            run_consumer(
                CommitWithCrashPoints(consumer),
                planner.handle,
                stop,
                dead_letters=KafkaDeadLetters(producer, topics.dead_letters, settings.group),
                is_unavailable=is_unavailable,
                heartbeat=health.heartbeat("planner", max_age=120.0),
                after_poll=lambda: _publish_lag(consumer, measures),
            )
    finally:
        health.drain()
        consumer.close()
        dispatcher.stop()
        producer.close()
        client.close()
        if ops is not None:
            ops.close()


def deliverers(settings: Settings, ledger: MongoLedger) -> "Deliverers":
    """Makes one deliverer, with a connection of its own, for each sender thread."""
    sealer, signer = Sealer(settings.sealing_keys), LinkSigner(settings.link_keys)
    renderer = Renderer(sealer, signer, settings.page_url)
    return Deliverers(renderer, ledger, SmtpServer.parse(settings.smtp_url), settings.mail_domain)


@dataclass(frozen=True, slots=True)
class Deliverers:
    """A factory of deliverers that share everything but their connection."""

    renderer: Renderer
    ledger: MongoLedger
    server: SmtpServer
    mail_domain: str

    def __call__(self) -> Deliverer:
        channel = SmtpChannel(self.server, local_name=self.mail_domain)
        return Deliverer(self.renderer, channel, self.ledger, SystemClock(), self.mail_domain)


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


def _make_topics(settings: Settings, topics: Topics) -> None:
    # Whoever comes first makes them; orders makes the first two as well, with the same shape.
    spread = (settings.topic_partitions, settings.topic_replication)
    ensure_topics(
        settings.kafka_bootstrap,
        [
            TopicSpec(topics.orders, *spread),
            TopicSpec(topics.merchants, *spread, {"cleanup.policy": "compact"}),
            TopicSpec(topics.dead_letters, *spread),
        ],
    )


def _until_it_works(action: Callable[[], object], complaint: str, stop: StopSignal) -> None:
    for wait in Backoff(initial=0.5, maximum=5.0, floor=0.1).delays():
        if stop.is_set():
            return
        try:
            action()
        except Exception as error:
            if not (is_unavailable(error) or isinstance(error, BrokerUnavailable)):
                raise
            _log.warning(complaint, error_kind=type(error).__name__)
            stop.wait(wait)
        else:
            return


def _publish_lag(consumer: BatchConsumer, measures: Measures) -> None:
    lag: dict[str, int] = {}
    for partition, records in consumer.lag().items():
        lag[partition.topic] = lag.get(partition.topic, 0) + records
    for topic, records in lag.items():
        measures.lag.labels(topic).set(records)
