"""What an older version stored does not say which orders are open: looked at once, or nobody would watch them.

Such an upgrade is how escalations die unnoticed (zammad#3523). Orders that turn out open are marked; the sweep finds
them without a watch, mends that and says so.
"""

from google.protobuf.message import DecodeError
from pymongo import MongoClient, UpdateOne
from pymongo.client_session import ClientSession

from chassis.logs import get_logger
from chassis.mongo import CollectionSpec, Document, run_transaction
from notifier.watching.openness import is_open
from wismo.orders.v1.order_pb2 import Order

COLLECTIONS = (CollectionSpec("upgrades"),)
_DONE = "open orders are marked"
_log = get_logger(__name__)


def mark_open_orders(client: MongoClient[Document], database: str, chunk: int = 200) -> int:
    """Mark the open ones among the orders that are stored, once in the life of a database; how many there were.

    Begins again after a process that died in between; several at once do the same to the same orders.
    """
    upgrades = client[database]["upgrades"]
    if upgrades.find_one({"_id": _DONE}) is not None:
        return 0
    marked, after = 0, ""
    while True:
        looked, found, after = _chunk(client, database, after, chunk)
        marked += found
        if looked < chunk:
            break
    upgrades.update_one({"_id": _DONE}, {"$set": {"marked": marked}}, upsert=True)
    if marked:
        _log.info("open orders of an older version are watched from now on", marked=marked)
    return marked


def _chunk(client: MongoClient[Document], database: str, after: str, chunk: int) -> tuple[int, int, str]:
    """The next orders behind ``after``: how many were looked at, how many marked, and the last of them."""
    orders = client[database]["orders"]

    def work(session: ClientSession) -> tuple[int, int, str]:
        found = list(orders.find({"_id": {"$gt": after}}, session=session).sort("_id", 1).limit(chunk))
        waiting = [one["_id"] for one in found if "open" not in one and _is_open(one["body"])]
        if waiting:
            marks = [UpdateOne({"_id": one}, {"$set": {"open": one}}) for one in waiting]
            orders.bulk_write(marks, ordered=False, session=session)
        return len(found), len(waiting), found[-1]["_id"] if found else after

    # In one commit with the reading: an order that closes meanwhile is looked at again.
    return run_transaction(client, work)


def _is_open(body: bytes) -> bool:
    try:
        return is_open(Order.FromString(body))
    except DecodeError:
        return False
