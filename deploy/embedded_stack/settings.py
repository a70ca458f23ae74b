"""What of the embedded stack can be set, and by which variable."""

from dataclasses import dataclass
from pathlib import Path

from chassis.settings import choice, integer, optional, path, setting, text

PORT = integer(1, 65535)


@dataclass(frozen=True)
class StackSettings:
    """Where everything listens, and which servers of the user's own are used instead of embedded ones."""

    page_port: int = setting("WISMO_PAGE_PORT", PORT, default="8000", help="Status page")
    inbox_port: int = setting("WISMO_INBOX_PORT", PORT, default="8025", help="The buyers' inbox, as a web page")
    grpc_port: int = setting("WISMO_GRPC_PORT", PORT, default="50051", help="orders, for your backend")
    smtp_port: int = setting("WISMO_SMTP_PORT", PORT, default="1025", help="The inbox, for senders")
    imap_port: int = setting("WISMO_IMAP_PORT", PORT, default="1143", help="The inbox, for mail programs")
    kafka_port: int = setting("WISMO_KAFKA_PORT", PORT, default="19092", help="Kafka")
    database_port: int = setting("WISMO_DATABASE_PORT", PORT, default="37017", help="The database")
    kafka_bootstrap: str | None = setting(
        "WISMO_KAFKA_BOOTSTRAP", optional(text), default="", help="A Kafka of your own, instead of the embedded one"
    )
    mongo_url: str | None = setting(
        "WISMO_MONGO_URL", optional(text), default="", help="A MongoDB (replica set) of your own, instead"
    )
    smtp_url: str | None = setting(
        "WISMO_SMTP_URL", optional(text), default="", help="A mail server of your own, instead: real mail will leave"
    )
    data_dir: Path = setting("WISMO_DATA_DIR", path, default=".wismo", help="Where data, keys and logs lie")
    log_format: str = setting(
        "WISMO_LOG_FORMAT",
        choice("console", "json"),
        default="console",
        help="json: print the services' lines as they are",
    )
    demo: str = setting(
        "WISMO_DEMO", choice("on", "off"), default="on", help="Whether the first start sends demo orders"
    )
