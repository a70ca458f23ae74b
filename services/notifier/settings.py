"""Settings of the notifier."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.connections import KafkaSettings, MongoSettings
from chassis.keys import KeyRing
from chassis.reply_tokens import ReplyAddress
from chassis.settings import (
    Address,
    BadSetting,
    BadValue,
    Parser,
    Secret,
    SettingsError,
    address,
    choice,
    integer,
    key_ring,
    load,
    log_format,
    log_level,
    optional,
    path,
    readable_file,
    seconds,
    secret,
    setting,
    sha256_hex,
    text,
    url,
)
from notifier.channels.public_addresses import PublicAddresses
from notifier.channels.smtp import SmtpServer


def _read_reply_address(given: str) -> ReplyAddress:
    try:
        return ReplyAddress(given)
    except ValueError as error:
        raise BadValue(f"is no such address: {error}") from None


def _read_networks(given: str) -> tuple[str, ...]:
    networks = tuple(one.strip() for one in given.split(","))
    try:
        PublicAddresses(networks)
    except ValueError:
        raise BadValue("is no list of networks") from None
    return networks


networks: Parser[tuple[str, ...]] = Parser("networks such as 10.1.0.0/16,fd00:1::/32", _read_networks)
reply_address: Parser[ReplyAddress] = Parser("address such as reply+{token}@mail.example", _read_reply_address)


@dataclass(frozen=True)
class Settings(KafkaSettings, MongoSettings):
    """Everything that the environment decides, for `python -m notifier`."""

    log_format: str = setting("WISMO_LOG_FORMAT", log_format, default="json", help="How log lines look.")
    log_level: str = setting("WISMO_LOG_LEVEL", log_level, default="info", help="The least severe line that is logged.")
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
    smtp_ca_file: Path | None = setting(
        "WISMO_SMTP_CA_FILE",
        optional(readable_file),
        default="",
        help="The authority of the mail server's certificate, in PEM. Empty: those that the system trusts.",
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
    reply_address: ReplyAddress | None = setting(
        "WISMO_REPLY_ADDRESS",
        optional(reply_address),
        default="",
        help="Where replies to mails go and are filed by themselves; the page's inbound process reads it. "
        "Empty: to the merchant.",
    )
    webhook_networks: tuple[str, ...] | None = setting(
        "WISMO_WEBHOOK_NETWORKS",
        optional(networks),
        default="",
        help="Networks of your own that merchants' webhooks may go to, besides every public address.",
    )
    watchdog: str = setting(
        "WISMO_WATCHDOG",
        choice("inline", "off"),
        default="inline",
        help="Whether this process runs the watchdog too. Somebody must: "
        "without it, `python -m notifier watchdog` does.",
    )
    orders_address: Address = setting(
        "WISMO_ORDERS_ADDRESS", address, default="127.0.0.1:50051", help="Where the orders service answers."
    )
    orders_ca_file: Path | None = setting(
        "WISMO_ORDERS_CA_FILE",
        optional(path),
        default="",
        help="The authority of the orders service's certificate; turns TLS on for calls to it.",
    )
    service_key: Secret | None = setting(
        "WISMO_SERVICE_KEY",
        optional(secret),
        default="",
        help="The key that the orders service is told facts with. Empty: facts wait.",
    )
    care_listen: Address | None = setting(
        "WISMO_CARE_LISTEN", optional(address), default="127.0.0.1:50052", help="Where the care service answers."
    )
    service_key_hash: str | None = setting(
        "WISMO_SERVICE_KEY_HASH",
        optional(sha256_hex),
        default="",
        help="SHA-256 of the key that the page calls the care service with. Empty: only merchants may.",
    )
    tls_cert_file: Path | None = setting(
        "WISMO_TLS_CERT_FILE",
        optional(path),
        default="",
        help="The care service's certificate chain; turns TLS on.",
    )
    tls_key_file: Path | None = setting("WISMO_TLS_KEY_FILE", optional(path), default="", help="The certificate's key.")
    topic_partitions: int = setting(
        "WISMO_TOPIC_PARTITIONS", integer(1, 1000), default="12", help="Partitions of topics that are made here."
    )
    topic_replication: int = setting(
        "WISMO_TOPIC_REPLICATION", integer(1, 10), default="1", help="Replicas of topics that are made here."
    )

    @property
    def smtp_server(self) -> SmtpServer:
        """Where mail goes."""
        return SmtpServer.parse(self.smtp_url, self.smtp_ca_file)

    def __post_init__(self) -> None:
        """Raises SettingsError for what does not go together."""
        super().__post_init__()
        server, asks = self.smtp_server, "smtps:// or ?starttls=true in WISMO_SMTP_URL"
        if self.smtp_ca_file and not server.encrypted:
            raise SettingsError((BadSetting("WISMO_SMTP_CA_FILE", "is set but not used, without TLS", asks),))
        if server.user and not server.encrypted and not server.local:
            why = "its password would go out in plain text"
            raise SettingsError((BadSetting("WISMO_SMTP_URL", why, asks),))

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises SettingsError that lists everything missing or wrong at once."""
        return load(cls, environ)
