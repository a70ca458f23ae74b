"""Real servers for development and tests, each usable alone as a context manager.

    with DatabaseServer(folder) as database:
        MongoClient(database.url)

Nothing here is meant for production: they listen on this machine only and know no passwords.
"""

from embedded_stack.servers.database import DatabaseServer
from embedded_stack.servers.inbox import InboxServer, Mail
from embedded_stack.servers.kafka import KafkaServer
from embedded_stack.servers.ports import PortTakenError, free_port
from embedded_stack.servers.server import Server, ServerDidNotStartError

__all__ = [
    "DatabaseServer",
    "InboxServer",
    "KafkaServer",
    "Mail",
    "PortTakenError",
    "Server",
    "ServerDidNotStartError",
    "free_port",
]
