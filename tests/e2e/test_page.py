"""The page in a real Chromium: on a phone and on a desk, light and dark, with and without JavaScript, with axe-core."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from chassis.mongo import connect, ensure_indexes
from status_page.bootstrap import COLLECTIONS
from status_page.downloads.mongo import MongoDownloadCounters
from status_page.inbound.mongo_mails import MongoKeptMails
from status_page.lookup.keys import LookupKeys
from status_page.projection.mongo import MongoMerchantRows, MongoOrderRows
from status_page.projection.projector import Projector
from status_page.web.cookies import derive
from tests.browser import find_browser
from tests.fakes.status_page_site import LINKS, records_of
from tests.integration.status_page.processes import PageProcess
from tests.samples import keys, merchants
from tests.samples.mixed import ACCESS_CODE, LICENCE_KEY, mixed_order, report_problem
from tests.samples.story import Story
from wismo.orders.v1 import fulfilment_event_pb2 as events

pytestmark = pytest.mark.timeout(240)

WIDTHS = {"phone": (390, 844), "desk": (1280, 900)}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTENT = b"the program" * 1000


class Street:
    """A running page, the projector that feeds it, and a browser."""

    def __init__(self, url: str, projector: Projector, browser: Browser) -> None:
        self.url = url
        self.projector = projector
        self._browser = browser

    def tell(self, story: Story) -> str:
        """Put the story on the page; the address of its link."""
        assert not self.projector.handle(records_of(story))
        until = datetime.now(UTC) + timedelta(days=1)
        token = LINKS.sign(purpose="order", subject=story.order.name, version=1, expires_at=until)
        return f"{self.url}/o/{token}"

    def context(self, width: str = "phone", **options: Any) -> BrowserContext:
        """A browser of its own, with no cookies."""
        inline, block = WIDTHS[width]
        return self._browser.new_context(viewport={"width": inline, "height": block}, **options)


@pytest.fixture(scope="module")
def street(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("page")
    (folder / "downloads/lantern").mkdir(parents=True)
    (folder / "downloads/lantern/atlas-2.1-setup.exe").write_bytes(CONTENT)
    name = f"page-{folder.name}"
    found = find_browser()
    assert found is not None, "no Chromium; `make test` installs one or says how"
    page = PageProcess(
        folder / "page.log",
        WISMO_MONGO_URL=mongo_url,
        WISMO_PAGE_DATABASE=name,
        WISMO_DOWNLOADS_DIR=str(folder / "downloads"),
        WISMO_ORDERS_ADDRESS="127.0.0.1:9",
    )
    with connect(mongo_url, "e2e") as client, page, sync_playwright() as playwright:
        database = client[name]
        ensure_indexes(database, COLLECTIONS)
        projector = Projector(
            MongoOrderRows(database),
            MongoMerchantRows(database),
            MongoDownloadCounters(database),
            LookupKeys(derive(keys.COOKIE_KEY, "lookup")),
            MongoKeptMails(database),
        )
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=str(found), args=arguments)
        try:
            yield Street(page.url, projector, browser)
        finally:
            browser.close()


def mixed(reference: str, locale: str = "en", *, problem: bool = False) -> Story:
    shop = merchants.severny() if locale == "ru" else merchants.lantern()
    story = mixed_order(reference, merchant=shop, locale=locale)
    # The samples live in the past; what can still be done must not have run out.
    soon = int((datetime.now(UTC) + timedelta(days=20)).timestamp())
    story.order.downloads[0].expires_at.seconds = soon
    story.order.accesses[0].expires_at.seconds = soon
    if problem:
        report_problem(story)
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="Thank you.")))
    return story


def watched(page: Page) -> list[str]:
    """Everything that the page's console complains of from now on."""
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "ru"])
@pytest.mark.parametrize("width", list(WIDTHS))
def test_the_order_page_can_be_used_by_everybody(street: Street, width: str, locale: str, scheme: Any) -> None:
    with street.context(width, color_scheme=scheme) as context:
        page = context.new_page()
        complaints = watched(page)
        page.goto(street.tell(mixed(f"A-{width}-{locale}-{scheme}", locale, problem=True)))
        for summary in page.locator("summary").all():
            summary.click()
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]
        assert complaints == []


