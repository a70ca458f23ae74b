"""Status page: pages a second for a cookie holder, beside a bare page on the same server settings in the same run."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pymongo.database import Database

from chassis.mongo import Document, connect, ensure_indexes
from embedded_stack.servers import DatabaseServer, free_port
from status_page.bootstrap import COLLECTIONS
from status_page.downloads.mongo import MongoDownloadCounters
from status_page.inbound.mongo_mails import MongoKeptMails
from status_page.lookup.keys import LookupKeys
from status_page.projection.mongo import MongoMerchantRows, MongoOrderRows
from status_page.projection.projector import Projector
from status_page.web.cookies import derive
from tests.bench.http_load import Found, Plan, run_load
from tests.bench.report import Report
from tests.bench.rows import Goal
from tests.fakes.status_page_site import LINKS, records_of
from tests.integration.status_page.processes import PageProcess, wait_for
from tests.samples import keys
from tests.samples.mixed import mixed_order
from tests.samples.story import Story

ORDERS = 1200
"""More than the page keeps: by turns, none of them is there when it is asked for again."""
SEEN = 200
DATABASE = "bench_page"


@dataclass
class Visitor:
    """A browser that has opened its order."""

    path: str
    cookie: str

    def request(self, etag: str = "") -> str:
        known = f"If-None-Match: {etag}\r\n" if etag else ""
        return f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n{known}\r\n"


@dataclass
class Rig:
    """The page and the bare page, on one database."""

    page: int
    bare: int
    visitors: list[Visitor]

    def made_anew(self) -> Found:
        return run_load(Plan(self.page, [visitor.request() for visitor in self.visitors]))

    def made_before(self) -> Found:
        return run_load(Plan(self.page, [visitor.request() for visitor in self.visitors[:SEEN]]))

    def not_modified(self) -> Found:
        connection = http.client.HTTPConnection("127.0.0.1", self.page)
        requests = []
        for visitor in self.visitors[:SEEN]:
            connection.request("GET", visitor.path, headers={"Cookie": visitor.cookie})
            answer = connection.getresponse()
            answer.read()
            requests.append(visitor.request(answer.headers["ETag"]))
        connection.close()
        return run_load(Plan(self.page, requests))

    def bare_page(self) -> Found:
        return run_load(
            Plan(self.bare, [f"GET /o/{number} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" for number in range(ORDERS)])
        )


def run(report: Report) -> None:
    """Measure and state the rows."""
    took: list[Found] = []
    with tempfile.TemporaryDirectory(prefix="wismo-bench-") as folder, prepared(Path(folder), report) as rig:

        def measure() -> Mapping[str, float]:
            bare, full, again, same = rig.bare_page(), rig.made_anew(), rig.made_before(), rig.not_modified()
            for found in (bare, full, again):
                assert set(found.statuses) == {"200"}, found.statuses
            # A kept page is good for five minutes at most, so that a few may be sent anew at the turn.
            assert same.statuses.get("304", 0) >= 0.9 * sum(same.statuses.values()), same.statuses
            took.append(full)
            return {"bare": bare.rate, "full": full.rate, "again": again.rate, "same": same.rate}

        found = report.rounds(measure)
    for name, value in (
        ("full page, cookie holder, made anew", found["full"]),
        ("the same, its state shown to another browser before", found["again"]),
    ):
        report.row(name, value, "pages/s", limit=found["bare"], goal=Goal(of_limit=0.5))
    report.row("304 answers", found["same"], "answers/s", peer=found["full"], goal=Goal(times_peer=2))
    report.row("made anew: half answer within", sorted(one.p50_ms for one in took)[len(took) // 2], "ms")
    report.row("made anew: 99 % answer within", sorted(one.p99_ms for one in took)[len(took) // 2], "ms")
    report.note(
        "Limit: bare Flask with one read from MongoDB and a template of five lines (1 KB, where the page has 15). Both"
        " under gunicorn with one worker of eight threads, 16 kept connections."
    )
    report.note(
        f"{ORDERS} mixed orders by turns, each in a browser of its own: a session, an order and two secrets to open."
        " Page, bare page, database and load share the machine's cores."
    )


@contextmanager
def prepared(folder: Path, report: Report) -> Iterator[Rig]:
    """Both pages up, the orders in place, every browser with its cookie."""
    with DatabaseServer(folder / "database") as server, connect(server.url, "bench") as client:
        database = client[DATABASE]
        ensure_indexes(database, COLLECTIONS)
        with report.stage(f"preparing {ORDERS} orders"):
            stories = prepare(database)
        environ = {"WISMO_MONGO_URL": server.url, "WISMO_PAGE_DATABASE": DATABASE}
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "tests.bench.bare_page:app", "--bind", f"127.0.0.1:{port}"]
        command += ["--worker-class", "gthread", "--threads", "8", "--keep-alive", "15", "--no-control-socket"]
        with (folder / "bare.log").open("wb") as log:
            bare = subprocess.Popen(command, env={**os.environ, **environ}, stdout=log, stderr=subprocess.STDOUT)
        try:
            with PageProcess(folder / "page.log", **environ, WISMO_LOG_LEVEL="warning") as page:
                wait_for(lambda: _answers(port), "the bare page")
                yield Rig(page.port, port, [visitor(page, story) for story in stories])
        finally:
            bare.terminate()
            bare.wait()


def prepare(database: Database[Document]) -> list[Story]:
    """Mixed orders whose times differ, in the read model; and for the bare page what it shows."""
    projector = Projector(
        MongoOrderRows(database),
        MongoMerchantRows(database),
        MongoDownloadCounters(database),
        LookupKeys(derive(keys.COOKIE_KEY, "lookup")),
        MongoKeptMails(database),
    )
    stories = []
    bare = []
    for number in range(ORDERS):
        story = mixed_order(f"R-{number}")
        # Every order has days and minutes of its own, so that texts kept for one are of no use to another.
        for entry in story.order.timeline:
            entry.occurred_at.seconds += number * 61 * 60 % (200 * 86400) + number * 17
        for scan in story.order.parcels[0].scans:
            scan.occurred_at.seconds += number * 61 * 60 % (200 * 86400) + number * 23
        story.order.downloads[0].expires_at.seconds += number * 3607 + 300 * 86400
        story.order.accesses[0].expires_at.seconds += number * 3607
        story.told[-1].order.CopyFrom(story.order)
        projector.handle(records_of(story, [len(story.told) - 1]))
        stories.append(story)
        timeline = [
            {"at": entry.occurred_at.ToJsonString(), "kind": int(entry.kind), "text": f"What happened {at}"}
            for at, entry in enumerate(story.order.timeline)
        ]
        lines = [{"title": line.title, "quantity": line.quantity, "kind": int(line.kind)} for line in story.order.lines]
        bare.append({"_id": str(number), "status": "Your order is complete", "timeline": timeline, "lines": lines})
    database["bare"].insert_many(bare)
    return stories


def visitor(page: PageProcess, story: Story) -> Visitor:
    """Open the order's link once."""
    until = datetime.now(UTC) + timedelta(days=1)
    token = LINKS.sign(purpose="order", subject=story.order.name, version=1, expires_at=until)
    connection = http.client.HTTPConnection("127.0.0.1", page.port)
    connection.request("GET", f"/o/{token}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 303, answer.status
    return Visitor(answer.headers["Location"], answer.headers["Set-Cookie"].partition(";")[0])


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", "/o/1")
        answered = connection.getresponse().status == 200
        connection.close()
    except OSError:
        time.sleep(0.1)
        return False
    return answered
