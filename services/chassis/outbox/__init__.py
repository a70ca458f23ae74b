"""An outbox: what one service has to tell another, kept in the teller's own database until it was taken.

A letter is put in the same transaction as what it tells of, is told at least once, and bears an id by which the other
side counts it once. There is no order between letters: whoever is told decides by the times in them.
"""

from chassis.outbox.letters import Letter, Outbox, Waiting
from chassis.outbox.mongo import MongoOutbox, outbox_collections
from chassis.outbox.sender import OutboxSender, Refused, Tell, Told

__all__ = [
    "Letter",
    "MongoOutbox",
    "Outbox",
    "OutboxSender",
    "Refused",
    "Tell",
    "Told",
    "Waiting",
    "outbox_collections",
]
