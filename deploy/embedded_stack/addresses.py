"""Where everything of one run is found, whether embedded or the user's own."""

from dataclasses import dataclass

from embedded_stack.servers.ports import HOST, free_port
from embedded_stack.settings import StackSettings


@dataclass(frozen=True)
class Addresses:
    """`care` is the notifier's own service, `ops` are the ports of /readyz and /metrics, one a process: all taken anew
    at each start. `imap` is where the replies lie that buyers send.
    """

    page_url: str
    inbox_url: str | None
    grpc: str
    kafka: str
    mongo: str
    smtp: str
    imap: str | None
    care: str
    ops: dict[str, str]

    @classmethod
    def of(cls, settings: StackSettings) -> "Addresses":
        return cls(
            page_url=f"http://{HOST}:{settings.page_port}",
            inbox_url=None if settings.smtp_url else f"http://{HOST}:{settings.inbox_port}",
            grpc=f"{HOST}:{settings.grpc_port}",
            kafka=settings.kafka_bootstrap or f"{HOST}:{settings.kafka_port}",
            mongo=settings.mongo_url or f"mongodb://{HOST}:{settings.database_port}",
            smtp=settings.smtp_url or f"smtp://{HOST}:{settings.smtp_port}",
            imap=None if settings.smtp_url else f"{HOST}:{settings.imap_port}",
            care=f"{HOST}:{free_port()}",
            ops={name: f"{HOST}:{free_port()}" for name in ("orders", "notifier", "projector", "page", "inbound")},
        )
