"""Asking, cancelling and opting out in a real Chromium, on a phone and on a desk, with and without JavaScript."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.browser import find_browser
from tests.fakes.status_page_site import LINKS, Site
from tests.samples import merchants
from tests.samples.mixed import mixed_order
from tests.samples.story import Story, stamp
from tests.samples.trial import trial_order
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2, question_pb2

pytestmark = pytest.mark.timeout(240)

WIDTHS = {"phone": (390, 844), "desk": (1280, 900)}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WORDS = {
    "en": ("Where is my book? It said Friday.", "Send the question", "It left Leeds this morning and comes tomorrow."),
    "ru": ("Где моя книга? Обещали в пятницу.", "Отправить вопрос", "Она выехала сегодня утром и будет завтра."),
}


class Served:
    """A page over stores in memory, served to a real browser."""

    def __init__(self, site: Site, url: str, browser: Browser) -> None:
        self.site = site
        self.url = url
        self._browser = browser

    def page(self, width: str = "phone", **options: Any) -> Page:
        inline, block = WIDTHS[width]
        context = self._browser.new_context(viewport={"width": inline, "height": block}, **options)
        return context.new_page()

    def link(self, story: Story) -> str:
        return self.url + self.site.link(story)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = find_browser()
    assert found is not None, "no Chromium; `make test` installs one or says how"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=str(found), args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def served(browser: Browser, tmp_path: Path) -> Iterator[Served]:
    site = Site(tmp_path / "downloads")
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Served(site, f"http://127.0.0.1:{server.server_port}", browser)
    finally:
        for context in browser.contexts:
            context.close()
        server.shutdown()
        thread.join(10)
        server.server_close()


def mixed(locale: str) -> Story:
    return mixed_order("R-1", merchant=merchants.severny() if locale == "ru" else merchants.lantern(), locale=locale)


def answer(story: Story, text: str, site: Site) -> None:
    """The question that waits on the page arrives at `orders`, and is answered five hours later."""
    waiting = site.orders.rows[story.order.name].pending[0]

    def change(order: order_pb2.Order) -> None:
        question = order.questions.add(question_id="q-1", state=question_pb2.QUESTION_STATE_ANSWERED)
        question.posts.add(
            occurred_at=stamp(waiting.at), from_buyer=True, text=waiting.text, evidence_id=f"page/{waiting.id}"
        )
        question.posts.add(occurred_at=stamp(waiting.at + timedelta(hours=5)), text=text)
        question.answered_at.CopyFrom(stamp(waiting.at + timedelta(hours=5)))

    story.tell(events.FulfilmentEvent(question_answered=events.QuestionAnswered(question_id="q-1", text=text)), change)
    site.clock.forward(hours=6)
    site.tell(story)


def assert_usable(page: Page, width: str) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]
    targets = page.locator("main button:visible, main .main-button, main .soft-button, main textarea:visible")
    heights = targets.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights, default=44) >= 44


@pytest.mark.parametrize("locale", list(WORDS))
@pytest.mark.parametrize(("width", "scheme"), [("phone", "dark"), ("desk", "light")])
def test_a_question_is_asked_acknowledged_and_answered(served: Served, width: str, locale: str, scheme: Any) -> None:
    asked, send, answered = WORDS[locale]
    story = mixed(locale)
    served.site.tell(story)
    page = served.page(width, color_scheme=scheme)
    page.goto(served.link(story))
    assert_usable(page, width)
    page.locator("textarea").fill(asked)
    page.get_by_role("button", name=send).click()
    assert page.locator("#question [role=status]").is_visible()
    assert page.locator("#question").get_by_text(asked).is_visible()
    assert page.locator("#question .standing time").first.is_visible()
    assert_usable(page, width)
    answer(story, answered, served.site)
    page.reload()
    assert page.locator("#question").get_by_text(answered).is_visible()
    assert_usable(page, width)


def test_asking_works_without_javascript(served: Served) -> None:
    story = mixed("en")
    served.site.tell(story)
    page = served.page(java_script_enabled=False)
    page.goto(served.link(story))
    page.locator("textarea").fill("Two\nlines")
    page.get_by_role("button", name="Send the question").click()
    assert page.get_by_text("Your question has arrived.").is_visible()
    assert page.locator(".post-text").inner_text() == "Two\nlines"


def test_what_is_being_typed_outlives_an_update_of_the_page(served: Served) -> None:
    story = mixed("en")
    served.site.tell(story)
    page = served.page()
    page.goto(served.link(story))
    page.locator("textarea").type("I was about to s")
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="A word of ours.")))
    served.site.tell(story)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_text("We wrote to you").first.wait_for()
    page.keyboard.type("ay")
    assert page.locator("textarea").input_value() == "I was about to say"


@pytest.mark.parametrize("locale", list(WORDS))
@pytest.mark.parametrize("width", list(WIDTHS))
def test_a_trial_is_seen_and_cancelled(served: Served, width: str, locale: str) -> None:
    shop = merchants.severny() if locale == "ru" else merchants.lantern()
    story = trial_order(merchant=shop, locale=locale)
    served.site.tell(story)
    page = served.page(width)
    page.goto(served.link(story))
    assert page.locator("progress").evaluate("one => [one.value, one.max]") == [3, 10]
    assert_usable(page, width)
    page.locator("#line-course .soft-button").click()
    assert_usable(page, width)
    page.locator("main .main-button").click()
    assert page.locator("[role=status]").first.is_visible()
    assert_usable(page, width)
    page.locator("main .soft-button").click()
    assert page.locator("#line-course progress").is_visible()
    assert page.locator("#line-course .soft-button").count() == 0


@pytest.mark.parametrize("locale", list(WORDS))
def test_optional_messages_end_by_a_button(served: Served, locale: str) -> None:
    story = mixed(locale)
    served.site.tell(story)
    until = served.site.clock.at + timedelta(days=1)
    token = LINKS.sign(purpose="optional-off", subject=story.order.name, version=1, expires_at=until)
    page = served.page(java_script_enabled=False)
    page.goto(f"{served.url}/u/{token}")
    page.locator("main .main-button").click()
    assert page.locator("[role=status]").first.is_visible()
    assert len(served.site.outbox.letters) == 1
    usable = served.page()
    usable.goto(f"{served.url}/u/{token}")
    assert_usable(usable, "phone")
