"""Every panel of the five dashboards has data of a real run: the embedded stack under `wismo simulate`."""

import contextlib
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from observe.boards import ALL
from observe.panels import Dashboard
from tests.deploy.observe.drawing import draw
from tests.deploy.observe.scraping import Prometheus, Series
from tests.deploy.told import Told, counted
from tests.e2e.stage import link_in, mails_to
from tests.faults.running_stack import RunningStack, wait_until

ROOT = Path(__file__).resolve().parents[3]
WINDOW = "15s"
ORDERS = 60
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Scraped:
    """A run from `begin` to `end`, and the Prometheus that saw it."""

    prometheus: Prometheus
    begin: float
    end: float

    def panel(self, expr: str, legend: str) -> Series:
        return self.prometheus.values(expr.replace("$window", WINDOW), legend, self.begin, self.end)


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory, told: Told) -> Iterator[Scraped]:
    folder = tmp_path_factory.mktemp("observed")
    rules = ROOT / "deploy" / "observe" / "alerts.yaml"
    with (
        RunningStack(folder / "stack") as stack,
        Prometheus(folder, stack.addresses["ops"], rules) as prometheus,
    ):
        begin = time.time()
        with told.step("scraped", "a run of the embedded stack") as said:
            simulation = simulate(stack)
            while simulation.poll() is None:
                visit(stack)
                time.sleep(0.5)
            words, _ = simulation.communicate()
            assert simulation.returncode == 0, words
            refused_call(stack)
            # The fleet's counts are shown every half minute.
            care = "wismo_care_now > 0"
            wait_until(lambda: bool(prometheus.values(care, "", begin, time.time())), 60, "care is counted")
            time.sleep(5)
            said.append(f"{counted(ORDERS, 'simulated order')}, {time.time() - begin:.0f} s of series")
        yield Scraped(prometheus, begin, time.time())


def simulate(stack: RunningStack) -> subprocess.Popen[str]:
    """A shop with disasters, at a pace that two cores bear beside everything else."""
    known = stack.addresses
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "wismo.cli", "simulate", "--orders", str(ORDERS), "--rate", "12"),
            *("--duration-scale", "0.02", "--disasters", "--merchant", "lantern", "--seed", "7"),
        ],
        env={**os.environ, "WISMO_TARGET": known["target"], "WISMO_API_KEY": known["api_key"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def visit(stack: RunningStack) -> None:
    """What buyers do: open the link of a mail, follow a broken one, look an order up."""
    page = stack.addresses["page_url"]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    mails = mails_to(stack, demo_buyer(stack))
    with contextlib.suppress(urllib.error.HTTPError):
        browser.open(link_in(mails[0]), timeout=10).close()
    with contextlib.suppress(urllib.error.HTTPError):
        browser.open(f"{page}/o/broken", timeout=10).close()
    with browser.open(f"{page}/", timeout=10) as form:
        token = re.search(r'name="token" value="([^"]+)"', form.read().decode())
    assert token
    typed = {"token": token[1], "reference": "L-1001", "contact": "somebody@buyers.test"}
    # Whoever looks up more often than people do is asked to wait, with status 429.
    with contextlib.suppress(urllib.error.HTTPError):
        browser.open(f"{page}/", urllib.parse.urlencode(typed).encode(), timeout=10).close()


def demo_buyer(stack: RunningStack) -> str:
    """Somebody to whom the demo orders have brought a mail with a link."""
    from embedded_stack.servers.inbox_files import kept, read

    mails = map(read, kept(stack.folder / "inbox" / "mail"))
    return next(mail.recipients[0] for mail in mails if "/o/" in mail.text)


def refused_call(stack: RunningStack) -> None:
    """A backend asks for an order that is not there, as long as a scrape needs to see it twice."""
    known = stack.addresses
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-m", "wismo.cli", "order", "get", "NOT-THERE"],
            env={**os.environ, "WISMO_TARGET": known["target"], "WISMO_API_KEY": known["api_key"]},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1


@pytest.mark.parametrize("board", ALL, ids=lambda board: board.name)
def test_every_query_of_every_panel_has_data(board: Dashboard, scraped: Scraped, tmp_path: Path, told: Told) -> None:
    queries = [(panel, query) for panel in board.panels for query in panel.queries]
    with told.step("found data", f"for {board.name}: {len(board.panels)} panels, {len(queries)} queries"):
        data = {
            panel.title: {
                name: points
                for query in panel.queries
                for name, points in scraped.panel(query.expr, query.legend).items()
            }
            for panel in board.panels
        }
        empty = [(panel.title, query.expr) for panel, query in queries if not scraped.panel(query.expr, query.legend)]
        assert empty == []
    folder = ROOT / "docs" / "images" if os.environ.get("WISMO_UPDATE_DOCS") else tmp_path
    draw(board, data, scraped.begin, folder / f"dashboard-{board.name}.svg")


def test_nothing_that_is_well_rings(scraped: Scraped, told: Told) -> None:
    """Of the alerts without an excuse, none: the simulation's disasters make buyers wait, and nothing else.

    A rule that asks what was so for minutes has, in this short run, seen one moment, such as a fact on its way. It is
    pending until it looks the next time; what is really wrong stays.
    """
    excused = {"WismoDarkBuyers"}

    def ringing() -> dict[str, str]:
        return {name: state for name, state in scraped.prometheus.alerts().items() if name not in excused}

    with told.step("listened", "no alert rings without an excuse") as said:
        seen = ringing()
        assert "firing" not in seen.values(), seen
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: ringing() == {}, 150, "what is pending goes")
        assert ringing() == {}
        said += [f"{name} for a moment" for name in seen]


def test_the_intake_counts_what_was_sent(scraped: Scraped) -> None:
    """The figures are real: as many commands as the simulation had acknowledged, and no less."""
    series = scraped.panel("sum(wismo_orders_commands_total)", "commands")["commands"]
    assert series[-1][1] - series[0][1] >= 300
