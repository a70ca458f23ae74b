"""The desk in a real browser: for everybody, by keys, live, and without script."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright
from werkzeug.serving import make_server

from notifier.rendering.links import TO_ANSWER
from status_page.lookup.limits import limiter
from tests.browser import find_browser
from tests.fakes.care_desk_site import DeskSite, key_of, needs
from tests.samples.care_days import measured_month
from tests.samples.desk_stories import open_order
from tests.unit.status_page.care_desk.conftest import fill
from tests.unit.status_page.care_desk.test_answer_by_link import link
from wismo.care.v1 import care_service_pb2 as care

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = {"phone": 390, "desktop": 1280}
PATHS = {
    "list": "/desk/",
    "story": "/desk/orders/R-1",
    "measures": "/desk/measures",
    "answer": "/desk/orders/R-1/acts/answer?about=q-1",
    "explain": "/desk/orders/R-2/acts/explain",
    "message": "/desk/orders/R-1/messages/merchants/lantern/orders/R-1%231/email",
    "many": "/desk/many?by=carrier&value=royal-mail",
    "audit": "/desk/audit",
    "reply": "/desk/replies/new",
    "keys": "/desk/keys",
}
ANSWER = PATHS["answer"]


class Room:
    """A running desk and the browser in front of it."""

    def __init__(self, site: DeskSite, url: str, browser: Browser) -> None:
        self.site = site
        self.url = url
        self._browser = browser

    def sit(self, name: str, *, width: str = "desktop", locale: str = "en", **options: Any) -> Page:
        """A colleague in a browser of their own, logged in, before the list."""
        viewport = {"width": WIDTHS[width], "height": 900}
        context: BrowserContext = self._browser.new_context(viewport=viewport, **options)  # type: ignore[arg-type]  # A size.
        page = context.new_page()
        page.goto(f"{self.url}/desk/login?lang={locale}")
        page.locator("#key").fill(key_of(name))
        page.locator("main .main-button").click()
        page.wait_for_url(f"{self.url}/desk/")
        return page


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
def room(browser: Browser, tmp_path: Path) -> Iterator[Room]:
    site = DeskSite(tmp_path)
    with site.app.app_context():
        limiter.reset()
    fill(site)
    site.care.told = measured_month(site.clock.at.date())
    more = open_order("R-4", "marta@buyers.test", name="Marta Kowalska")
    site.tell(more)
    site.care.items.append(needs(more.order.name, care.ATTENTION_KIND_DARK, site.clock.at + timedelta(hours=4)))
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Room(site, f"http://127.0.0.1:{server.server_port}", browser)
    for context in browser.contexts:
        context.close()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en"), ("dark", "ru")])
@pytest.mark.parametrize("width", list(WIDTHS))
def test_the_desk_can_be_used_by_everybody(room: Room, width: str, scheme: Any, locale: str, tmp_path: Path) -> None:
    page = room.sit("max", width=width, locale=locale, color_scheme=scheme)
    by_link = {"answer-by-link": link(room.site), "link-is-over": link(room.site, since=room.site.clock.at - TO_ANSWER)}
    for name, path in {**PATHS, **by_link}.items():
        page.goto(room.url + path)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width], name
        if name in {"list", "story", "measures", *by_link}:
            page.screenshot(path=tmp_path / f"desk-{name}-{width}.png")


def test_the_keys_lead_through_the_list(room: Room) -> None:
    page = room.sit("ada")
    rows = page.locator("a.row")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/orders/R-1")
    page.keyboard.press("a")
    page.wait_for_url("**/acts/answer?about=q-1")
    page.locator("textarea").fill("a j k ? u")
    page.keyboard.press("j")
    expect(page.locator("textarea")).to_have_value("a j k ? uj")
    page.locator("h1").click()
    page.keyboard.press("u")
    page.wait_for_url("**/desk/orders/R-1")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("?")
    page.wait_for_url("**/desk/keys")


def test_the_list_stays_current_and_keeps_the_place(room: Room) -> None:
    page = room.sit("ada")
    page.keyboard.press("j")
    new = open_order("R-5", "nina@buyers.test", name="Nina Hagen")
    room.site.tell(new)
    room.site.care.items.append(needs(new.order.name, care.ATTENTION_KIND_DARK, room.site.clock.at - timedelta(days=1)))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("a.row").first).to_have_attribute("href", "/desk/orders/R-5")
    expect(page.locator("a.row[href='/desk/orders/R-1']")).to_be_focused()


def test_two_people_on_one_question_see_each_other(room: Room) -> None:
    ada, ben = room.sit("ada"), room.sit("ben")
    ada.goto(room.url + ANSWER)
    ben.goto(room.url + ANSWER)
    expect(ben.get_by_text(re.compile(r"Ada is answering this since \d\d:\d\d"))).to_be_visible()
    for page, text in ((ada, "From Ada."), (ben, "From Ben.")):
        page.locator("textarea").fill(text)
        page.get_by_role("button", name="Look at it once more").click()
    ada.get_by_role("button", name="Send the answer").click()
    expect(ada.get_by_text("Your answer is on its way to the buyer.")).to_be_visible()
    ben.get_by_role("button", name="Send the answer").click()
    expect(ben.get_by_text("Ada has answered meanwhile.")).to_be_visible()
    assert len(room.site.outbox.letters) == 1


def test_everything_works_without_script(room: Room) -> None:
    page = room.sit("ada", java_script_enabled=False)
    page.get_by_role("link", name="I ordered on Friday").click()
    page.get_by_role("link", name="Answer", exact=True).click()
    page.locator("textarea").fill("It left on Monday.")
    page.get_by_role("button", name="Look at it once more").click()
    page.get_by_role("button", name="Change it").click()
    page.locator("textarea").fill("It left on Tuesday.")
    page.get_by_role("button", name="Look at it once more").click()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("It left on Tuesday.").first).to_be_visible()
    page.get_by_label("Messages").check()
    expect(page.locator(".happened li.is-event").first).to_be_hidden()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()


def test_a_mail_is_shown_in_a_frame_in_which_nothing_runs(room: Room) -> None:
    page = room.sit("rea")
    alerts: list[str] = []

    def heard(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", heard)
    page.goto(room.url + PATHS["message"])
    frame = page.frame_locator("iframe.mail")
    expect(frame.get_by_text("Thank you, Robin.")).to_be_visible()
    assert frame.locator("body").evaluate("body => getComputedStyle(body).color") == "rgb(255, 0, 0)"
    assert alerts == []