@pytest.mark.parametrize("path", ["/m/lantern/", "/o/cut-off", "/nothing-here", "/link-sent?merchant=lantern"])
def test_the_other_pages_can_be_used_by_everybody(street: Street, path: str) -> None:
    street.tell(mixed("B-1"))
    with street.context() as context:
        page = context.new_page()
        page.goto(street.url + path)
        assert_accessible(page)


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, found.generate_report()


def test_every_target_is_large_enough_for_a_thumb(street: Street) -> None:
    """WCAG 2.2 asks for 24 pixels; what stands alone has 44 here."""
    with street.context() as context:
        page = context.new_page()
        page.goto(street.tell(mixed("C-1")))
        sizes = page.locator("button:visible, summary:visible, .main-button, .soft-button, .langs a").evaluate_all(
            "all => all.map(one => [one.textContent.trim(), one.getBoundingClientRect().height])"
        )
        assert [size for size in sizes if size[1] < 44] == []


def test_the_whole_page_works_without_javascript(street: Street) -> None:
    with street.context(java_script_enabled=False, accept_downloads=True) as context:
        page = context.new_page()
        page.goto(street.tell(mixed("D-1")))
        for text in (ACCESS_CODE, LICENCE_KEY, "RM123456785GB", "3 downloads left"):
            assert page.get_by_text(text, exact=True).count() == 1
        assert page.locator("button:has-text('Copy'):visible").count() == 0
        with page.expect_download() as started:
            page.get_by_role("button", name="Download").click()
        assert Path(started.value.path()).read_bytes() == CONTENT
        page.reload()
        assert page.get_by_text("2 downloads left").count() == 1
        page.get_by_role("link", name="Русский").click()
        assert page.locator("html").get_attribute("lang") == "ru"
        page.get_by_text("По шагам", exact=True).click()
        assert page.locator("#steps-room[open] li").count() >= 5


def test_a_code_is_copied_with_one_press(street: Street) -> None:
    with street.context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(street.tell(mixed("E-1")))
        page.locator(".secret", has_text=ACCESS_CODE).get_by_role("button", name="Copy").click()
        page.get_by_text("Copied.").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == ACCESS_CODE


def test_an_open_page_follows_the_order_and_keeps_what_was_opened(street: Street) -> None:
    story = mixed("F-1")
    with street.context() as context:
        page = context.new_page()
        complaints = watched(page)
        page.goto(street.tell(story))
        page.get_by_text("Step by step", exact=True).click()
        story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="x")))
        story.order.parcels[0].tracking_number = "MOVED-1"
        story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="y")))
        street.tell(story)
        # Coming back to the tab asks at once; waiting for the next poll would take ten seconds.
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.get_by_text("MOVED-1").wait_for(timeout=15_000)
        assert page.locator("#steps-room[open]").count() == 1
        assert page.locator("button:has-text('Copy'):visible").count() == 3
        assert complaints == []


def test_a_page_that_has_not_changed_costs_a_304(street: Street) -> None:
    with street.context() as context:
        page = context.new_page()
        page.goto(street.tell(mixed("G-1")))
        statuses: list[int] = []
        page.on("response", lambda answer: statuses.append(answer.status))
        with page.expect_response(lambda answer: "/orders/" in answer.url) as polled:
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert polled.value.status == 304


def test_a_buyer_who_looks_up_sees_progress_and_can_have_the_link_sent(street: Street) -> None:
    street.tell(mixed("H-1"))
    with street.context() as context:
        page = context.new_page()
        page.goto(f"{street.url}/m/lantern/")
        page.get_by_label("Order number").fill("h-1")
        page.get_by_label("E-mail address or postcode").fill("yo1 7hh")
        page.get_by_role("button", name="Show where it is").click()
        page.get_by_text("Order H-1").wait_for()
        assert page.get_by_text(ACCESS_CODE).count() == 0
        assert_accessible(page)
        page.get_by_role("button", name="Mail me the link").click()
        page.get_by_role("heading", name="Look into your inbox").wait_for()


def test_the_keyboard_reaches_everything_in_order(street: Street) -> None:
    with street.context("desk") as context:
        page = context.new_page()
        page.goto(street.tell(mixed("I-1")))
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


def test_on_paper_the_page_has_no_buttons(street: Street) -> None:
    with street.context() as context:
        page = context.new_page()
        page.goto(street.tell(mixed("J-1")))
        page.emulate_media(media="print")
        assert page.locator("button:visible").count() == 0
        assert page.get_by_text(ACCESS_CODE).is_visible()
