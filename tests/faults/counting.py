"""Counts what was acknowledged, published, shown and told, from the stores themselves, and compares."""

import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chassis.kafka import BatchConsumer
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


@dataclass(slots=True)
class Counts:
    """One drill's figures. Every field of `wrong` must be 0."""

    acknowledged: int = 0
    published: int = 0
    published_again: int = 0
    """Records that came more than once: at-least-once delivery, dropped by the consumers."""
    on_the_page: int = 0
    to_be_told: int = 0
    told: int = 0
    skipped: int = 0
    """Planned messages that were overtaken by newer news, each with its reason."""
    skipped_because: dict[str, int] = field(default_factory=dict)
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
    records = _published(addresses["kafka_bootstrap"], acknowledged, counts)
    _on_the_page(addresses["mongo_url"], acknowledged, counts)
    _told(addresses["mongo_url"], folder, records, counts)
    return counts


def _published(bootstrap: str, acknowledged: Acknowledged, counts: Counts) -> list[OrderEvent]:
    """The distinct records of the acknowledged orders, in their order of arrival."""
    seen: dict[str, list[OrderEvent]] = defaultdict(list)
    consumer = BatchConsumer(bootstrap, "fault-counting", [TOPIC])
    try:
        idle = 0
        while idle < 6:
            records = consumer.poll(1000, 1.0)
            idle = 0 if records else idle + 1
            for record in records:
                event = OrderEvent.FromString(record.value or b"")
                seen[event.subject].append(event)
    finally:
        consumer.close()
    distinct: list[OrderEvent] = []
    for order, wanted in acknowledged.sequences.items():
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
            # What the page reports by itself (a download was started) is no phantom; the load starts none.
            counts.wrong["phantom"] += wanted.get(event.sequence) != event.request_id
        counts.published += len(known)
        counts.wrong["lost"] += len(wanted.keys() - known)
        counts.wrong["gaps"] += newest - len(known)
    return distinct


def _on_the_page(mongo: str, acknowledged: Acknowledged, counts: Counts) -> None:
    client = connect(mongo, "fault-counting")
    try:
        for order, wanted in acknowledged.sequences.items():
            found = client["wismo_status_page"]["orders"].find_one({"_id": order}, {"sequence": 1})
            shown = found["sequence"] if found else 0
            counts.on_the_page += sum(sequence <= shown for sequence in wanted)
            counts.wrong["page_behind"] += shown != max(wanted)
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
    domain = next(iter(arrived), "@").rpartition("@")[2].rstrip(">")
    for event in records:
        for message in plan(event, event.merchant.policies, Preferences()):
            counts.to_be_told += 1
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
