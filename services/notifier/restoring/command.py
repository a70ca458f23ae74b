"""`python -m notifier reconcile`: a restored ledger and its watches learn what was said since their backup."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TextIO

from prometheus_client import CollectorRegistry

from chassis.kafka import Partition
from chassis.kafka.groups import GroupIsActive, committed_offsets
from chassis.kafka.stretch import Stretch
from chassis.mongo import connect
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.adapters.mongo_restored import forget_letters, free_claims, plan_again
from notifier.adapters.mongo_watchdog import MongoWatchStore
from notifier.measures import Measures
from notifier.planning.planner import Planner, Topics
from notifier.restoring.past import Clock, Past, Relived, reported
from notifier.settings import Settings
from notifier.watching.watchdog import Watchdog

# Clocks differ, and the relay takes a moment; what is read twice changes nothing.
MARGIN = timedelta(minutes=10)
DOUBT = timedelta(minutes=5)
# Longer than the broker waits for a member that was killed.
_MEMBERS_GO = 20.0
# A watchdog that lives ticks every second.
_TICKS = 3.0
_SAY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator knows: when the backup was taken and when the database was lost."""

    backup: datetime
    failure: datetime
    doubt: timedelta = DOUBT
    """What was due so shortly before the failure may not have been sent."""


def reconcile(settings: Settings, asked: Asked, out: TextIO, *, topics: Topics | None = None) -> int:
    """Live the lost time once more. The exit status: 0 when it is done, 1 when nothing was changed.

    Raises BrokerUnavailable and the database's errors; run it again then, as often as you like.
    """
    topics = topics or Topics()
    if not asked.backup < asked.failure:
        out.write("The failure was after the backup: look at --backup and --failure. Nothing was changed.\n")
        return 1
    with ExitStack() as stack:
        client = connect(settings.database_url, "notifier-reconcile")
        stack.callback(client.close)
        ends = _when_nobody_reads(settings, MongoWatchStore(client, settings.database))
        if ends is None:
            out.write("A notifier or a watchdog still runs: stop them first. Nothing was changed.\n")
            return 1
        since = asked.backup - MARGIN
        with Stretch(settings.brokers, [topics.orders], since=since) as known:
            out.write(f"reading what the orders were told: {known.total} records\n")
            proven = reported(known.records(), asked.failure - asked.doubt)
        clock = Clock(asked.backup)
        ledger = MongoLedger(client, settings.database, now=clock)
        ledger.prepare()
        free_claims(client[settings.database], asked.backup)
        measures = Measures(CollectorRegistry())
        watchdog = Watchdog(MongoWatchStore(client, settings.database, now=clock), measures, "reconcile")
        past = Past(
            ledger,
            Planner(ledger, measures, topics=topics),
            watchdog,
            clock,
            certain=asked.failure - asked.doubt,
            failure=asked.failure,
            plan_again=lambda reason: plan_again(client[settings.database], reason, asked.failure),
            proven=proven,
        )
        lived = stack.enter_context(
            Stretch(settings.brokers, [topics.orders, topics.merchants], since=since, ends=ends)
        )
        said = time.monotonic()
        for at in past.live(lived.records()):
            if time.monotonic() - said > _SAY_SECONDS:
                said = time.monotonic()
                out.write(f"lived up to {at:%Y-%m-%d %H:%M:%S} UTC, {lived.passed} of {lived.total} records\n")
        letters = forget_letters(client[settings.database], asked.backup, proven.requests)
    _report(past.relived, letters, out)
    return 0


def _when_nobody_reads(settings: Settings, store: MongoWatchStore) -> dict[Partition, int] | None:
    """How far the notifiers had read; None when one still lives."""
    give_up = time.monotonic() + _MEMBERS_GO
    ends: dict[Partition, int] | None = None
    while ends is None:
        try:
            ends = committed_offsets(settings.brokers, settings.group)
        except GroupIsActive:
            if time.monotonic() > give_up:
                return None
            time.sleep(1.0)
    asked, before = time.monotonic(), store.silent_for()
    if before is None:
        return ends
    time.sleep(_TICKS)
    silent = store.silent_for()
    waited = timedelta(seconds=time.monotonic() - asked)
    # Had nobody ticked, the silence would be longer by what was waited.
    return ends if silent is not None and silent > before + waited - timedelta(seconds=1) else None


def _report(relived: Relived, letters: int, out: TextIO) -> None:
    out.write(
        f"{relived.records} records were planned once more. {relived.told} messages count as told,"
        f" {relived.overtaken} had been overtaken by newer news; {letters} facts about them are known to the orders.\n"
    )
    if relived.unreadable:
        out.write(f"{relived.unreadable} records could not be handled, as before: `dead records` lists them.\n")
    if relived.in_doubt or relived.unproven:
        out.write(
            f"{len(relived.in_doubt) + len(relived.unproven)} messages go out when the notifier starts:"
            f" {len(relived.in_doubt)} were due just before the failure, of {len(relived.unproven)} nothing says that"
            " they were sent. Who had got one already gets it again, with the same Message-ID.\n"
        )
