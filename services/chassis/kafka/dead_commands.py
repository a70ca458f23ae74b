"""The commands over a consumer's dead records, alike for every consumer: what they print, and their exit codes."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from chassis.connections import Brokers
from chassis.kafka.dead_records import DeadRecords, Place
from chassis.kafka.loop import Handler
from chassis.kafka.producer import Producer
from chassis.kafka.reader import TopicReader
from chassis.kafka.records import BrokerUnavailable


@dataclass(frozen=True)
class Consumer:
    """The consumer whose dead records they are."""

    group: str
    dead_letters: str
    """The topic of its letters."""
    handler: Callable[[], Handler]
    """Makes its handler. Called for a replay only."""
    is_unavailable: Callable[[Exception], bool]
    """Whether an error of the handler means that something it needs is down."""
    trouble: Callable[[Exception], str]
    """That error in words."""
    done: str
    """What a record is once it was handled."""


def run(brokers: Brokers | str, consumer: Consumer, action: str, place: str | None) -> int:
    """``records`` lists them, ``replay-records`` replays one or (``place`` None) all; the exit code: 1 when not
    everything went well, 2 for a place that is none. Raises what the handler's making raises.
    """
    try:
        wanted = Place.parse(place) if place is not None else None
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    client = f"{consumer.group}-dead-records"
    with TopicReader(brokers, client) as reader, Producer(brokers, client) as producer:
        records = DeadRecords(reader, producer, consumer.dead_letters, consumer.group)
        try:
            return show(records) if action == "records" else replay(records, wanted, consumer)
        except Exception as error:
            if isinstance(error, BrokerUnavailable):
                why = f"Kafka: {error}"
            elif consumer.is_unavailable(error):
                why = f"database: {consumer.trouble(error)}"
            else:
                raise
            sys.stderr.write(f"{why}. What is not named as {consumer.done} waits as before.\n")
            return 1


def show(records: DeadRecords, out: TextIO | None = None) -> int:
    """One line each: topic:partition:offset, when it died, whether the topic retains it, reason."""
    out = out or sys.stdout
    for dead in records.waiting():
        when = dead.at.isoformat(timespec="seconds") if dead.at is not None else "-"
        kept = "retained" if records.retained(dead) else "gone"
        out.write(f"{dead.place}\t{when}\t{kept}\t{dead.reason}\n")
    return 0


def replay(records: DeadRecords, wanted: Place | None, consumer: Consumer, out: TextIO | None = None) -> int:
    """Replay one, or all; says of each what became of it. Of one key the older record comes first."""
    out = out or sys.stdout
    chosen = [dead for dead in records.waiting() if wanted in {None, dead.place}]
    if wanted is not None and not chosen:
        out.write(f"{wanted}\tis no dead record of this group, or was replayed before\n")
        return 1
    handle, handled = consumer.handler(), 0
    for dead in chosen:
        replayed = records.replay(dead, handle, is_unavailable=consumer.is_unavailable)
        handled += not replayed.trouble
        out.write(f"{dead.place}\t{replayed.trouble or consumer.done}\n")
        out.flush()
    out.write(f"{handled} of {len(chosen)} were {consumer.done}\n")
    return 0 if handled == len(chosen) else 1
