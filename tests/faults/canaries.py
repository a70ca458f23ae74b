"""A buyer whose every word can be told from all others', and where those words lie."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import bson

from chassis.mongo import connect
from tests.faults.counting import every_record
from wismo.client import WismoClient, drafts, events
from wismo.events.v1.order_event_pb2 import OrderEvent

EMAIL = "canary-mail-7f3@buyers.test"
CANARIES: Mapping[str, bytes] = {
    "e-mail": EMAIL.encode(),
    "name": b"Canaria Namefield",
    "phone": b"+442079467731",
    "street": b"73 Canary Wharfside",
    "postcode": b"CN7 3RY",
    "user name": b"canary-login-7f3",
    "access code": b"CaNa-7f3C-0d3e",
    "note": b"canary-note-7f3",
    "question": b"canary-question-7f3",
}
"""What the buyer is and says, by what it is."""
DATABASES = ("wismo_orders", "wismo_notifier", "wismo_status_page")
REFERENCE = "CANARY-1"


def place(shop: WismoClient) -> str:
    """An order of that buyer, with access granted and a note; its name."""
    said = {name: word.decode() for name, word in CANARIES.items()}
    address = drafts.address(
        said["street"], recipient=said["name"], city="London", postcode=said["postcode"], country="GB"
    )
    buyer = drafts.buyer(
        said["e-mail"], display_name=said["name"], phone=said["phone"], locale="en", shipping_address=address
    )
    lines = [drafts.physical("book", "Night Birds"), drafts.access("room", "The Readers' Room")]
    order = shop.create_order(drafts.new_order(REFERENCE, buyer, lines, placed_at=datetime.now(UTC)))
    granted = events.access_granted(
        "room", login_url="https://room.test/enter", code=said["access code"], username=said["user name"]
    )
    shop.record(order.name, granted)
    shop.record(order.name, events.note_to_buyer(said["note"]))
    return order.name


def in_databases(mongo: str) -> dict[str, str]:
    """Per collection that has any: which words stand in its documents, in whatever field."""
    found: dict[str, str] = {}
    client = connect(mongo, "fault-canaries")
    try:
        for database in DATABASES:
            for name in client[database].list_collection_names():
                content = b"\0".join(bson.encode(each) for each in client[database][name].find({}))
                if words := _words_in(content):
                    found[f"{database}.{name}"] = words
    finally:
        client.close()
    return found


def sealed_of(mongo: str, order: str) -> dict[str, int]:
    """What lies sealed and so cannot be searched: letters that came in, and what was said, of this order."""
    client = connect(mongo, "fault-canaries")
    try:
        mails = client["wismo_status_page"]["inbound_mails"].find({"order": order})
        ids = [row["_id"] for row in client["wismo_notifier"]["messages"].find({"order": order}, {"_id": 1})]
        said = client["wismo_notifier"]["contents"].find({"_id": {"$in": ids}})
        return {"letters that came in": sum("raw" in mail for mail in mails), "words said": len(list(said))}
    finally:
        client.close()


def in_files(files: Iterable[Path]) -> dict[str, str]:
    """Per file: which words stand in it; empty where none does."""
    return {file.name: _words_in(file.read_bytes()) for file in files}


def in_topic(bootstrap: str, order: str) -> tuple[str, str]:
    """Words in records from before the erasure, which the topic's retention removes, and in those from it on."""
    before, after = bytearray(), bytearray()
    for record in every_record(bootstrap, "fault-canaries"):
        event = OrderEvent.FromString(record.value or b"")
        erased = event.subject == order and event.order.HasField("erase_time")
        (after if erased else before).extend((record.value or b"") + b"\0")
    return _words_in(bytes(before)), _words_in(bytes(after))


def _words_in(content: bytes) -> str:
    return ", ".join(name for name, word in CANARIES.items() if word in content)
