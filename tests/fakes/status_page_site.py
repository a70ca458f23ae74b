"""A whole page over fakes: told stories, opened links, clicked buttons."""

import base64
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis.health import Health
from chassis.kafka import Record
from chassis.keys import KeyRing
from chassis.localisation import Catalog
from chassis.reply_tokens import ReplyAddress, ReplyTokens
from chassis.settings import Secret
from chassis.signed_links import LinkSigner
from status_page.app import create_app
from status_page.bootstrap import grant_signer
from status_page.inbound.receiver import MailReceiver
from status_page.inbound.whose import Postmarks
from status_page.lookup.keys import LookupKeys
from status_page.pages.kept_pages import KeptPages
from status_page.pages.routes import PURPOSE
from status_page.projection.projector import Projector
from status_page.projection.reading import ORDER_EVENTS
from status_page.web.cookies import CookieJar, derive
from status_page.web.languages import catalog
from status_page.web.parts import Parts
from status_page.web.rendering import Templates
from status_page.web.shops import Shops
from status_page.web.static_files import StaticFiles
from tests.fakes.in_memory_outbox import InMemoryOutbox
from tests.fakes.status_page import (
    FixedClock,
    InMemoryDownloadCounters,
    InMemoryMerchantRows,
    InMemoryOrderRows,
)
from tests.fakes.status_page_mails import InMemoryKeptMails, KnownNames
from tests.samples import keys
from tests.samples.story import START, Story

LINKS = LinkSigner(KeyRing.parse(keys.LINK_KEYS))
TOKENS = ReplyTokens(KeyRing.parse(keys.LINK_KEYS))
REPLIES = ReplyAddress("reply+{token}@mail.test")
INBOUND_SECRET = Secret("whsec_" + base64.b64encode(b"i" * 32).decode())
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


class Browser(FlaskClient):
    """A browser that reads every answer to its end, and so leaves no file open."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)
        return super().open(*args, **kwargs)


class Site:
    """The page, its stores in memory, and a browser."""

    def __init__(
        self, downloads_dir: Path, *, secure: bool = False, trusted_proxies: int = 0, at: datetime = START
    ) -> None:
        self.clock = FixedClock(at + timedelta(hours=6))
        self.orders = InMemoryOrderRows()
        self.merchants = InMemoryMerchantRows()
        self.outbox = InMemoryOutbox()
        self.counters = InMemoryDownloadCounters(self.outbox)
        self.mails = InMemoryKeptMails()
        self.names = KnownNames()
        self.lookup_keys = LookupKeys(derive(keys.COOKIE_KEY, "lookup"))
        self.health = Health()
        self.woken = 0
        self.downloads_dir = downloads_dir
        self.projector = Projector(self.orders, self.merchants, self.counters, self.lookup_keys, self.mails)
        texts, static, templates = _unchanging()
        self.parts = Parts(
            clock=self.clock,
            orders=self.orders,
            shops=Shops(self.merchants, max_age=0.0),
            counters=self.counters,
            outbox=self.outbox,
            wake_sender=self._wake,
            links=LINKS,
            grants=grant_signer(keys.COOKIE_KEY),
            sealer=keys.sealer(),
            cookies=CookieJar(keys.COOKIE_KEY, secure=secure),
            lookup_keys=self.lookup_keys,
            catalog=texts,
            health=self.health,
            static=static,
            templates=templates,
            kept_pages=KeptPages(most=20),
            hosts={"orders.severny.test": "severny"},
            downloads_dir=downloads_dir,
            secure=secure,
            receiver=self.receiver(),
            inbound_secret=INBOUND_SECRET,
        )
        self.app = create_app(self.parts, trusted_proxies=trusted_proxies)
        self.app.test_client_class = Browser
        self.browser: FlaskClient = self.app.test_client()

    def receiver(self) -> MailReceiver:
        """Takes mail, over the site's stores."""
        return MailReceiver(
            mails=self.mails,
            orders=self.orders,
            merchants=self.merchants,
            outbox=self.outbox,
            names=self.names,
            marks=Postmarks(TOKENS, REPLIES),
            sealer=keys.sealer(),
            wake_sender=self._wake,
        )

    def tell(self, *stories: Story) -> None:
        """Project everything that the stories have told so far."""
        for story in stories:
            assert not self.projector.handle(records_of(story))

    def link(self, story: Story, **changes: object) -> str:
        """The path of a signed link to the story's order."""
        given = {"purpose": PURPOSE, "version": story.order.link_version, "expires_at": self.clock.at + timedelta(180)}
        return f"/o/{LINKS.sign(subject=story.order.name, **{**given, **changes})}"  # type: ignore[arg-type]  # As given.

    def open(self, story: Story, browser: FlaskClient | None = None) -> TestResponse:
        """Open the story's link and follow it to the order's page."""
        return (browser or self.browser).get(self.link(story), follow_redirects=True)

    def path(self, story: Story) -> str:
        """The clean path of the story's order."""
        return "/" + story.order.name.replace("merchants/", "orders/").replace("/orders/", "/", 1)

    def token(self, path: str = "/", browser: FlaskClient | None = None) -> str:
        """The token of the forms on a page."""
        found = _TOKEN.search((browser or self.browser).get(path).text)
        assert found, f"{path} has no form"
        return found[1]

    def look_up(
        self, reference: str, contact: str, path: str = "/", browser: FlaskClient | None = None
    ) -> TestResponse:
        """Fill in the look-up form and send it; not followed."""
        browser = browser or self.browser
        form = {"token": self.token(path, browser), "reference": reference, "contact": contact}
        return browser.post(path, data=form)

    def start_download(
        self, story: Story, line: str = "atlas", file: str = "atlas-win", browser: FlaskClient | None = None
    ) -> TestResponse:
        """Press the button that starts a download; not followed."""
        browser = browser or self.browser
        path = self.path(story)
        return browser.post(f"{path}/downloads/{line}/{file}", data={"token": self.token(path, browser)})

    def file(self, local_path: str, content: bytes) -> Path:
        """Put a file into the downloads folder."""
        path = self.downloads_dir / local_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def _wake(self) -> None:
        self.woken += 1


@cache
def _unchanging() -> tuple[Catalog, StaticFiles, Templates]:
    """What is the same for every page: compiled once, because that takes longer than most tests."""
    texts, static = catalog(), StaticFiles()
    return texts, static, Templates(texts, static.url)


def records_of(story: Story, events: Iterable[int] | None = None) -> list[Record]:
    """What the orders service would publish for the story, in order."""
    told = story.told if events is None else [story.told[at] for at in events]
    return [
        Record(ORDER_EVENTS, event.subject.encode(), event.SerializeToString(), (), 0, offset)
        for offset, event in enumerate(told)
    ]
