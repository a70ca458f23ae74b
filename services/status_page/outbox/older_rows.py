"""Rows of the outbox as a version before wrote them: with the parts of a request instead of the request itself.

They may wait when a new version starts, and must be told as what they are.
"""

from chassis.mongo import Document
from chassis.outbox import Letter
from chassis.outbox.mongo import letter_of
from status_page.outbox.facts import recorded
from wismo.orders.v1 import fulfilment_event_pb2 as events


def letter_in(row: Document) -> Letter:
    """The letter in a row of either form."""
    if "about" in row:
        return letter_of(row)
    order, at = row["order"], row["occurred_at"]
    change = events.FulfilmentEvent(source=events.EVENT_SOURCE_BUYER)
    match row["kind"]:
        case "nothing":
            return Letter(row["_id"], "nothing", "", at)
        case "download_taken":
            change.download_taken.line_id = row["line_id"]
            change.download_taken.file_id = row["file_id"]
        case "download_renewed":
            change.download_renewed.line_id = row["line_id"]
            change.download_renewed.by_buyer = True
        case _:
            change.link_requested.SetInParent()
    return recorded(order, change, at, row["_id"], kind=row["kind"])
