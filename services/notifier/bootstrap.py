"""The parts list of the notifier."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass

from chassis.clock import SystemClock
from chassis.health import Health
from chassis.kafka import BatchConsumer, KafkaDeadLetters, LoopStats, Producer, broker_answers, run_consumer
from chassis.mongo import connect, database_answers, is_unavailable
from chassis.ops import OpsServer
from chassis.reply_tokens import ReplyTokens
from chassis.sealing import Sealer
from chassis.shutdown import StopSignal
from chassis.signed_links import LinkSigner
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.channels.public_addresses import PublicAddresses
from notifier.channels.smtp import SmtpChannel, SmtpServer
from notifier.channels.webhook import WebhookChannel
from notifier.measures import Measures
from notifier.planning.planner import Planner, Topics
from notifier.rendering.addressing import Addressing, Replies
from notifier.rendering.letters import Renderer
from notifier.rendering.pieces import catalog, pieces
from notifier.rpc.parts import serve_care
from notifier.sending.deliver import Deliverer
from notifier.sending.dispatcher import Dispatcher, Pace
from notifier.sending.webhooks import Webhooks
from notifier.settings import Settings
from notifier.starting import CommitWithCrashPoints, make_topics, publish_lag, until_it_works
from notifier.watching.parts import start_watching, watchdog_ticks


def run(settings: Settings, stop: StopSignal, *, topics: Topics | None = None) -> None:
    """Plan, send and watch until asked to stop; then let what is under way end. Blocks. Raises what makes going on
    pointless.
    """
    topics = topics or Topics()
    # Senders compute while planner and dispatcher wait for answers: hand the interpreter over sooner than every 5 ms.
    sys.setswitchinterval(0.001)
    measures, health = Measures(), Health()
    with ExitStack() as stack:
        client = connect(settings.database_url, "notifier")
        stack.callback(client.close)
        ledger = MongoLedger(client, settings.database)
        health.add_check("database", database_answers(client))
        health.add_check("broker", lambda: broker_answers(settings.brokers), timeout=5.0)
        health.add_check("watchdog", watchdog_ticks(client, settings))
        # Once all is looked at: before, it would say that it is ready.
        if settings.ops_listen:
            stack.callback(OpsServer(settings.ops_listen, health).start().close)
        # Templates are compiled before the first message, not by it; a broken one ends the start, where it is seen.
        for tag in catalog().locales:
            pieces(tag).compile_all()
        until_it_works(ledger.prepare, "database not ready", stop)
        until_it_works(lambda: make_topics(settings, topics), "broker not ready", stop)
        dispatcher = Dispatcher(
            ledger,
            deliverers(settings, ledger),
            measures,
            pace=Pace(senders=settings.senders, lease=settings.lease_seconds),
            heartbeat=health.heartbeat("dispatcher", max_age=120.0),
        )
        planner = Planner(ledger, measures, topics=topics, senders=dispatcher)
        producer = Producer(settings.brokers, "notifier-dead-letters")
        stack.callback(producer.close)
        # The records of a process that was killed wait for its session to end, and what is behind them with them (I6).
        consumer = BatchConsumer(
            settings.brokers, settings.group, (topics.orders, topics.merchants), session_timeout=10.0
        )
        dispatcher.start()
        stack.callback(dispatcher.stop)
        if settings.watchdog == "inline":
            stack.callback(start_watching(client, settings, measures, health, wake=dispatcher.wake).stop)
        if settings.care_listen is not None:
            stack.callback(serve_care(client, settings, settings.care_listen).stop)
        stack.callback(consumer.close)
        stack.callback(health.drain)
        if not stop.is_set():
            stats = LoopStats()
            run_consumer(
                CommitWithCrashPoints(consumer),
                planner.handle,
                stop,
                dead_letters=KafkaDeadLetters(producer, topics.dead_letters, settings.group),
                is_unavailable=is_unavailable,
                heartbeat=health.heartbeat("planner", max_age=120.0),
                after_poll=lambda: publish_lag(consumer, measures, stats),
                stats=stats,
            )


def prepare(settings: Settings, stop: StopSignal, *, topics: Topics | None = None) -> None:
    """Make what is missing of collections, indexes and topics, and end. Waits for database and broker; idempotent."""
    client = connect(settings.database_url, "notifier-prepare")
    try:
        until_it_works(MongoLedger(client, settings.database).prepare, "database not ready", stop)
        until_it_works(lambda: make_topics(settings, topics or Topics()), "broker not ready", stop)
    finally:
        client.close()


def run_watchdog(settings: Settings, stop: StopSignal) -> None:
    """Only watch, until asked to stop: for an installation whose watchdog shall not share a process with the senders.

    What it wants said stands in the ledger, for whoever sends.
    """
    measures, health = Measures(), Health()
    with ExitStack() as stack:
        client = connect(settings.database_url, "notifier-watchdog")
        stack.callback(client.close)
        health.add_check("database", database_answers(client))
        health.add_check("watchdog", watchdog_ticks(client, settings))
        # Once all is looked at: before, it would say that it is ready.
        if settings.ops_listen:
            stack.callback(OpsServer(settings.ops_listen, health).start().close)
        until_it_works(MongoLedger(client, settings.database).prepare, "database not ready", stop)
        stack.callback(start_watching(client, settings, measures, health).stop)
        stack.callback(health.drain)
        stop.wait()


def deliverers(settings: Settings, ledger: MongoLedger) -> "Deliverers":
    """Makes one deliverer, with a connection of its own, for each sender thread."""
    sealer, signer = Sealer(settings.sealing_keys), LinkSigner(settings.link_keys)
    filed = settings.reply_address is not None
    renderer = Renderer(sealer, signer, settings.page_url, replies_are_filed=filed)
    replies = Replies(ReplyTokens(settings.link_keys), settings.reply_address) if settings.reply_address else None
    server = settings.smtp_server
    addressing = Addressing(settings.mail_domain, replies)
    webhooks = Webhooks(WebhookChannel(PublicAddresses(settings.webhook_networks or ()), SystemClock()), sealer)
    return Deliverers(renderer, ledger, server, addressing, sealer, webhooks, settings.mail_domain)


@dataclass(frozen=True, slots=True)
class Deliverers:
    """A factory of deliverers that share everything but their connection."""

    renderer: Renderer
    ledger: MongoLedger
    server: SmtpServer
    addressing: Addressing
    sealer: Sealer
    webhooks: Webhooks
    mail_domain: str

    def __call__(self) -> Deliverer:
        channel = SmtpChannel(self.server, local_name=self.mail_domain)
        return Deliverer(
            self.renderer, channel, self.ledger, SystemClock(), self.addressing, self.sealer, self.webhooks
        )
