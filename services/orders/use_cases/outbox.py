"""How rows of the outbox are named: shard first, so that a relay reads its shards as ranges of the primary key."""

from zlib import crc32

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
