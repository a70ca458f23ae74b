"""What the stories do again and again: read mail, open links, make a shop with short limits."""

import os
import re
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from embedded_stack.servers.inbox_files import Mail, kept, read
from tests.faults.running_stack import RunningStack, wait_until
from wismo.client import WismoClient, drafts
from wismo.orders.v1.merchant_pb2 import Policies

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def mails_to(stack: RunningStack, recipient: str) -> list[Mail]:
    """The recipient's mails in the order of their arrival."""
    return [mail for mail in map(read, kept(stack.folder / "inbox" / "mail")) if recipient in mail.recipients]


def wait_for_mails(stack: RunningStack, recipient: str, count: int, *, seconds: float = 20) -> list[Mail]:
    """Wait for `count` mails, then a moment longer for one too many; all that came."""
    wait_until(lambda: len(mails_to(stack, recipient)) >= count, seconds, f"{count} mails to {recipient}")
    time.sleep(1)
    return mails_to(stack, recipient)


def wait_for_mail(stack: RunningStack, recipient: str, fits: Callable[[Mail], bool], *, seconds: float = 40) -> Mail:
    """The recipient's first mail that fits, as soon as it is there."""
    found: list[Mail] = []

    def there() -> bool:
        found[:] = [mail for mail in mails_to(stack, recipient) if fits(mail)]
        return bool(found)

    try:
        wait_until(there, seconds, f"a mail to {recipient}")
    except TimeoutError as error:
        raise TimeoutError(f"{error}; there are {[mail.subject for mail in mails_to(stack, recipient)]}") from None
    return found[0]


def said(mail: Mail) -> str:
    """The plain text in one line, without the signs of what is quoted."""
    return " ".join(re.sub(r"^\s*[>|] ?", "", mail.text, flags=re.MULTILINE).split())


def link_in(mail: Mail, path: str = "/o/") -> str:
    """The signed link to the order, or another one with this in it, from the plain text."""
    found = re.search(rf"http://\S+{path}\S+", mail.text)
    assert found, mail.text
    return found.group()


def open_page(browser: Browser, link: str, size: dict[str, int], **options: Any) -> Page:
    """A fresh visitor opens the link."""
    page = browser.new_page(viewport={"width": size["width"], "height": size["height"]}, **options)
    page.goto(link)
    return page


def wait_for_part(page: Page, selector: str, *, seconds: float = 20) -> None:
    """Reload until the page has it: the projector is a moment behind."""

    def there() -> bool:
        page.reload()
        return page.locator(selector).count() > 0

    wait_until(there, seconds, f"{selector} on the page")


def wait_for_text(page: Page, text: str, *, seconds: float = 20) -> None:
    """Reload until the page says it."""

    def there() -> bool:
        page.reload()
        return text in page.locator("main").inner_text()

    wait_until(there, seconds, f"{text!r} on the page")


def picture(page: Page, name: str, tmp_path: Path, *, full: bool = False) -> None:
    """Take a picture: into the docs when they are being updated, else beside the test's own files."""
    folder = IMAGES if os.environ.get("WISMO_UPDATE_DOCS") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=full)


def zone_of_noon() -> str:
    """A zone in which it is about noon now: what is said ahead keeps decent hours there at any time of the day."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC"


@dataclass(frozen=True)
class Shop:
    """A shop of its own. Its care team reads `team@{name}.test`, whoever stands above it `head@{name}.test`."""

    name: str
    key: str
    agent_key: str
    team: str
    head: str


def shop_with(stack: RunningStack, name: str, policies: Policies) -> Shop:
    """Make a shop with these policies, a key for its backend and one for an agent at its desk."""
    known = stack.addresses
    team, head = f"team@{name}.test", f"head@{name}.test"
    with WismoClient(known["target"], known["admin_key"]) as admin:
        shop = drafts.new_merchant(
            name,
            f"{name.title()} Books",
            sender_email=f"orders@{name}.test",
            contact_email=f"care@{name}.test",
            contact_phone="+442079460019",
            postal_address=[f"{name.title()} Books", "1 Short Street", "London E1 1AA"],
            default_locale="en",
            time_zone=zone_of_noon(),
            policies=policies,
            care=drafts.care_team(email=team, escalation_email=head),
        )
        admin.create_merchant(shop)
        key = admin.create_key(display_name="backend", merchant=name).secret
        agent_key = admin.create_key(display_name="Alex", scope="care_agent", merchant=name).secret
    return Shop(name, key, agent_key, team, head)


def desk_of(browser: Browser, stack: RunningStack, shop: Shop, size: dict[str, int] | None = None) -> Page:
    """The shop's desk, opened by its agent."""
    page = open_page(browser, f"{stack.addresses['page_url']}/desk/login", size or DESKTOP)
    page.locator("#key").fill(shop.agent_key)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="What needs a human now").wait_for()
    return page


def do_act(page: Page, values: dict[str, str]) -> None:
    """Fill the form of an act, look at what the buyer will read, and send it."""
    for name, value in values.items():
        page.locator(f"#field-{name}").fill(value)
    page.locator("button[name=step][value=look]").click()
    page.locator("button[name=step][value=send]").click()
    page.locator("[role=status].done").wait_for()


def reply_to(stack: RunningStack, mail: Mail, text: str, *, sender: str = "", to: str = "", quoted: bool = True) -> str:
    """Reply as a mail program does: to Reply-To, quoting, with References; the Message-ID of the reply."""
    reply = EmailMessage()
    reply["From"] = sender or mail.recipients[0]
    reply["To"] = to or str(mail.message["Reply-To"])
    reply["Subject"] = f"Re: {mail.subject}"
    reply["Message-ID"] = make_msgid(domain="buyers.test")
    reply["In-Reply-To"] = str(mail.message["Message-ID"])
    before = str(mail.message["References"] or "")
    reply["References"] = f"{before} {mail.message['Message-ID']}".strip()
    lines = "\n".join(f"> {line}" for line in mail.text.splitlines())
    reply.set_content(f"{text}\n\nOn Tue, 24 Nov 2026, {mail.message['From']} wrote:\n{lines}\n" if quoted else text)
    host, _, port = stack.addresses["smtp_url"].removeprefix("smtp://").partition(":")
    with smtplib.SMTP(host, int(port)) as server:
        server.send_message(reply)
    return str(reply["Message-ID"])
