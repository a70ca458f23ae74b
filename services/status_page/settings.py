"""What the page and its projector read from the environment."""

from dataclasses import dataclass
from pathlib import Path

from chassis.connections import KafkaSettings, MongoSettings
from chassis.keys import KeyRing
from chassis.reply_tokens import ReplyAddress
from chassis.settings import (
    Address,
    Secret,
    address,
    integer,
    key_ring,
    log_format,
    log_level,
    optional,
    path,
    secret,
    setting,
    text,
    url,
)
from status_page.inbound.parsers import reply_address, webhook_secret


@dataclass(frozen=True)
class StoreSettings(MongoSettings):
    """What every process of the page needs: its database, its logs, and the key of its look-ups."""

    database: str = setting(
        "WISMO_PAGE_DATABASE", text, default="wismo_status_page", help="The database that belongs to the page alone."
    )
    cookie_key: Secret = setting(
        "WISMO_COOKIE_KEY",
        secret,
        help="Seals the page's cookies, at least 32 characters. Old keys may follow, separated by commas.",
    )
    lookup_key: Secret | None = setting(
        "WISMO_LOOKUP_KEY",
        optional(secret),
        default="",
        help="Keys the hashes by which orders are looked up. Default: made from the first cookie key. "
        "After a change run `python -m status_page rebuild`.",
    )
    ops_listen: Address | None = setting(
        "WISMO_OPS_LISTEN", optional(address), default="", help="Where /livez, /readyz and /metrics are served."
    )
    log_format: str = setting("WISMO_LOG_FORMAT", log_format, default="json", help="Lines for machines or for people.")
    log_level: str = setting("WISMO_LOG_LEVEL", log_level, default="info", help="What is logged at least.")


@dataclass(frozen=True)
class PageSettings(StoreSettings):
    """What `python -m status_page` reads."""

    listen: Address = setting(
        "WISMO_PAGE_LISTEN", address, default="127.0.0.1:8000", help="Where the page is served over HTTP."
    )
    page_url: str = setting(
        "WISMO_PAGE_URL",
        url("http", "https"),
        default="http://127.0.0.1:8000",
        help="The page's address as buyers see it. With https, cookies are secure and HSTS is sent.",
    )
    link_keys: KeyRing = setting(
        "WISMO_LINK_KEYS", key_ring(), help="Keys that sign the links in messages; the same as the notifier's."
    )
    sealing_keys: KeyRing = setting(
        "WISMO_SEALING_KEYS", key_ring(base64_bytes=32), help="Keys that open access codes and licence keys."
    )
    orders_address: Address = setting(
        "WISMO_ORDERS_ADDRESS", address, default="127.0.0.1:50051", help="Where the orders service answers."
    )
    orders_ca_file: Path | None = setting(
        "WISMO_ORDERS_CA_FILE",
        optional(path),
        default="",
        help="Certificates that the orders service's own is checked with. Without it the connection is not encrypted.",
    )
    service_key: Secret = setting(
        "WISMO_SERVICE_KEY", secret, help="The key that the page calls the orders service with."
    )
    care_address: Address = setting(
        "WISMO_CARE_ADDRESS", address, default="127.0.0.1:50052", help="Where the notifier's care service answers."
    )
    care_ca_file: Path | None = setting(
        "WISMO_CARE_CA_FILE",
        optional(path),
        default="",
        help="Certificates that the care service's own is checked with. Without it the connection is not encrypted.",
    )
    desk_oidc_issuer: str = setting(
        "WISMO_DESK_OIDC_ISSUER",
        text,
        default="",
        help="The OpenID Connect issuer that the care team logs in with. Empty: care keys only.",
    )
    desk_oidc_client_id: str = setting(
        "WISMO_DESK_OIDC_CLIENT_ID", text, default="", help="The desk's client id at that issuer."
    )
    desk_oidc_client_secret: Secret | None = setting(
        "WISMO_DESK_OIDC_CLIENT_SECRET", optional(secret), default="", help="The desk's client secret there."
    )
    desk_oidc_role_claim: str = setting(
        "WISMO_DESK_OIDC_ROLE_CLAIM",
        text,
        default="wismo_role",
        help="The claim of the ID token that holds `reader`, `agent` or `admin`, alone or in a list.",
    )
    desk_oidc_merchant_claim: str = setting(
        "WISMO_DESK_OIDC_MERCHANT_CLAIM", text, default="wismo_merchant", help="The claim that names the merchant."
    )
    downloads_dir: Path | None = setting(
        "WISMO_DOWNLOADS_DIR", optional(path), default="", help="The folder below which local downloads lie."
    )
    trusted_proxies: int = setting(
        "WISMO_TRUSTED_PROXIES",
        integer(0, 10),
        default="0",
        help="How many proxies stand before the page, exactly. Their X-Forwarded-* headers are believed, no others.",
    )
    reply_address: ReplyAddress | None = setting(
        "WISMO_REPLY_ADDRESS",
        optional(reply_address),
        default="",
        help="Where replies to mails go; the same as the notifier's.",
    )
    inbound_secret: Secret | None = setting(
        "WISMO_INBOUND_WEBHOOK_SECRET",
        optional(webhook_secret),
        default="",
        help="Checks the signature of mails that a provider posts to /inbound/webhook (Standard Webhooks). Without it "
        "none is taken there.",
    )
    merchant_hosts: str = setting(
        "WISMO_PAGE_HOSTS",
        text,
        default="",
        help="Hosts that belong to one merchant each, as host=merchant[,host2=merchant2].",
    )
    threads: int = setting(
        "WISMO_PAGE_THREADS", integer(1, 256), default="8", help="How many requests are served at once."
    )


@dataclass(frozen=True)
class ProjectorSettings(KafkaSettings, StoreSettings):
    """What `python -m status_page projector` and `rebuild` read."""
