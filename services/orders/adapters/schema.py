"""The collections of this service, made before the first transaction: one that must make them would conflict with
itself.
"""

from pymongo import IndexModel

from chassis.mongo import CollectionSpec

ORDERS = "orders"
EVENTS = "events"
OUTBOX = "outbox"
QUESTIONS = "questions"
TRANSITS = "transits"
ROADS = "roads"
MERCHANTS = "merchants"
API_KEYS = "api_keys"
LEASES = "leases"
SESSIONS = "sessions"

COLLECTIONS = (
    # A list shows the newest change last, one merchant's only.
    CollectionSpec(ORDERS, [IndexModel([("merchant", 1), ("updated", 1), ("_id", 1)], name="merchant_updated")]),
    CollectionSpec(EVENTS),
    CollectionSpec(OUTBOX),
    # Each page of a list is one range, whether of all questions or of those in one state.
    CollectionSpec(
        QUESTIONS,
        [
            IndexModel([("merchant", 1), ("due", 1), ("_id", 1)], name="merchant_due"),
            IndexModel([("merchant", 1), ("state", 1), ("due", 1), ("_id", 1)], name="merchant_state_due"),
        ],
    ),
    CollectionSpec(TRANSITS),
    # Every process asks for what has changed since it asked last.
    CollectionSpec(ROADS, [IndexModel([("updated", 1)], name="updated")]),
    CollectionSpec(MERCHANTS),
    CollectionSpec(API_KEYS, [IndexModel([("merchant", 1), ("created", 1)], name="merchant_created")]),
    CollectionSpec(LEASES),
    CollectionSpec(SESSIONS),
)
