"""How rows of the outbox and events are named: shard first, so that a relay reads its shards as ranges of the primary
key.
"""

from functools import cache
from zlib import crc32

from orders.domain.vocabulary import ChangeKind

SHARDS = 16
ORDER_EVENTS = "wismo.order-events.v1"
MERCHANT_EVENTS = "wismo.merchant-events.v1"
SOURCE = "//wismo/orders"


def shard_of(key: str) -> int:
    """The shard of an order or merchant, 0 to 15. Every event of one key is in one shard."""
    return crc32(key.encode()) % SHARDS


def row_id(key: str, sequence: int) -> str:
    """Primary key of a row. Rows of one key sort by sequence, whose digits are padded for that."""
    return f"{shard_of(key):02d}/{key}#{sequence:08d}"


def event_id(name: str, sequence: int) -> str:
    """CloudEvents id of an order's event or a merchant's change."""
    return f"{name}#{sequence}"


@cache
def event_type(kind: ChangeKind) -> str:
    """CloudEvents type of an order's event."""
    return f"wismo.order.{kind.name.lower()}.v1"
