"""Counts what was acknowledged, published, shown and told, from the stores themselves, and compares."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chassis.kafka import BatchConsumer, Record
from chassis.mongo import connect
from embedded_stack.servers.inbox_files import kept, read
from notifier.channels.compose import message_id
from notifier.planning.plan import Preferences, plan
from wismo.events.v1.order_event_pb2 import OrderEvent

TOPIC = "wismo.order-events.v1"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What the load generator was told: per order the sequences that were acknowledged, and by which request."""

    sequences: dict[str, dict[int, str]]

    @property
    def count(self) -> int:
        return sum(len(found) for found in self.sequences.values())

    @classmethod
    def read(cls, report: Path) -> "Acknowledged":
        """From `wismo simulate --report`; repeats are no events of their own."""
        sequences: dict[str, dict[int, str]] = defaultdict(dict)
        for order in json.loads(report.read_text(encoding="utf-8"))["orders"]:
            for one in order["events"]:
                if one["effect"] != "repeated":
                    sequences[one["order"]][one["sequence"]] = one["request_id"]
        return cls(dict(sequences))


@dataclass(frozen=True, slots=True)
class Kept:
    """What orders' own store has of the orders of a load: per order and sequence, the request that it came with.

    It has more than was acknowledged: Wismo records its own words too (a watchdog's mail was accepted).
    """

    requests: dict[str, dict[int, str]]

    @classmethod
    def read(cls, mongo: str, acknowledged: Acknowledged) -> "Kept":
        """From the events as they are stored."""
        requests: dict[str, dict[int, str]] = defaultdict(dict)
        client = connect(mongo, "fault-counting")
        try:
            wanted = {"order": {"$in": list(acknowledged.sequences)}}
            for event in client["wismo_orders"]["events"].find(wanted, {"order": 1, "request": 1}):
                requests[event["order"]][int(event["_id"].rpartition("#")[2])] = event["request"]
        finally:
            client.close()
        return cls(dict(requests))

    @property
    def newest(self) -> dict[str, int]:
        """The sequence that each order has reached."""
        return {order: max(found) for order, found in self.requests.items()}


@dataclass(slots=True)
class Counts:
    """One drill's figures. Every field of `wrong` must be 0."""

    acknowledged: int = 0
    reported_by_wismo: int = 0
    """Events of these orders that Wismo itself has recorded: its watchdog's words to the buyer were accepted."""
    published: int = 0
    published_again: int = 0
    """Records that came more than once: at-least-once delivery, dropped by the consumers."""
    on_the_page: int = 0
    to_be_told: int = 0
    told: int = 0
    skipped: int = 0
    """Planned messages that were overtaken by newer news, each with its reason."""
    skipped_because: dict[str, int] = field(default_factory=dict)
    told_by_the_watchdog: int = 0
    """Mails that no event called for, but the time that passed without one."""
    told_again: int = 0
    """Mails that came twice with one Message-ID: a crash between the end of DATA and its answer."""
    wrong: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            (
                "lost",
                "phantom",
                "gaps",
                "out_of_order",
                "page_behind",
                "not_planned",
                "unsettled",
                "dead",
                "mail_missing",
            ),
            0,
        )
    )

    @property
    def fine(self) -> bool:
        return not any(self.wrong.values())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def count_all(addresses: dict[str, Any], folder: Path, report: Path) -> Counts:
    """Everything from the load's own report to the mails in the inbox. Reads, changes nothing."""
    acknowledged = Acknowledged.read(report)
    counts = Counts(acknowledged=acknowledged.count)
    kept = Kept.read(addresses["mongo_url"], acknowledged)
    records = _published(addresses["kafka_bootstrap"], acknowledged, kept, counts)
    _on_the_page(addresses["mongo_url"], acknowledged, kept, counts)
    _told(addresses["mongo_url"], folder, records, counts)
    return counts


