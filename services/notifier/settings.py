"""Settings of the notifier."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.keys import KeyRing
from chassis.settings import (
    Address,
    address,
    integer,
    key_ring,
    load,
    log_format,
    log_level,
    optional,
    seconds,
    setting,
    text,
    url,
)


@dataclass(frozen=True)
class Settings:
    """Everything that the environment decides, for `python -m notifier`."""

    log_format: str = setting("WISMO_LOG_FORMAT", log_format, default="json", help="How log lines look.")
    log_level: str = setting("WISMO_LOG_LEVEL", log_level, default="info", help="The least severe line that is logged.")
    mongo_url: str = setting(
        "WISMO_MONGO_URL",
        url("mongodb", "mongodb+srv", secret=True),
        default="mongodb://127.0.0.1:27017",
        help="The database.",
    )
    kafka_bootstrap: str = setting(
        "WISMO_KAFKA_BOOTSTRAP", text, default="127.0.0.1:9092", help="Kafka brokers, host:port[,host:port]."
    )
    ops_listen: Address | None = setting(
        "WISMO_OPS_LISTEN", optional(address), default="", help="Where /livez, /readyz and /metrics are served."
    )
    database: str = setting(
        "WISMO_NOTIFIER_DATABASE", text, default="wismo_notifier", help="Name of this service's database."
    )
    group: str = setting(
        "WISMO_NOTIFIER_GROUP", text, default="notifier", help="Consumer group; another one tells everything anew."
    )
    smtp_url: str = setting(
        "WISMO_SMTP_URL",
        url("smtp", "smtps", secret=True),
        default="smtp://127.0.0.1:4025",
        help="Where mail goes: smtp://[user:password@]host[:port][?starttls=true] or smtps://…",
    )
    mail_domain: str = setting(
        "WISMO_MAIL_DOMAIN", text, default="wismo.invalid", help="Domain of Message-IDs and of our name in SMTP."
    )
    page_url: str = setting(
        "WISMO_PAGE_URL",
        url("http", "https"),
        default="http://127.0.0.1:8000",
        help="The status page, as buyers see it.",
    )
    link_keys: KeyRing = setting(
        "WISMO_LINK_KEYS", key_ring(), help="Keys that sign links; shared with the status page."
    )
    sealing_keys: KeyRing = setting(
        "WISMO_SEALING_KEYS", key_ring(base64_bytes=32), help="Keys that open sealed secrets; shared with orders."
    )
    senders: int = setting(
        "WISMO_SENDERS", integer(1, 64), default="4", help="Threads that send, each with a connection."
    )
    lease_seconds: float = setting(
        "WISMO_SENDER_LEASE",
        seconds(5, 3600),
        default="30",
        help="How long a message stays with a sender that shows no sign of life, in seconds.",
    )
    topic_partitions: int = setting(
        "WISMO_TOPIC_PARTITIONS", integer(1, 1000), default="12", help="Partitions of topics that are made here."
    )
    topic_replication: int = setting(
        "WISMO_TOPIC_REPLICATION", integer(1, 10), default="1", help="Replicas of topics that are made here."
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises SettingsError that lists everything missing or wrong at once."""
        return load(cls, environ)
