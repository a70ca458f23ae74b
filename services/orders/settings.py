"""Settings of the orders service."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.connections import KafkaSettings, MongoSettings
from chassis.keys import KeyRing
from chassis.settings import (
    Address,
    address,
    choice,
    integer,
    key_ring,
    load,
    log_format,
    log_level,
    optional,
    path,
    setting,
    sha256_hex,
    text,
)


@dataclass(frozen=True)
class Settings(KafkaSettings, MongoSettings):
    """Everything that the environment decides, for `python -m orders` and `python -m orders relay`."""

    log_format: str = setting("WISMO_LOG_FORMAT", log_format, default="json", help="How log lines look.")
    log_level: str = setting("WISMO_LOG_LEVEL", log_level, default="info", help="The least severe line that is logged.")
    ops_listen: Address | None = setting(
        "WISMO_OPS_LISTEN", optional(address), default="", help="Where /livez, /readyz and /metrics are served."
    )
    listen: Address = setting(
        "WISMO_ORDERS_LISTEN", address, default="127.0.0.1:50051", help="Where gRPC is served; port 0 takes a free one."
    )
    database: str = setting(
        "WISMO_ORDERS_DATABASE", text, default="wismo_orders", help="Name of this service's database."
    )
    sealing_keys: KeyRing = setting(
        "WISMO_SEALING_KEYS", key_ring(base64_bytes=32), help="Keys that seal secrets at rest."
    )
    admin_key_hash: str | None = setting(
        "WISMO_ADMIN_KEY_HASH",
        optional(sha256_hex),
        default="",
        help="SHA-256 of the installation's admin key, which manages merchants and keys.",
    )
    service_key_hash: str | None = setting(
        "WISMO_SERVICE_KEY_HASH",
        optional(sha256_hex),
        default="",
        help="SHA-256 of the key by which the status page and the notifier report what they saw.",
    )
    relay: str = setting(
        "WISMO_RELAY", choice("inline", "off"), default="inline", help="Whether the API process relays to Kafka itself."
    )
    tls_cert_file: Path | None = setting(
        "WISMO_TLS_CERT_FILE", optional(path), default="", help="The server's certificate chain; turns TLS on."
    )
    tls_key_file: Path | None = setting("WISMO_TLS_KEY_FILE", optional(path), default="", help="The certificate's key.")
    tls_client_ca_file: Path | None = setting(
        "WISMO_TLS_CLIENT_CA_FILE",
        optional(path),
        default="",
        help="Callers must show a certificate of this authority.",
    )
    max_connection_age: int = setting(
        "WISMO_MAX_CONNECTION_AGE",
        integer(0, 86_400),
        default="0",
        help="Seconds after which callers are asked to connect anew, so that new replicas get their share; 0: never.",
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
