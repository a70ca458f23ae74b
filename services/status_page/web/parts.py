"""The parts that routes work with, put together in ``bootstrap`` and handed to the app."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import current_app

from chassis.clock import Clock
from chassis.health import Health
from chassis.localisation import Catalog
from chassis.outbox import Letter, Outbox
from chassis.sealing import Sealer
from chassis.settings import Secret
from chassis.signed_links import LinkSigner
from status_page.downloads.counters import DownloadCounters
from status_page.lookup.keys import LookupKeys
from status_page.projection.rows import OrderRows
from status_page.web.cookies import CookieJar
from status_page.web.shops import Shops

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from status_page.inbound.receiver import MailReceiver
    from status_page.pages.kept_pages import KeptPages
    from status_page.web.rendering import Templates
    from status_page.web.static_files import StaticFiles


@dataclass(frozen=True)
class Parts:
    """Everything that routes need. Plain objects; tests put fakes in."""

    clock: Clock
    orders: OrderRows
    shops: Shops
    counters: DownloadCounters
    outbox: Outbox
    wake_sender: "Callable[[], None]"
    """Called after something was put into the outbox."""
    links: LinkSigner
    """Signs and opens the links in messages."""
    grants: LinkSigner
    """Signs and opens the addresses of started downloads."""
    sealer: Sealer
    cookies: CookieJar
    lookup_keys: LookupKeys
    catalog: Catalog
    health: Health
    static: "StaticFiles"
    templates: "Templates"
    kept_pages: "KeptPages"
    hosts: "Mapping[str, str]"
    """Merchant by host, for hosts that belong to one merchant each."""
    downloads_dir: Path | None = None
    secure: bool = False
    """Whether buyers come by https."""
    receiver: "MailReceiver | None" = None
    """Takes mail that a provider posts; None where none does."""
    inbound_secret: Secret | None = None
    """Checks its signature."""

    def put(self, fact: Letter) -> None:
        """Keep a fact for `orders` and have it told soon."""
        self.outbox.put(fact)
        self.wake_sender()


def parts() -> Parts:
    """The parts of the app that answers now."""
    return cast("Parts", current_app.extensions["wismo"])
