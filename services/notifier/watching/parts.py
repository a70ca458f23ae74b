"""The parts list of the watch: watchdog, sweep, and who tells the orders service what came of it."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pymongo import MongoClient

from chassis.channels import channel_to
from chassis.crash_points import crash_point
from chassis.health import Check, Health
from chassis.logs import get_logger
from chassis.mongo import Document
from chassis.outbox import MongoOutbox, OutboxSender
from notifier.adapters.database_clock import DatabaseClock
from notifier.adapters.mongo_care import MongoCareBook
from notifier.adapters.mongo_watchdog import MongoWatchStore
from notifier.facts.orders_client import GrpcOrders
from notifier.measures import Measures
from notifier.settings import Settings
from notifier.watching.fleet import Fleet
from notifier.watching.sweep import Sweep
from notifier.watching.watchdog import Watchdog, WatchdogPace

_log = get_logger(__name__)

# A tick takes seconds at most, and they follow each other; a minute of silence means that nobody watches.
SILENT_TOO_LONG = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Watching:
    """What was started."""

    watchdog: Watchdog
    sweep: Sweep
    facts: OutboxSender | None
    close: Callable[[], object]

    def stop(self) -> None:
        """End all of it; what is under way is finished."""
        self.watchdog.stop()
        self.sweep.stop()
        if self.facts is not None:
            self.facts.close()
        self.close()


def start_watching(
    client: MongoClient[Document],
    settings: Settings,
    measures: Measures,
    health: Health,
    *,
    wake: Callable[[], object] = lambda: None,
) -> Watching:
    """Start watchdog, sweep and, where there is a service key, the sender of facts."""
    store = MongoWatchStore(client, settings.database)
    watchdog = Watchdog(
        store,
        measures,
        f"{socket.gethostname()}/{os.getpid()}",
        pace=WatchdogPace(lease=settings.lease_seconds),
        wake=wake,
        heartbeat=health.heartbeat("watchdog", max_age=120.0),
    )
    fleet = Fleet(MongoCareBook(client, settings.database), measures)
    outbox = MongoOutbox(client[settings.database])

    def publish() -> None:
        fleet.publish()
        measures.facts_waiting.set(outbox.depth())
        measures.facts_refused.set(outbox.set_aside())

    beat = health.heartbeat("sweep", max_age=300.0)
    sweep = Sweep(store, measures, heartbeat=beat, meanwhile=publish)
    facts, close = _facts(client, settings, health)
    watchdog.start()
    sweep.start()
    return Watching(watchdog, sweep, facts, close)


def watchdog_ticks(client: MongoClient[Document], settings: Settings) -> Check:
    """A readiness check: None while a watchdog ticks somewhere, whichever process it is in."""
    store = MongoWatchStore(client, settings.database)

    def check() -> str | None:
        silent = store.silent_for()
        if silent is None:
            return "no watchdog has ever ticked"
        return None if silent < SILENT_TOO_LONG else f"no watchdog has ticked for {silent.total_seconds():.0f} s"

    return check


def _facts(
    client: MongoClient[Document], settings: Settings, health: Health
) -> tuple[OutboxSender | None, Callable[[], object]]:
    if settings.service_key is None:
        _log.warning("no service key: what the orders service should know waits in the outbox")
        return None, lambda: None
    database = client[settings.database]
    channel = channel_to(settings.orders_address, settings.orders_ca_file)
    facts = OutboxSender(
        MongoOutbox(database),
        GrpcOrders(channel, settings.service_key),
        DatabaseClock(database),
        heartbeat=health.heartbeat("facts", max_age=180.0),
        before_forgetting=lambda: crash_point("notifier.facts.before_forgetting"),
    )
    facts.start()
    return facts, channel.close
