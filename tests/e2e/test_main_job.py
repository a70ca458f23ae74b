"""The main job on the whole product: one mixed order, from the backend's call to the buyer's inbox and page.

Everything is real: the supervisor, the broker, the database, SMTP, the page in a browser. With WISMO_UPDATE_DOCS=1 the
pictures of the README are taken anew.
"""

import hashlib
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser

from embedded_stack.servers.inbox_files import kept
from tests.e2e.stage import DESKTOP, PHONE, link_in, mails_to, open_page, picture, wait_for_mails, wait_for_part
from tests.faults.running_stack import RunningStack, wait_until
from wismo.client import Expected, WismoClient, drafts, events

CODE = "Kl0O-8BIl-q9Zs"

pytestmark = pytest.mark.timeout(240)


def test_the_demo_orders_page_shows_three_lines_with_three_next_steps(
    stack: RunningStack, browser: Browser, tmp_path: Path
) -> None:
    """What a newcomer sees behind the link that `make run` prints."""
    link = link_in(mails_to(stack, "robin@buyers.test")[0])
    for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
        page = open_page(browser, link, size)
        wait_for_part(page, "#code-room")
        steps = page.locator(".line .happens").all_inner_texts()
        assert len(set(steps)) == 3, steps
        assert "/o/" not in page.url, "the token must not stay in the address"
        picture(page, f"order-page-{name}", tmp_path)
        page.close()


def test_one_mixed_order_from_the_backends_call_to_inbox_and_page(
    stack: RunningStack, browser: Browser, tmp_path: Path
) -> None:
    """The acknowledgement within 5 s, one message per change and none for packing, the code on page and mail alike."""
    known = stack.addresses
    recipient, now = "mixed@e2e.test", datetime.now(UTC)
    with WismoClient(known["target"], known["api_key"]) as shop:
        order = drafts.new_order(
            "E2E-1",
            drafts.buyer(recipient, display_name="Robin Miller", locale="en", time_zone="Europe/London"),
            [
                drafts.physical("book", "Northern Lights, hardback", expected=Expected(now + timedelta(days=5))),
                drafts.download("atlas", "Atlas 2.1"),
                drafts.access("room", "Readers' Room, one year"),
            ],
            placed_at=now,
        )
        began = time.monotonic()
        shop.create_order(order)
        wait_until(lambda: bool(mails_to(stack, recipient)), 20, "the acknowledgement")
        assert time.monotonic() - began <= 5, "M1: the buyer hears within seconds"
        file = next((stack.folder / "downloads").rglob("*.zip"))
        story = [
            events.packing_started(["book"]),
            events.download_ready(
                "atlas",
                [
                    events.file(
                        "atlas-zip",
                        file.name,
                        local_path=str(file.relative_to(stack.folder / "downloads")),
                        size_bytes=file.stat().st_size,
                    )
                ],
                allowed_count=3,
            ),
            events.access_granted("room", login_url="https://room.e2e.test/enter", code=CODE, case_sensitive=True),
            events.parcel_shipped("p1", carrier="dhl", tracking_number="00340434161094015902", handed_over=True),
            events.parcel_progressed("p1", "out_for_delivery"),
            events.parcel_progressed("p1", "delivered", delivery_mode="neighbour"),
        ]
        for number, event in enumerate(story, start=1):
            shop.record("E2E-1", event)
            # One change at a time: what is overtaken by newer news is not told, which is another test's matter.
            if number > 1:
                wait_for_mails(stack, recipient, number)
        mails = wait_for_mails(stack, recipient, 6)
        assert len(mails) == 6, [mail.subject for mail in mails]

        root = str(mails[0].message["Message-ID"])
        assert all(root in str(mail.message["References"]) for mail in mails[1:]), "one thread per order"
        assert all("+44 20 7946 0018" in mail.text and "care@lantern.test" in mail.html for mail in mails), "M10"
        assert CODE in mails[2].text
        assert CODE in mails[2].html

        page = open_page(browser, link_in(mails[0]), PHONE, accept_downloads=True)
        assert page.locator("#code-room").inner_text().strip() == CODE
        with page.expect_download() as started:
            page.locator("#line-atlas button.main-button").first.click()
        taken = hashlib.sha256(Path(started.value.path()).read_bytes()).hexdigest()
        assert taken == hashlib.sha256(file.read_bytes()).hexdigest()
        page.reload()
        assert "2 downloads left" in page.locator("#line-atlas").inner_text()
        wait_until(lambda: shop.get_order("E2E-1").downloads[0].taken_count == 1, 15, "orders learns of the download")
        page.close()

    for name, mail in (("order-received", mails[0]), ("access-granted", mails[2])):
        file = tmp_path / f"{name}.html"
        file.write_text(mail.html, encoding="utf-8")
        for suffix, size in (("", PHONE), ("-desktop", DESKTOP)):
            page = browser.new_page(viewport={"width": size["width"], "height": size["height"]})
            page.goto(file.as_uri())
            picture(page, f"mail-{name}{suffix}", tmp_path)
            page.close()


def test_a_russian_buyer_reads_russian_in_mail_and_page(stack: RunningStack, browser: Browser) -> None:
    """The demo's second shop."""
    wait_until(lambda: len(mails_to(stack, "anna@buyers.test")) >= 3, 20, "Anna's mails")
    mail = mails_to(stack, "anna@buyers.test")[0]
    assert re.search("заказ", mail.text, re.IGNORECASE)
    assert "Your order" not in mail.text + mail.html
    page = open_page(browser, link_in(mail), PHONE)
    assert page.locator("html").get_attribute("lang") == "ru"
    assert re.search("заказ", page.locator("main").inner_text(), re.IGNORECASE)
    page.close()


def test_the_page_is_whole_without_javascript(stack: RunningStack, browser: Browser) -> None:
    """Everything a buyer needs is in the HTML."""
    link = link_in(mails_to(stack, "robin@buyers.test")[0])
    page = open_page(browser, link, PHONE, java_script_enabled=False)
    assert page.locator("#code-room").inner_text().strip() == CODE
    assert page.locator(".line button.main-button").count() >= 1
    page.close()


def test_a_second_start_finds_its_data_and_no_process_is_left(stack: RunningStack, browser: Browser) -> None:
    """Stopped by TERM with nothing left behind; started again with orders, mails and links as they were."""
    link = link_in(mails_to(stack, "robin@buyers.test")[0])
    before = len(kept(stack.folder / "inbox" / "mail"))
    family = psutil.Process(stack.process_id).children(recursive=True)
    assert stack.stop() < 15
    assert [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []
    stack.start()
    with WismoClient(stack.addresses["target"], stack.addresses["api_key"]) as shop:
        assert shop.get_order("E2E-1").sequence >= 7
    page = open_page(browser, link, DESKTOP)
    assert page.locator("#code-room").inner_text().strip() == CODE
    page.close()
    assert len(kept(stack.folder / "inbox" / "mail")) == before, "nothing is told again"
