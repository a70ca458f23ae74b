"""The page with its desk over fakes: colleagues who log in, orders that need them."""

import re
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from status_page.care_desk.cookie import DeskCookies
from status_page.care_desk.joining import join
from status_page.care_desk.many.worker import JobWorker
from status_page.care_desk.oidc import OidcProvider
from status_page.care_desk.originals import KeptOriginals
from status_page.care_desk.parts import Desk
from status_page.care_desk.staff import Identity, Role
from tests.fakes import care_desk as fakes
from tests.fakes.status_page_site import Site
from tests.samples import keys
from tests.samples.story import stamp
from wismo.care.v1 import care_service_pb2 as care

_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class DeskSite(Site):
    """The page with its desk. `ada` is an agent, `rea` a reader, `max` an admin of the lantern; `eve` is another's."""

    def __init__(self, downloads_dir: Path, *, provider: OidcProvider | None = None, secure: bool = False) -> None:
        super().__init__(downloads_dir, secure=secure)
        self.key_holders = fakes.InMemoryKeyHolders()
        self.care = fakes.InMemoryCareReader()
        self.desk_orders = fakes.InMemoryDeskOrders(self.orders)
        self.acts = fakes.InMemoryDoneActs(self.outbox)
        self.visits = fakes.InMemoryPageVisits()
        self.audit = fakes.InMemoryAuditLog()
        self.jobs = fakes.InMemoryJobs()
        self.replies = fakes.InMemoryReplies()
        self.sessions = fakes.InMemoryStaffSessions()
        self.desk = Desk(
            cookies=DeskCookies(keys.COOKIE_KEY, secure=secure),
            sessions=self.sessions,
            key_holders=self.key_holders,
            care=self.care,
            orders=self.desk_orders,
            acts=self.acts,
            presence=fakes.InMemoryPresence(),
            visits=self.visits,
            replies=self.replies,
            audit=self.audit,
            jobs=self.jobs,
            originals=KeptOriginals(self.mails, keys.sealer()),
            oidc=provider,
        )
        join(self.app, self.desk)
        self.worker = JobWorker(self.jobs, self.desk_orders, self.outbox, self.acts, self.clock)
        for name, role, merchant in (
            ("rea", Role.READER, "lantern"),
            ("ada", Role.AGENT, "lantern"),
            ("ben", Role.AGENT, "lantern"),
            ("max", Role.ADMIN, "lantern"),
            ("eve", Role.ADMIN, "severny"),
        ):
            merchant_name = f"merchants/{merchant}"
            who = Identity(merchant_name, role, name.capitalize(), f"{merchant_name}/apiKeys/{name}")
            self.key_holders.keys[key_of(name)] = who

    def colleague(self, name: str) -> FlaskClient:
        """A browser in which somebody has logged in."""
        browser = self.app.test_client()
        answer = self.log_in(name, browser)
        assert answer.status_code == 303, answer.text
        return browser

    def log_in(self, name: str, browser: FlaskClient, back: str = "") -> TestResponse:
        """Send the form of the login; not followed."""
        form = {"token": self.token("/desk/login", browser), "key": key_of(name), "back": back}
        return browser.post("/desk/login", data=form)

    def send(self, browser: FlaskClient, path: str, **values: str) -> TestResponse:
        """Fill in the form at a path, with everything hidden in it, and send it to the path's own address."""
        page = browser.get(path)
        assert page.status_code == 200, page.text
        return browser.post(path.partition("?")[0], data={**hidden(page.text), **values})

    def confirm(self, browser: FlaskClient, looked: TestResponse, path: str) -> TestResponse:
        """Press the button below what the buyer will read."""
        assert looked.status_code == 200, looked.text
        return browser.post(path.partition("?")[0], data={**hidden(looked.text), "step": "send"})

    def act(self, browser: FlaskClient, path: str, **values: str) -> TestResponse:
        """The whole way: form, look, button."""
        return self.confirm(browser, self.send(browser, path, step="look", **values), path)


def key_of(name: str) -> str:
    """The care key of a colleague."""
    return f"wck_{name}_0123456789"


def hidden(html: str) -> dict[str, str]:
    """Everything that the hidden fields of the page's own form hold."""
    found = _HIDDEN.findall(html.partition('<main id="main"')[2])
    return {name: unescape(value) for name, value in found}


def needs(
    order: str,
    kind: "care.AttentionKind.ValueType",
    due: datetime,
    *,
    subject: str = "",
    rank: int = 0,
    escalated: bool = False,
) -> care.Attention:
    """One matter that waits since a day before it was due."""
    return care.Attention(
        order=order,
        kind=kind,
        subject_id=subject,
        since=stamp(due - timedelta(days=1)),
        due_at=stamp(due),
        rank=rank,
        escalated=escalated,
    )
