"""What `python -m status_page inbound` reads from the environment."""

from dataclasses import dataclass
from pathlib import Path

from chassis.keys import KeyRing
from chassis.reply_tokens import ReplyAddress
from chassis.settings import Address, Secret, address, key_ring, optional, path, seconds, secret, setting, url
from status_page.inbound.parsers import reply_address
from status_page.settings import StoreSettings


@dataclass(frozen=True)
class InboundSettings(StoreSettings):
    """What the process that reads the mailbox needs."""

    imap_url: str = setting(
        "WISMO_INBOUND_IMAP_URL",
        url("imap", "imaps", secret=True),
        help="The mailbox that replies and bounces come to, as imaps://user:password@host/folder. Nothing in it is "
        "changed.",
    )
    poll_seconds: float = setting(
        "WISMO_INBOUND_POLL", seconds(1, 3600), default="10", help="How often it is read, in seconds."
    )
    reply_address: ReplyAddress | None = setting(
        "WISMO_REPLY_ADDRESS",
        optional(reply_address),
        default="",
        help="Where replies to mails go; the same as the notifier's.",
    )
    link_keys: KeyRing = setting(
        "WISMO_LINK_KEYS", key_ring(), help="Keys that sign the tokens in mails; the same as the notifier's."
    )
    sealing_keys: KeyRing = setting(
        "WISMO_SEALING_KEYS", key_ring(base64_bytes=32), help="Keys that seal the mails that are kept."
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
    service_key: Secret = setting("WISMO_SERVICE_KEY", secret, help="The key that the care service is called with.")
