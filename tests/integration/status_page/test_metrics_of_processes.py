"""What each process of the package shows at /metrics: by what is missing one sees which process is."""

import re
import urllib.request

from embedded_stack.servers import InboxServer, free_port
from embedded_stack.servers.probes import http_answers
from tests.fakes.status_page_site import INBOUND_SECRET
from tests.integration.status_page.conftest import Stage
from tests.integration.status_page.processes import ServiceProcess, wait_for
from tests.integration.status_page.test_inbound_mail import url_of


def shown(process: ServiceProcess, ops: str) -> set[str]:
    """The names of our metrics, as Prometheus reads them from a process that was just started."""
    with process:
        wait_for(lambda: http_answers(f"http://{ops}/livez"), "the process serves its metrics")
        with urllib.request.urlopen(f"http://{ops}/metrics", timeout=5) as reply:
            text = reply.read().decode()
        assert process.stop() == 0
    return {name for name in re.findall(r"^# TYPE (wismo_\w+)", text, re.MULTILINE) if not name.endswith("_created")}


def test_the_page_shows_no_metric_of_the_others(stage: Stage) -> None:
    ops = f"127.0.0.1:{free_port()}"
    names = shown(stage.page(WISMO_OPS_LISTEN=ops), ops)
    assert "wismo_page_outbox_waiting" in names
    assert {name for name in names if not name.startswith("wismo_page_")} == set()


def test_a_page_that_takes_mail_counts_it(stage: Stage) -> None:
    ops = f"127.0.0.1:{free_port()}"
    names = shown(
        stage.page(WISMO_OPS_LISTEN=ops, WISMO_INBOUND_WEBHOOK_SECRET=INBOUND_SECRET.reveal()),
        ops,
    )
    assert {name for name in names if not name.startswith("wismo_page_")} == {"wismo_inbound_mails_total"}


def test_the_projector_shows_no_metric_of_the_page(stage: Stage) -> None:
    ops = f"127.0.0.1:{free_port()}"
    projector = ServiceProcess(stage.folder / "projector.log", "projector", WISMO_OPS_LISTEN=ops, **stage.environ)
    assert shown(projector, ops) == {"wismo_projector_lag", "wismo_projector_records"}


def test_inbound_mail_shows_no_metric_of_the_page(stage: Stage, inbox: InboxServer) -> None:
    ops = f"127.0.0.1:{free_port()}"
    environ = {**stage.environ, "WISMO_OPS_LISTEN": ops, "WISMO_INBOUND_IMAP_URL": url_of(inbox)}
    inbound = ServiceProcess(stage.folder / "inbound.log", "inbound", **environ)
    assert shown(inbound, ops) == {
        "wismo_inbound_mails_total",
        "wismo_inbound_failures_total",
        "wismo_inbound_polled_seconds",
    }