def every_record(bootstrap: str, group: str) -> Iterator[Record]:
    """Every record, until none came for some seconds. The group must be a new one."""
    consumer = BatchConsumer(bootstrap, group, [TOPIC])
    try:
        idle = 0
        while idle < 6:
            records = consumer.poll(1000, 1.0)
            idle = 0 if records else idle + 1
            yield from records
    finally:
        consumer.close()


def _published(bootstrap: str, acknowledged: Acknowledged, kept: Kept, counts: Counts) -> list[OrderEvent]:
    """The distinct records of the acknowledged orders, in their order of arrival."""
    seen: dict[str, list[OrderEvent]] = defaultdict(list)
    for record in every_record(bootstrap, "fault-counting"):
        event = OrderEvent.FromString(record.value or b"")
        seen[event.subject].append(event)
    distinct: list[OrderEvent] = []
    for order, wanted in acknowledged.sequences.items():
        stored = kept.requests.get(order, {})
        counts.reported_by_wismo += len(stored.keys() - wanted.keys())
        newest = 0
        known: set[int] = set()
        for event in seen.get(order, ()):
            if event.sequence in known:
                counts.published_again += 1
                continue
            known.add(event.sequence)
            counts.wrong["out_of_order"] += event.sequence < newest
            newest = max(newest, event.sequence)
            distinct.append(event)
            counts.wrong["phantom"] += stored.get(event.sequence) != event.request_id
        counts.published += len(known)
        counts.wrong["lost"] += sum(
            sequence not in known or stored.get(sequence) != request for sequence, request in wanted.items()
        )
        counts.wrong["gaps"] += max([newest, *stored]) - len(known)
    return distinct


def _on_the_page(mongo: str, acknowledged: Acknowledged, kept: Kept, counts: Counts) -> None:
    newest = kept.newest
    client = connect(mongo, "fault-counting")
    try:
        for order, wanted in acknowledged.sequences.items():
            found = client["wismo_status_page"]["orders"].find_one({"_id": order}, {"sequence": 1})
            shown = found["sequence"] if found else 0
            counts.on_the_page += sum(sequence <= shown for sequence in wanted)
            counts.wrong["page_behind"] += shown != newest.get(order)
    finally:
        client.close()


def _told(mongo: str, folder: Path, records: list[OrderEvent], counts: Counts) -> None:
    arrived = Counter(str(read(file).message["Message-ID"]) for file in kept(folder / "inbox" / "mail"))
    client = connect(mongo, "fault-counting")
    try:
        orders = sorted({event.subject for event in records})
        rows = {row["_id"]: row for row in client["wismo_notifier"]["messages"].find({"order": {"$in": orders}})}
    finally:
        client.close()
    called_for: set[str] = set()
    domain = next(iter(arrived), "@").rpartition("@")[2].rstrip(">")
    for event in records:
        for message in plan(event, event.merchant.policies, Preferences()):
            counts.to_be_told += 1
            called_for.add(message.id)
            row = rows.get(message.id)
            state = row["state"] if row else "not_planned"
            mails = arrived[message_id(message.id, domain)]
            counts.told += mails > 0
            counts.told_again += max(mails - 1, 0)
            if row and state == "skipped":
                counts.skipped += 1
                # The reason without the message that it names.
                reason = str(row["reason"]).partition(" merchants/")[0]
                counts.skipped_because[reason] = counts.skipped_because.get(reason, 0) + 1
            counts.wrong["not_planned"] += row is None
            counts.wrong["unsettled"] += state in {"planned", "claimed"}
            counts.wrong["dead"] += state in {"dead", "unknown"}
            counts.wrong["mail_missing"] += state == "sent" and not mails
    for name in rows.keys() - called_for:
        mails = arrived[message_id(name, domain)]
        counts.told_by_the_watchdog += mails > 0
        counts.told_again += max(mails - 1, 0)
        counts.wrong["unsettled"] += rows[name]["state"] in {"planned", "claimed"}
        counts.wrong["dead"] += rows[name]["state"] in {"dead", "unknown"}
        counts.wrong["mail_missing"] += rows[name]["state"] == "sent" and not mails
